//! Circuit breakers on two nodes: each node shows and respects a breaker that the other one has opened or closed.

use super::Database;
use crate::support::{
    alone,
    client::{Client, Subscription},
    nginx::Nginx,
    receiver::{Receiver, SECRET},
    wait_until,
};
use serde_json::{Value, json};
use std::{
    collections::HashSet,
    time::{Duration, Instant},
};
use testing::Postgres;

/// The longest time until a change of one node is known to the other: four times their interval of polling.
const SOON: Duration = Duration::from_secs(2);

async fn breaker(client: &Client, subscription: &Subscription) -> Value {
    client.get(&subscription.path("")).await.body["breaker"].clone()
}

/// Waits until a node shows this state; returns the breaker, and the time that it took.
#[allow(clippy::disallowed_methods, reason = "measures how soon a node learns of a change")]
async fn is_shown(client: &Client, subscription: &Subscription, is_closed: bool) -> (Value, Duration) {
    let began = Instant::now();
    let found = wait_until("the node shows the breaker's state", async || {
        Some(breaker(client, subscription).await).filter(|shown| (shown["state"] == "closed") == is_closed)
    })
    .await;
    (found, began.elapsed())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_breaker_that_one_node_opened_holds_on_the_other_and_a_reset_closes_both() {
    let _alone = alone().await;
    let database = Database::on(Postgres::shared());
    let nodes = database.nodes(2).await;
    let (mut nginx, other) = (Nginx::stopped(), Receiver::start().await);
    let first = nodes[0].tenant("acme").await;
    let second = first.at(nodes[1].address);
    let fields = json!({
        "profile": "tenant", "secret": SECRET, "max_retries": 10, "events": ["invoice.*"],
        "circuit_breaker": { "connection_failures": 3, "pause_seconds": 3600, "longest_pause_seconds": 3600 },
    });
    let subscription = first.subscribe(&nginx.url(), &fields).await;
    first.subscribe(&other.url(), &json!({ "events": ["customer.*"] })).await;
    wait_until("the second node has both", async || {
        (second.get("/api/v1/webhooks/subscriptions").await.body.as_array()?.len() == 2).then_some(())
    })
    .await;

    first.publish_batch("invoice.created", 0..3).await;
    let (open, _) = is_shown(&first, &subscription, false).await;
    let (there, took) = is_shown(&second, &subscription, false).await;
    assert_eq!(there, open);
    assert!(took < SOON, "{took:?}");
    // The list is read from the store. That the node's own lane has learnt of the breaker shows in what it sends.
    tokio::time::sleep(Duration::from_secs(1)).await;
    nginx.start_again().await;
    second.publish_batch("invoice.created", 3..23).await;
    second.publish("customer.created", 100).await;
    wait_until("the other receiver has it", async || (other.distinct() == 1).then_some(())).await;
    wait_until("its outcome is stored", async || (second.deliveries("success").await.len() == 1).then_some(())).await;
    let waiting = second.deliveries("pending").await;
    assert_eq!(waiting.len(), 20);
    assert!(waiting.iter().all(|one| one["attempt_number"] == 0), "{waiting:?}");
    assert!(nginx.requests(200).is_empty());

    let reset = second.post(&subscription.path("/breaker/reset"), &json!({})).await;
    assert_eq!((reset.status.as_u16(), &reset.body["breaker"]["state"]), (200, &json!("closed")));
    let (_, took) = is_shown(&first, &subscription, true).await;
    assert!(took < SOON, "{took:?}");
    // The first node's deliveries wait for a retry that its breaker held.
    wait_until("all are delivered", async || {
        (nginx.requests(200).iter().collect::<HashSet<_>>().len() == 23).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_probe_of_one_node_closes_the_breaker_on_both() {
    let _alone = alone().await;
    let database = Database::on(Postgres::shared());
    let nodes = database.nodes(2).await;
    let mut nginx = Nginx::stopped();
    let first = nodes[0].tenant("acme").await;
    let second = first.at(nodes[1].address);
    let fields = json!({
        "profile": "tenant", "secret": SECRET, "max_retries": 10,
        "circuit_breaker": { "connection_failures": 3, "pause_seconds": 2, "longest_pause_seconds": 2 },
    });
    let subscription = first.subscribe(&nginx.url(), &fields).await;
    wait_until("the second node has it", async || {
        (second.get("/api/v1/webhooks/subscriptions").await.body.as_array()?.len() == 1).then_some(())
    })
    .await;
    second.publish_batch("invoice.created", 0..10).await;
    for client in [&second, &first] {
        is_shown(client, &subscription, false).await;
    }
    // Only the first node publishes from now on, so both have deliveries that wait for the breaker.
    first.publish_batch("invoice.created", 10..20).await;
    nginx.start_again().await;
    for client in [&first, &second] {
        is_shown(client, &subscription, true).await;
    }
    wait_until("all are delivered", async || {
        (nginx.requests(200).iter().collect::<HashSet<_>>().len() == 20).then_some(())
    })
    .await;
    for client in [&first, &second] {
        is_shown(client, &subscription, true).await;
    }
}
