//! A pause applies to all nodes of a database, and `--paused` to a restored copy.

use super::{Database, shown};
use crate::support::{alone, receiver::Receiver, server::Launch, wait_until};
use serde_json::json;
use std::time::Duration;
use testing::Postgres;

const WHILE: Duration = Duration::from_secs(2);

fn paused(launch: Launch) -> Launch {
    launch.argument("--paused")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_nodes_of_a_paused_copy_wait_until_resume() {
    let _alone = alone().await;
    let server = Postgres::shared();
    let database = Database::on(server);
    let original = database.launch().start().await;
    let client = original.tenant("acme").await;
    let receiver = Receiver::start().await;
    client.subscribe(&receiver.url(), &json!({ "timeout_seconds": 300 })).await;
    receiver.hold();
    client.publish_batch("invoice.created", 0..100).await;
    wait_until("some are in flight", async || (receiver.distinct() > 0).then_some(())).await;
    // Like a snapshot of the database during operation.
    original.kill();
    receiver.release();
    let sum = || receiver.ledger().arrived.values().sum::<u32>();
    let before = sum();
    let copy = Database { name: server.database_from(&database.name), ..Database::on(server) };
    let copy = Database { url: server.url(&copy.name), ..copy };

    let first = paused(copy.launch()).start().await;
    // Started without the flag.
    let second = copy.launch().start().await;
    let worker = copy.launch().env("POSTRIDER_ROLE", "worker").start().await;
    assert!(shown(&second).await.iter().all(|node| node["paused"] == true), "{:?}", shown(&second).await);
    assert_eq!(worker.operator().get("/readyz").await.body["paused"], true);
    let there = client.at(second.address);
    there.publish_batch("invoice.created", 200..300).await;
    // Longer than it takes to declare the original's node lost.
    tokio::time::sleep(Duration::from_secs(14)).await;
    assert_eq!(sum(), before, "nothing was sent");

    assert_eq!(second.operator().post("/api/v1/nodes/resume", &json!({})).await.status, 200);
    wait_until("all are delivered", async || there.none("pending").await.then_some(())).await;
    assert_eq!(receiver.missing((0..100).chain(200..300)), 0);
    wait_until("all nodes are resumed", async || {
        (!shown(&first).await.iter().any(|node| node["paused"] == true)).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pause_reaches_every_node_and_the_flag_is_refused_in_a_live_installation() {
    let _alone = alone().await;
    let database = Database::on(Postgres::shared());
    let nodes = database.nodes(2).await;
    let refused = paused(database.launch()).run().await;
    assert!(refused.sentence().starts_with("--paused is for a restored copy, but other nodes deliver"), "{refused:?}");
    let client = nodes[0].tenant("acme").await;
    let receiver = Receiver::start().await;
    client.subscribe(&receiver.url(), &json!({})).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    nodes[0].operator().post("/api/v1/nodes/pause", &json!({})).await;
    let readyz = async |node: usize| nodes[node].operator().get("/readyz").await.body["paused"].clone();
    wait_until("the other one knows", async || (readyz(1).await == true).then_some(())).await;
    client.at(nodes[1].address).publish_batch("invoice.created", 0..50).await;
    tokio::time::sleep(WHILE).await;
    assert_eq!(receiver.distinct(), 0);
    nodes[1].operator().post("/api/v1/nodes/resume", &json!({})).await;
    wait_until("all are delivered", async || (receiver.distinct() == 50).then_some(())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_paused_subscription_that_drops_gets_no_delivery_on_any_node() {
    let _alone = alone().await;
    let server = Postgres::shared();
    let database = Database::on(server);
    let nodes = database.nodes(2).await;
    let client = nodes[0].tenant("acme").await;
    let receiver = Receiver::start().await;
    let made = client.subscribe(&receiver.url(), &json!({ "on_pause": "drop" })).await;
    client.post(&made.path("/pause"), &json!({})).await;
    // Wait until both nodes know the pause.
    tokio::time::sleep(Duration::from_secs(1)).await;
    for (seq, node) in (0..).zip(&nodes) {
        client.at(node.address).publish("invoice.created", seq).await;
    }
    let id = server.sql(&database.name, "SELECT postrider.publish('invoice.created', '{\"seq\": 2}', 'acme')");
    wait_until("the outbox is emptied", async || {
        (client.get(&format!("/api/v1/events/{id}")).await.status == 200).then_some(())
    })
    .await;
    // Also after a kill.
    let mut nodes = nodes;
    nodes.remove(0).kill();
    let restarted = database.launch().start().await;
    let client = client.at(restarted.address);
    client.publish("invoice.created", 3).await;
    client.post(&made.path("/activate"), &json!({})).await;
    client.publish("invoice.created", 4).await;
    wait_until("the one after the pause arrives", async || (receiver.missing([4]) == 0).then_some(())).await;
    wait_until("no delivery waits", async || client.none("pending").await.then_some(())).await;
    assert_eq!(receiver.distinct(), 1);
    assert_eq!(client.deliveries("success").await.len(), 1, "nothing was stored for the events of the pause");
}
