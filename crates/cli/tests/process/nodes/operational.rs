//! Operational events of several nodes: each fact raises one event, whichever nodes see it.

use super::Database;
use crate::{
    operational::{Desk, each_failure_raised_one_event, stored},
    support::{alone, wait_until},
};
use serde_json::json;
use testing::Postgres;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_fact_raises_one_event_with_two_nodes() {
    let _alone = alone().await;
    let database = Database::on(Postgres::shared());
    let nodes = database.nodes(2).await;
    let desk = Desk::start().await;
    let client = nodes[0].tenant("acme").await;
    let other = client.at(nodes[1].address);
    desk.subscribe(&client, "/broken", "invoice.created").await;
    let gone = desk.subscribe(&client, "/gone", "invoice.paid").await;
    // Last, so that a node that knows it knows the others too.
    let system = desk.serve_operator(&nodes[0].operator()).await;
    let path = format!("/api/v1/webhooks/subscriptions/{gone}");
    let mut changes = 0;
    wait_until("the other node raises events", async || {
        changes += 1;
        other.patch(&path, &json!({ "description": format!("change {changes}") })).await;
        (!stored(&system, "postrider.subscription.updated").await.is_empty()).then_some(())
    })
    .await;
    let changed = stored(&system, "postrider.subscription.updated").await;
    assert_eq!(changed.len(), 1, "one event for the change, though both nodes learn it");
    desk.subscribe(&client, "/broken", "ticket.created").await;
    desk.subscribe(&other, "/broken", "ticket.closed").await;
    assert_eq!(stored(&system, "postrider.subscription.created").await.len(), 2);

    // Both nodes get 410 from one receiver at the same time, and exhaust deliveries of another one.
    for round in 0..5 {
        let seqs = round * 40..(round + 1) * 40;
        let (here, there) = (client.clone(), other.clone());
        let (a, b) = (seqs.clone(), seqs);
        tokio::join!(
            async move {
                here.publish_batch("invoice.paid", a.clone()).await;
                here.publish_batch("invoice.created", a).await;
            },
            async move {
                there.publish_batch("invoice.paid", b.clone()).await;
                there.publish_batch("invoice.created", b).await;
            },
        );
    }
    wait_until("the subscription is disabled", async || {
        (client.get(&path).await.body["is_active"] == false).then_some(())
    })
    .await;
    // Frees what waits for it, so that everything ends.
    client.try_call(http::Method::DELETE, &path, None).await.unwrap();
    each_failure_raised_one_event(&client, &system, &desk, 400).await;
    let disabled = stored(&system, "postrider.subscription.disabled").await;
    assert_eq!(disabled.len(), 1, "{disabled:?}");
    assert_eq!(disabled[0]["data"]["subscription"]["id"], json!(gone));
    assert_eq!(disabled[0]["data"]["last_failure"]["response_code"], 410);
    assert_eq!(stored(&system, "postrider.subscription.deleted").await.len(), 1);
}
