//! Durability: every event whose 202 arrived reaches its receiver, whatever happens to the process.

use crate::support::{alone, load::Load, receiver::Receiver, server::Launch, wait_until};
use serde_json::json;

const EVENTS: u64 = 20_000;
const CONNECTIONS: usize = 64;
/// Numbers of acknowledged events at which the server is killed.
const KILLS: [usize; 3] = [4_000, 9_000, 14_000];
/// Number of the last events acknowledged before a kill that are looked up.
const LOOKED_UP: usize = 50;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn acknowledged_events_are_delivered_although_the_server_is_killed() {
    let _alone = alone().await;
    let folder = tempfile::tempdir().unwrap();
    let launch = Launch::server(folder.path());
    let receiver = Receiver::start().await;
    let mut server = launch.start().await;
    let client = server.tenant("acme").await;
    let subscription = client.subscribe(&receiver.url(), &json!({})).await;

    let mut load = Load::start(&client, server.address, EVENTS, CONNECTIONS);
    let mut last_before_a_kill = Vec::new();
    for kill in KILLS {
        load.reached(kill).await;
        server.kill();
        load.server_is_gone();
        let known = load.acknowledged();
        assert!(load.offered() < EVENTS, "the kill must happen during the load");
        println!(
            "killed at {} acknowledged, {} received, {} taken up",
            known.len(),
            receiver.distinct(),
            load.offered()
        );
        last_before_a_kill.extend_from_slice(&known[known.len() - LOOKED_UP..]);
        server = launch.start().await;
        load.server_is_at(server.address);
    }
    load.finished().await;
    let acknowledged = load.acknowledged();
    let client = client.at(server.address);
    wait_until("every acknowledged event has arrived", async || {
        (receiver.missing(acknowledged.iter().map(|one| one.seq)) == 0).then_some(())
    })
    .await;
    wait_until("no delivery is pending", async || client.none("pending").await.then_some(())).await;
    for status in ["retrying", "failed", "disabled"] {
        assert!(client.none(status).await, "{status}");
    }

    for one in last_before_a_kill.iter().chain(&acknowledged[acknowledged.len() - LOOKED_UP..]) {
        let found = client.get(&format!("/api/v1/events/{}", one.id)).await;
        assert_eq!(found.status, 200, "{} {}", one.id, found.body);
        assert_eq!(found.body["data"]["seq"], one.seq);
        assert_eq!(found.body["deliveries"].as_array().unwrap().len(), 1);
        assert_eq!(found.body["deliveries"][0]["status"], "success");
    }

    // The statistics count what the log has, whatever a kill interrupted.
    let stats = client.get("/api/v1/webhooks/stats").await.body["total"].clone();
    let delivered = client.deliveries("success").await.len();
    assert_eq!((&stats["created"], &stats["by_status"]["success"]), (&json!(delivered), &json!(delivered)), "{stats}");
    let shown = client.get(&subscription.path("")).await.body;
    let attempts = shown["success_count"].as_u64().unwrap() + shown["failure_count"].as_u64().unwrap();
    assert_eq!((&stats["attempts"], attempts >= delivered as u64), (&json!(attempts), true), "{stats}");

    let ledger = receiver.ledger();
    println!(
        "ledger: {} of {EVENTS} acknowledged, {} received distinct, {} repeats, {} received without an acknowledgement",
        acknowledged.len(),
        ledger.arrived.len(),
        ledger.repeats(),
        ledger.arrived.len() - acknowledged.len()
    );
}
