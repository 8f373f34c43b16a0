//! Erasure of payloads by the server's process: nothing of a payload is left after a `kill -9`, in the log or in the
//! SQLite file, and no other node sends it.

#![allow(clippy::disallowed_methods, reason = "rates are measured in real time")]

use crate::support::{
    alone,
    client::Client,
    receiver::Receiver,
    server::{Launch, Server},
    wait_until,
};
use serde_json::{Value, json};
use std::path::Path;
use tempfile::TempDir;
use testing::Postgres;

const MASTER_KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
/// More than one step of an erasure.
const DELIVERIES: usize = 1_200;

fn marked(seq: u64) -> Value {
    json!({"type": "customer.created", "data": {"seq": seq, "name": format!("Ada-{seq}-Lovelace")}})
}

async fn publish(client: &Client, seq: u64) -> String {
    let answer = client.post("/api/v1/events", &marked(seq)).await;
    assert_eq!(answer.status, 202, "{}", answer.body);
    answer.body["id"].as_str().unwrap().to_owned()
}

async fn erase(client: &Client, id: &str) -> Value {
    let answer = client.delete(&format!("/api/v1/events/{id}/payload")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body
}

/// Subscribes a paused receiver many times, so that an event has many waiting deliveries.
async fn crowd(client: &Client, url: &str) {
    for _ in 0..DELIVERIES {
        client.subscribe(url, &json!({"is_active": false})).await;
    }
}

async fn an_interrupted_erasure_is_finished(launch: Launch) {
    let mut server = launch.start().await;
    let receiver = Receiver::start().await;
    let mut client = server.tenant("acme").await;
    crowd(&client, &receiver.url()).await;
    for seq in 0..3 {
        let id = publish(&client, seq).await;
        // Killed at some moment of the erasure, or just before it.
        let call = tokio::spawn({
            let (client, path) = (client.clone(), format!("/api/v1/events/{id}/payload"));
            async move { client.try_call(http::Method::DELETE, &path, None).await.is_ok() }
        });
        wait_until("the erasure has begun", async || {
            let shown = client.get(&format!("/api/v1/events/{id}")).await;
            (call.is_finished() || shown.body["payload_erased_at"].is_string()).then_some(())
        })
        .await;
        server.kill();
        let _ = call.await;
        server = launch.start().await;
        client = client.at(server.address);
        let event = client.get(&format!("/api/v1/events/{id}")).await.body;
        assert!(event["payload_erased_at"].is_string() && !event.to_string().contains("Lovelace"), "{event}");
        wait_until("no delivery waits", async || client.none("pending").await.then_some(())).await;
        assert_eq!(erase(&client, &id).await["cancelled_deliveries"], 0, "the start has finished it");
    }
    assert_eq!(receiver.distinct(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erasure_survives_a_kill_on_sqlite() {
    let _alone = alone().await;
    let folder = tempfile::tempdir().unwrap();
    an_interrupted_erasure_is_finished(Launch::server(folder.path())).await;
}

fn on_postgres(folder: &TempDir, url: &str) -> Launch {
    Launch::server(folder.path()).env("POSTRIDER_STORE", url).env("POSTRIDER_MASTER_KEY", MASTER_KEY)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erasure_survives_a_kill_on_postgresql() {
    let _alone = alone().await;
    let (postgres, folder) = (Postgres::shared(), tempfile::tempdir().unwrap());
    let url = postgres.url(&postgres.database());
    an_interrupted_erasure_is_finished(on_postgres(&folder, &url).env("POSTRIDER_NODE", "one")).await;
}

/// Occurrences of a text in the files of a folder.
fn found_in_files(folder: &Path, text: &str) -> usize {
    let files = std::fs::read_dir(folder).unwrap().filter_map(|file| std::fs::read(file.unwrap().path()).ok());
    files.map(|bytes| bytes.windows(text.len()).filter(|part| *part == text.as_bytes()).count()).sum()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erased_payload_is_not_in_the_sqlite_file_after_a_checkpoint() {
    let folder = tempfile::tempdir().unwrap();
    let launch = Launch::server(folder.path());
    let server = launch.start().await;
    let client = server.tenant("acme").await;
    let (erased, _kept) = (publish(&client, 1).await, publish(&client, 2).await);
    erase(&client, &erased).await;
    // The end of the process moves the whole log into the file.
    server.stop().await;
    assert_eq!(found_in_files(folder.path(), "Ada-1-Lovelace"), 0);
    assert!(found_in_files(folder.path(), "Ada-2-Lovelace") > 0, "the test must see what is kept");
}

/// Two nodes on one database, and a client of the first one.
async fn two_nodes(folder: &TempDir, more: &[(&str, &str)]) -> (Vec<Server>, Client, String) {
    let postgres = Postgres::shared();
    let name = postgres.database();
    let url = postgres.url(&name);
    let mut nodes = Vec::new();
    for node in ["one", "two"] {
        let launch = on_postgres(folder, &url).env("POSTRIDER_NODE", node);
        nodes.push(more.iter().fold(launch, |launch, (name, value)| launch.env(name, value)).start().await);
    }
    let client = nodes[0].tenant("acme").await;
    (nodes, client, name)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_node_sends_nothing_of_an_erased_payload() {
    let folder = tempfile::tempdir().unwrap();
    let (nodes, client, _) = two_nodes(&folder, &[("POSTRIDER_MAX_CONCURRENCY", "8")]).await;
    let receiver = Receiver::start().await;
    receiver.hold();
    client.subscribe(&receiver.url(), &json!({})).await;
    // The other node has the deliveries of these events, most of them in memory.
    let other = client.at(nodes[1].address);
    wait_until("the other node knows the subscription", async || {
        let answer = other.get("/api/v1/webhooks/limits").await;
        (answer.body["subscriptions"]["used"] == 1).then_some(())
    })
    .await;
    let mut ids = Vec::new();
    for seq in 0..20 {
        ids.push(publish(&other, seq).await);
    }
    wait_until("requests are held", async || (receiver.distinct() > 0).then_some(())).await;
    let mut cancelled = 0;
    for id in &ids {
        cancelled += erase(&client, id).await["cancelled_deliveries"].as_u64().unwrap();
    }
    assert_eq!(cancelled, 20);
    // Longer than the interval in which nodes look for erasures.
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    let sent = receiver.distinct();
    assert!(sent < 20, "some must wait in memory");
    receiver.release();
    let last = publish(&other, 100).await;
    wait_until("the last event has arrived", async || (receiver.missing([100]) == 0).then_some(())).await;
    assert_eq!(receiver.distinct(), sent + 1, "only what was in flight was sent, and {last}");
    for id in &ids {
        let event = client.get(&format!("/api/v1/events/{id}")).await.body;
        assert!(!event.to_string().contains("Lovelace"), "{event}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_share_a_publish_limit_and_learn_its_changes() {
    let folder = tempfile::tempdir().unwrap();
    let (nodes, client, _) = two_nodes(&folder, &[]).await;
    let limits = json!({"limits": {"publish": {"limit": 20, "period": "second", "burst": 1}, "keys": 0}});
    assert_eq!(nodes[0].operator().put("/api/v1/tenants/acme", &limits).await.status, 200);
    let other = client.at(nodes[1].address);
    wait_until("the other node knows the limit", async || {
        let answer = other.get("/api/v1/webhooks/limits").await;
        (answer.body["publish"]["limit"] == 20 && answer.body["keys"]["limit"] == 0).then_some(())
    })
    .await;
    // Each node learns with its heartbeats that two nodes share the limit.
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    let began = std::time::Instant::now();
    let mut accepted = [0_u32; 2];
    while began.elapsed() < std::time::Duration::from_secs(3) {
        for (at, node) in [&client, &other].into_iter().enumerate() {
            let answer = node.post("/api/v1/events", &marked(1)).await;
            assert!([202, 429].contains(&answer.status.as_u16()), "{}", answer.body);
            accepted[at] += u32::from(answer.status == 202);
        }
    }
    let (seconds, all) = (began.elapsed().as_secs_f64(), accepted[0] + accepted[1]);
    assert!(accepted.iter().all(|one| (15..=36).contains(one)), "{accepted:?} in {seconds} s");
    assert!(f64::from(all) <= 20.0 * seconds + 4.0, "{accepted:?} in {seconds} s");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_of_the_outbox_wait_for_the_publish_limit() {
    let folder = tempfile::tempdir().unwrap();
    let postgres = Postgres::shared();
    let name = postgres.database();
    let server = on_postgres(&folder, &postgres.url(&name)).start().await;
    let (acme, globex) = (server.tenant("acme").await, server.tenant("globex").await);
    let receiver = Receiver::start().await;
    acme.subscribe(&receiver.url(), &json!({})).await;
    globex.subscribe(&receiver.url(), &json!({})).await;
    let limits = json!({"limits": {"publish": {"limit": 10, "period": "second", "burst": 2}}});
    assert_eq!(server.operator().put("/api/v1/tenants/acme", &limits).await.status, 200);
    let began = std::time::Instant::now();
    let publish = |tenant: &str, from: u64, to: u64| {
        let sql = format!(
            "SELECT postrider.publish('a.b', ('{{\"seq\": ' || n || '}}')::json, '{tenant}')
             FROM generate_series({from}, {to}) AS n"
        );
        postgres.sql(&name, &sql);
    };
    publish("acme", 1, 32);
    publish("globex", 101, 132);
    wait_until("the other tenant's events have arrived", async || (receiver.missing(101..=132) == 0).then_some(()))
        .await;
    assert!(receiver.missing(1..=32) > 0, "its events do not wait behind those of the limited tenant");
    wait_until("all events have arrived", async || (receiver.missing(1..=32) == 0).then_some(())).await;
    let seconds = began.elapsed().as_secs_f64();
    assert!((2.5..8.0).contains(&seconds), "30 of 32 events at 10 a second: {seconds} s");
}
