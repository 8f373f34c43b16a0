//! Retention: events past their age are removed from every list, except those with waiting deliveries.

use crate::support::{RETENTION, TestApp};
use serde_json::json;
use std::time::Duration;

#[tokio::test]
async fn old_events_are_removed_and_waiting_deliveries_are_still_sent() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let subscription = acme.subscribe(&receiver.url("/")).await;
    let subscription = subscription["id"].as_str().unwrap();
    let old = acme.publish_one().await;
    receiver.next().await;
    app.attempted(&acme, &old, 1).await;
    acme.post(&format!("/api/v1/webhooks/subscriptions/{subscription}/pause"), json!({})).await.expect(200);
    let waits = acme.publish_one().await;

    app.clock.advance(RETENTION + Duration::from_secs(3_600));
    let shown = format!("/api/v1/webhooks/deliveries/{old}");
    app.until("its removal", async || (acme.get(&shown).await.status == 404).then_some(())).await;
    let rest = acme.get("/api/v1/webhooks/deliveries").await.expect(200);
    assert_eq!(rest.as_array().unwrap().len(), 1);
    assert_eq!(acme.get("/api/v1/events").await.expect(200).as_array().unwrap().len(), 1);

    acme.post(&format!("/api/v1/webhooks/subscriptions/{subscription}/activate"), json!({})).await.expect(200);
    receiver.next().await;
    app.attempted(&acme, &waits, 1).await;
    app.finish().await;
}
