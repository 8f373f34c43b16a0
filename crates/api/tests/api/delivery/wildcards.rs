//! Matching of events and subscriptions.

use crate::support::TestApp;
use serde_json::{Value, json};

#[tokio::test]
async fn a_subscription_receives_the_types_of_its_patterns() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    for (path, events) in [
        ("/all", json!(["*"])),
        ("/invoices", json!(["invoice.*"])),
        ("/one", json!(["invoice.created"])),
        ("/two", json!(["invoice.created", "ticket.closed"])),
        ("/both", json!(["invoice.created", "invoice.*", "*"])),
        ("/mixed", json!(["ticket.closed", "payment.*"])),
    ] {
        acme.subscribe_with(json!({"url": receiver.url(path), "events": events})).await;
    }
    for (event_type, expected) in [
        ("invoice.created", vec!["/all", "/both", "/invoices", "/one", "/two"]),
        ("invoice.paid", vec!["/all", "/both", "/invoices"]),
        ("invoice.line.added", vec!["/all", "/both", "/invoices"]),
        ("invoice", vec!["/all", "/both"]),
        ("invoices.created", vec!["/all", "/both"]),
        ("Invoice.created", vec!["/all", "/both"]),
        ("ticket.closed", vec!["/all", "/both", "/mixed", "/two"]),
        ("payment.received", vec!["/all", "/both", "/mixed"]),
    ] {
        let event = acme.publish_with(json!({"type": event_type, "data": {}})).await;
        assert_eq!(event["deliveries"], expected.len(), "{event_type}");
        let mut paths: Vec<_> = receiver.take(expected.len()).await.into_iter().map(|request| request.path).collect();
        paths.sort_unstable();
        assert_eq!(paths, expected, "{event_type}");
        app.settled().await;
    }
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn only_active_and_paused_subscriptions_are_matched() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let mut made: Vec<Value> = Vec::new();
    for path in ["/active", "/paused", "/deleted"] {
        made.push(acme.subscribe(&receiver.url(path)).await);
    }
    let path = |at: usize| format!("/api/v1/webhooks/subscriptions/{}", made[at]["id"].as_str().unwrap());
    acme.post_nothing(&format!("{}/pause", path(1))).await.expect(200);
    acme.delete(&path(2)).await.expect_nothing();
    let event = acme.publish().await;
    assert_eq!(event["deliveries"], 2);
    assert_eq!(receiver.next().await.path, "/active");
    app.settled().await;
    let statuses: Vec<_> = acme.deliveries_of(&event).await.iter().map(|one| one["status"].clone()).collect();
    assert_eq!(statuses, ["success", "pending"]);
    app.finish_leaving(1).await;
    receiver.nothing_more();
}
