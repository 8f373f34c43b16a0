//! `POST /api/v1/events/{id}/cancel`.

use crate::support::{Reply, TestApp};
use serde_json::{Value, json};
use std::time::Duration;

const HOUR: u64 = 60 * 60;

fn path(event: &Value) -> String {
    format!("/api/v1/events/{}/cancel", event["id"].as_str().unwrap())
}

fn counts(cancelled: usize, already_sent: usize) -> Value {
    json!({"cancelled": cancelled, "already_sent": already_sent})
}

#[tokio::test]
async fn a_cancelled_event_is_not_sent() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    acme.subscribe(&receiver.url("/a")).await;
    acme.subscribe(&receiver.url("/b")).await;
    let at = app.now().after(Duration::from_secs(HOUR));
    let event = json!({"type": "invoice.created", "data": {}, "id": "order-1", "deliver_at": at});
    let event = acme.publish_with(event).await;
    assert_eq!(acme.post_nothing("/api/v1/events/order-1/cancel").await.expect(200), counts(2, 0));
    for delivery in acme.deliveries_of(&event).await {
        assert_eq!(
            (&delivery["status"], &delivery["error_message"], &delivery["next_retry_at"], &delivery["attempt_number"]),
            (&json!("failed"), &json!("cancelled by request"), &Value::Null, &json!(0))
        );
    }
    // The call can be repeated, also after a restart.
    assert_eq!(acme.post_nothing("/api/v1/events/order-1/cancel").await.expect(200), counts(0, 0));
    app.advance(2 * HOUR);
    assert_eq!(app.settled().await.len(), 0);
    let key = acme.key();
    let app = app.restart().await;
    let acme = app.nobody().bearing(&key);
    assert_eq!(acme.post_nothing("/api/v1/events/order-1/cancel").await.expect(200), counts(0, 0));
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn waiting_deliveries_are_cancelled_and_ended_ones_are_counted() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    // Delivered, failed for good, retrying, and waiting for a paused subscription.
    let mut all = Vec::new();
    for (retries, reply) in [(3, 200), (0, 500), (3, 500), (3, 200)] {
        let fields = json!({"url": receiver.url(&format!("/{reply}")), "events": ["*"], "max_retries": retries});
        all.push(acme.subscribe_with(fields).await);
    }
    acme.post_nothing(&format!("/api/v1/webhooks/subscriptions/{}/pause", all[3]["id"].as_str().unwrap()))
        .await
        .expect(200);
    let statuses = |deliveries: Vec<Value>| deliveries.iter().map(|one| one["status"].clone()).collect::<Vec<_>>();
    for _ in 0..3 {
        receiver.then(Reply::status(500));
    }
    let event = acme.publish().await;
    receiver.take(3).await;
    app.settled().await;
    let before = statuses(acme.deliveries_of(&event).await);
    // Every receiver answered 500: the second delivery has no retries left.
    assert_eq!(before, ["retrying", "failed", "retrying", "pending"]);
    assert_eq!(acme.post_nothing(&path(&event)).await.expect(200), counts(3, 1));
    assert_eq!(statuses(acme.deliveries_of(&event).await), ["failed"; 4]);
    app.advance(100 * HOUR);
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn deliveries_in_the_memory_of_a_lane_are_not_sent_after_their_cancellation() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    const ALL: usize = 40;
    let (replies, releases): (Vec<_>, Vec<_>) = (0..ALL).map(|_| Reply::status(200).held()).unzip();
    for reply in replies {
        receiver.then(reply);
    }
    acme.subscribe(&receiver.url("/")).await;
    let event = |at: usize| json!({"type": "invoice.created", "data": {}, "id": format!("event-{at}")});
    let events: Vec<Value> = (0..ALL).map(event).collect();
    acme.post("/api/v1/events/batch", json!({"events": events})).await.expect(202);
    let under_way = app.nobody().get("/readyz").await.expect(200)["in_flight"].as_u64().unwrap() as usize;
    let sent = receiver.take(under_way).await;
    let is_sent = |at: &usize| sent.iter().any(|one| one.header("webhook-id") == format!("event-{at}"));
    let queued: Vec<usize> = (0..ALL).filter(|at| !is_sent(at)).collect();
    let (cancelled, kept) = queued.split_at(queued.len() / 2);
    for at in cancelled {
        let answer = acme.post_nothing(&format!("/api/v1/events/event-{at}/cancel")).await.expect(200);
        assert_eq!(answer, counts(1, 0));
    }
    // Release the requests that are in flight, and let the others through.
    drop(releases);
    let mut ids: Vec<String> =
        receiver.take(kept.len()).await.iter().map(|one| one.header("webhook-id").to_owned()).collect();
    ids.sort_unstable();
    let mut expected: Vec<String> = kept.iter().map(|at| format!("event-{at}")).collect();
    expected.sort_unstable();
    assert_eq!(ids, expected);
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn a_request_in_flight_shows_its_outcome_and_is_not_retried() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    acme.subscribe(&receiver.url("/")).await;
    for (status, shown, error) in
        [(200, "success", Value::Null), (500, "failed", json!("HTTP 500 Internal Server Error; cancelled by request"))]
    {
        let (held, release) = Reply::status(status).held();
        receiver.then(held);
        let event = acme.publish().await;
        receiver.next().await;
        assert_eq!(acme.post_nothing(&path(&event)).await.expect(200), counts(1, 0));
        let id = acme.deliveries_of(&event).await[0]["id"].as_str().unwrap().to_owned();
        let cancelled = acme.get(&format!("/api/v1/webhooks/deliveries/{id}")).await.expect(200);
        assert_eq!(cancelled["error_message"], "cancelled by request");
        release.send(()).unwrap();
        let ended = app.attempted(&acme, &id, 1).await;
        assert_eq!((&ended["status"], &ended["error_message"]), (&json!(shown), &error));
    }
    app.advance(100 * HOUR);
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn a_cancellation_needs_the_scope_to_publish() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let event = acme.publish().await;
    let reader = app.member("acme", &["webhooks:read", "webhooks:manage"]).await;
    assert!(reader.post_nothing(&path(&event)).await.detail(403, "forbidden").contains("events:publish"));
    let publisher = app.member("acme", &["events:publish"]).await;
    assert_eq!(publisher.post_nothing(&path(&event)).await.expect(200), counts(0, 0));
    let missing = publisher.post_nothing("/api/v1/events/nothing/cancel").await;
    assert_eq!(missing.detail(404, "not_found"), "Event not found: nothing");
    app.finish().await;
}
