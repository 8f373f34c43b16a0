//! `priority`: high deliveries are sent before all others of their tenant, and low ones do not starve.

use crate::support::{Reply, TestApp};
use serde_json::json;

/// Maximum number of requests in flight to a receiver that has not answered yet, in this installation.
const UNDER_WAY: usize = 9;

#[tokio::test]
async fn a_high_priority_delivery_overtakes_the_backlog() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    acme.subscribe(&receiver.url("/")).await;
    let mut held = Vec::new();
    for _ in 0..UNDER_WAY {
        let (reply, release) = Reply::status(503).held();
        receiver.then(reply);
        held.push(release);
    }
    let publish = async |id: &str, priority: &str| {
        acme.publish_with(json!({"type": "invoice.created", "data": {}, "id": id, "priority": priority})).await;
    };
    for number in 0..UNDER_WAY {
        publish(&format!("first-{number}"), "normal").await;
    }
    receiver.take(UNDER_WAY).await;
    for (id, priority) in [("low", "low"), ("one", "normal"), ("two", "normal"), ("high", "high"), ("three", "normal")]
    {
        publish(id, priority).await;
    }
    // The first had the room that every receiver has; those beyond it are counted, and make room for one each.
    held.remove(0).send(()).unwrap();
    let mut order = Vec::new();
    for release in held.drain(..5) {
        release.send(()).unwrap();
        order.push(receiver.next().await.header("webhook-id").to_owned());
    }
    assert_eq!(order[0], "high");
    let normal: Vec<_> = order.iter().filter(|id| *id != "low").collect();
    assert_eq!(normal, ["high", "one", "two", "three"], "within a queue the oldest goes first");
    assert_eq!(order.len(), 5, "no queue starves: {order:?}");
    held.into_iter().for_each(|release| release.send(()).unwrap());
    app.finish_leaving(UNDER_WAY).await;
}
