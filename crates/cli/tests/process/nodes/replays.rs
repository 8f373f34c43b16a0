//! A replay on two nodes: one of them makes the steps, and the other continues when it is killed.

use super::Database;
use crate::{
    replays::{begin, complete},
    support::{alone, receiver::Receiver, wait_until},
};
use serde_json::json;
use testing::Postgres;

const EVENTS: u64 = 3_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_other_node_continues_the_replay_of_a_killed_one() {
    let _alone = alone().await;
    let database = Database::on(Postgres::shared());
    let mut nodes = database.nodes(2).await;
    let client = nodes[0].tenant("acme").await;
    client.publish_batch("invoice.created", 0..EVENTS).await;
    let receiver = Receiver::start().await;
    let subscription = client.subscribe(&receiver.url(), &json!({})).await;
    let sent = || receiver.ledger().arrived.values().map(|times| u64::from(*times)).sum::<u64>();
    let body = json!({"subscription_id": subscription.id, "missed_only": true, "rate": 1_000});
    // Both nodes look for running replays, and both have replays of the same events begun on them.
    let replay = begin(&client, &body).await;
    wait_until("a part is sent", async || (sent() >= EVENTS / 4).then_some(())).await;
    // The node that began the replay makes its steps.
    nodes.remove(0).kill();
    let client = client.at(nodes[0].address);
    complete(&client, &replay, EVENTS, 1).await;
    assert_eq!(receiver.missing(0..EVENTS), 0);
    assert!(sent() - EVENTS <= 64, "{} requests", sent());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_delivery_that_another_node_has_queued_is_cancelled() {
    let _alone = alone().await;
    let database = Database::on(Postgres::shared());
    let nodes = database.nodes(2).await;
    let client = nodes[0].tenant("acme").await;
    let receiver = Receiver::start().await;
    client.subscribe(&receiver.url(), &json!({ "timeout_seconds": 300 })).await;
    receiver.hold();
    // The first node owns all of them, and has a few in flight.
    client.publish_batch("invoice.created", 0..500).await;
    wait_until("some are in flight", async || (receiver.distinct() >= 16).then_some(())).await;
    let other = client.at(nodes[1].address);
    let cancelled = wait_until("the other node knows the tenant", async || {
        let answer = other.post("/api/v1/webhooks/deliveries/cancel", &json!({"statuses": ["pending"]})).await;
        (answer.status == 200).then_some(answer.body)
    })
    .await;
    assert_eq!(cancelled, json!({"cancelled": 500, "more": false}));
    // The first node learns of it within half a second, before any request ends.
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    let in_flight = receiver.distinct();
    assert!(in_flight <= 64, "{in_flight}");
    client.publish("invoice.created", 1_000).await;
    receiver.release();
    wait_until("the new one is sent", async || (receiver.missing([1_000]) == 0).then_some(())).await;
    wait_until("outcomes of requests in flight are known", async || {
        (client.deliveries("success").await.len() == in_flight + 1).then_some(())
    })
    .await;
    assert_eq!(receiver.distinct(), in_flight + 1, "nothing that was cancelled is sent");
}
