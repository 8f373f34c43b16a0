//! `POST /api/v1/webhooks/deliveries/cancel`.

use super::PATH;
use crate::support::{Reply, TestApp};
use serde_json::{Value, json};

fn path() -> String {
    format!("{PATH}/cancel")
}

#[tokio::test]
async fn deliveries_that_a_lane_has_queued_are_not_sent_after_their_cancellation() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let subscription = acme.subscribe(&receiver.url("/")).await;
    // An unproven receiver gets few requests at once; the rest waits in the lane's queues.
    let mut releases = Vec::new();
    for _ in 0..20 {
        let (held, release) = Reply::status(200).held();
        receiver.then(held);
        releases.push(release);
    }
    let events: Vec<Value> = (0..40).map(|n| json!({"type": "invoice.created", "data": {"n": n}})).collect();
    acme.post("/api/v1/events/batch", json!({"events": events})).await.expect(202);
    receiver.next().await;
    let body = json!({"subscription_id": subscription["id"]});
    let done = acme.post(&path(), body.clone()).await.expect(200);
    assert_eq!((&done["cancelled"], &done["more"]), (&json!(40), &json!(false)));
    // Every request that was in flight then is known now: no other is started.
    let again = acme.publish().await;
    for release in releases {
        let _ = release.send(());
    }
    app.settled().await;
    let mut started = 1;
    let new = again["id"].as_str().unwrap().to_owned();
    loop {
        let next = receiver.next().await;
        if next.header("webhook-id") == new {
            break;
        }
        started += 1;
    }
    assert!(started <= 20, "{started} requests");
    let shown = acme.get(&format!("{PATH}?status=success&count=true")).await;
    assert_eq!(shown.header("x-total-count"), Some(&*(started + 1).to_string()), "those in flight show their outcome");
    let failed = acme.get(&format!("{PATH}?status=failed&limit=200")).await.expect(200);
    assert_eq!(failed.as_array().unwrap().len(), 40 - started);
    assert!(failed.as_array().unwrap().iter().all(|one| one["error_message"] == "cancelled by request"));
    assert_eq!(acme.post(&path(), body).await.expect(200)["cancelled"], 0);
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn a_cancellation_is_narrowed_by_every_field() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let mut subscriptions = Vec::new();
    for _ in 0..2 {
        subscriptions.push(acme.subscribe(&receiver.url("/")).await);
    }
    let mut at = Vec::new();
    for event_type in ["invoice.created", "invoice.paid", "ticket.created"] {
        for _ in 0..2 {
            receiver.then(Reply::status(500));
        }
        at.push(app.now().to_string());
        acme.publish_with(json!({"type": event_type, "data": {"n": 1}})).await;
        receiver.take(2).await;
        app.settled().await;
        app.advance(1);
    }
    for (body, cancelled) in [
        (json!({"statuses": ["pending"]}), 0),
        (json!({"before": at[0]}), 0),
        (json!({"event_types": ["order.*"]}), 0),
        (json!({"subscription_id": subscriptions[0]["id"], "event_types": ["invoice.paid"]}), 1),
        (json!({"after": at[1], "before": at[2]}), 1),
        (json!({"event_types": ["ticket.*"], "statuses": ["retrying"]}), 2),
        (json!({"subscription_id": subscriptions[1]["id"]}), 1),
        (json!({"statuses": ["pending", "retrying"]}), 1),
        (json!({"statuses": ["pending", "retrying"]}), 0),
    ] {
        assert_eq!(acme.post(&path(), body.clone()).await.expect(200)["cancelled"], cancelled, "{body}");
    }
    app.advance(100_000);
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn bad_filters_are_refused_with_field_and_reason() {
    let (app, acme, _) = TestApp::with_receiver().await;
    for (body, field, message) in [
        (json!({}), "body", "At least one of subscription_id"),
        (json!({"subscription_id": null}), "body", "At least one of subscription_id"),
        (json!({"event_types": []}), "event_types", "must name 1 to 500"),
        (json!({"statuses": []}), "statuses", "must name at least one"),
        (json!({"statuses": ["failed"]}), "statuses", "\"failed\" cannot be cancelled"),
        (json!({"after": "2026-01-02T00:00:00Z", "before": "2026-01-01T00:00:00Z"}), "before", "must be later"),
    ] {
        let fault = acme.post(&path(), body.clone()).await.fault();
        assert_eq!(fault.0, field, "{body}: {}", fault.1);
        assert!(fault.1.contains(message), "{body}: {}", fault.1);
    }
    acme.post(&path(), json!({"subscription_id": "nobody"})).await.problem(404, "not_found");
    app.finish().await;
}
