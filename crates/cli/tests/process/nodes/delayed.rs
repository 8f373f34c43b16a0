//! Delayed events and cancellations with several nodes: another node sends what a lost one had to, and forgets what
//! was cancelled.

use super::{Database, count_in_state};
use crate::{
    delayed::{check, publish},
    support::{alone, receiver::Receiver, server::Launch, wait_until},
};
use serde_json::json;
use std::time::Duration;
use testing::Postgres;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn delayed_events_of_a_killed_node_are_sent_by_another_one_at_their_time() {
    let _alone = alone().await;
    let database = Database::on(Postgres::shared());
    let mut nodes = database.nodes(2).await;
    let client = nodes[0].tenant("acme").await;
    let receiver = Receiver::start().await;
    client.subscribe(&receiver.url(), &json!({})).await;
    // Wait until both nodes know the subscription.
    tokio::time::sleep(Duration::from_secs(1)).await;
    // Both nodes have some. A node counts as lost after ten seconds.
    let mut made = Vec::new();
    for seq in 0..40 {
        let node = client.at(nodes[seq as usize % 2].address);
        made.push(publish(&node, seq, Duration::from_millis(15_000 + 50 * seq)).await);
    }
    nodes.remove(0).kill();
    let client = client.at(nodes[0].address);
    wait_until("the node is lost", async || (count_in_state(&nodes[0], "lost").await == 1).then_some(())).await;
    assert_eq!(receiver.distinct(), 0, "nothing is sent before its time");
    wait_until("all have arrived", async || (receiver.missing(0..40) == 0).then_some(())).await;
    wait_until("the outcomes are written", async || client.none("pending").await.then_some(())).await;
    for one in &made {
        check(&client, one, Duration::ZERO..=Duration::from_secs(1)).await;
    }
    assert_eq!(receiver.ledger().repeats(), 0);
}

/// The outbox, a worker that sends, and a node that only serves the API.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn delayed_events_of_the_outbox_and_of_an_api_node_are_sent_by_a_worker() {
    let _alone = alone().await;
    let server = Postgres::shared();
    let database = Database::on(server);
    let role = |role: &str| -> Launch { database.launch().env("POSTRIDER_ROLE", role) };
    let (api, _worker) = (role("api").start().await, role("worker").start().await);
    let client = api.tenant("acme").await;
    let receiver = Receiver::start().await;
    client.subscribe(&receiver.url(), &json!({})).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let made = publish(&client, 1, Duration::from_secs(3)).await;
    let sql = "SELECT postrider.publish_at(clock_timestamp() + interval '3 seconds', 'invoice.created',
               '{\"seq\": 2}', 'acme')";
    let id = server.sql(&database.name, sql);
    wait_until("the outbox is emptied", async || {
        (client.get(&format!("/api/v1/events/{id}")).await.status == 200).then_some(())
    })
    .await;
    let shown = client.get(&format!("/api/v1/events/{id}")).await.body;
    let at = model::Timestamp::parse(shown["deliver_at"].as_str().unwrap()).unwrap();
    assert_eq!(shown["deliveries"][0]["next_retry_at"], shown["deliver_at"]);
    wait_until("both have arrived", async || (receiver.missing([1, 2]) == 0).then_some(())).await;
    wait_until("the outcomes are written", async || client.none("pending").await.then_some(())).await;
    for one in [made, (id, at)] {
        check(&client, &one, Duration::ZERO..=Duration::from_secs(1)).await;
    }
}

/// The deliveries are in the memory of the other node, behind requests that are in flight.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deliveries_in_the_memory_of_a_node_can_be_cancelled_on_another_one() {
    let _alone = alone().await;
    let database = Database::on(Postgres::shared());
    let nodes = database.nodes(2).await;
    let client = nodes[0].tenant("acme").await;
    let receiver = Receiver::start().await;
    client.subscribe(&receiver.url(), &json!({ "timeout_seconds": 300 })).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    receiver.hold();
    let holder = client.at(nodes[1].address);
    let mut ids = Vec::new();
    for seq in 0..100 {
        ids.push(holder.publish("invoice.created", seq).await);
    }
    // A receiver that has never answered gets up to 16 requests at once.
    let in_flight = wait_until("requests are in flight", async || {
        let ready = nodes[1].operator().get("/readyz").await.body;
        let count = ready["in_flight"].as_u64().unwrap() as usize;
        (count > 0 && receiver.distinct() == count).then_some(count)
    })
    .await;
    assert!(in_flight < 60, "{in_flight}");
    for id in &ids[60..] {
        let answer = client.post(&format!("/api/v1/events/{id}/cancel"), &json!({})).await;
        assert_eq!(answer.body, json!({"cancelled": 1, "already_sent": 0}));
    }
    // The other node learns it within a second.
    tokio::time::sleep(Duration::from_secs(1)).await;
    receiver.release();
    wait_until("the others arrive", async || (receiver.missing(0..60) == 0).then_some(())).await;
    wait_until("no delivery waits", async || client.none("pending").await.then_some(())).await;
    assert_eq!((receiver.distinct(), receiver.ledger().repeats()), (60, 0));
    let cancelled = client.deliveries("failed").await;
    assert_eq!(cancelled.len(), 40);
    assert!(cancelled.iter().all(|one| one["error_message"] == "cancelled by request"));
}
