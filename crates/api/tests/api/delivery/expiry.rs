//! `expires_after_seconds`: a delivery that is too old is not sent.

use crate::support::{Caller, Receiver, Reply, TestApp};
use serde_json::{Value, json};

const DELIVERIES: &str = "/api/v1/webhooks/deliveries";

/// A subscription whose deliveries expire after a minute; returns its path.
async fn subscribe(receiver: &Receiver, acme: &Caller, retry: Value, more: Value) -> String {
    let mut all = json!({"url": receiver.url("/"), "events": ["*"], "retry": {"expires_after_seconds": 60}});
    all["retry"].as_object_mut().unwrap().extend(retry.as_object().unwrap().clone());
    all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    format!("/api/v1/webhooks/subscriptions/{}", acme.subscribe_with(all).await["id"].as_str().unwrap())
}

async fn delivery(acme: &Caller, id: &str) -> Value {
    acme.get(&format!("{DELIVERIES}/{id}")).await.expect(200)
}

/// Waits until the delivery has ended without a request.
async fn expired(app: &TestApp, acme: &Caller, id: &str) -> Value {
    app.until("the delivery to expire", async || {
        let shown = delivery(acme, id).await;
        (shown["status"] == "failed").then_some(shown)
    })
    .await
}

#[tokio::test]
async fn a_delivery_that_is_too_old_when_its_turn_comes_is_not_sent() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let path = subscribe(&receiver, &acme, json!({}), json!({})).await;
    acme.post_nothing(&format!("{path}/pause")).await.expect(200);
    let (old, accepted) = (acme.publish_one().await, app.now());
    app.advance(61);
    let fresh = acme.publish_one().await;
    acme.post_nothing(&format!("{path}/activate")).await.expect(200);
    receiver.next().await;
    assert_eq!(app.attempted(&acme, &fresh, 1).await["status"], "success");
    let shown = expired(&app, &acme, &old).await;
    let expiry = accepted.after(std::time::Duration::from_secs(60));
    assert_eq!(shown["error_message"], format!("Not sent: the delivery expired at {expiry}"));
    assert_eq!((&shown["attempt_number"], &shown["attempts"]), (&json!(0), &json!([])), "no attempt was spent");
    assert_eq!((&shown["response_code"], &shown["next_retry_at"]), (&json!(null), &json!(null)));
    let owner = acme.get(&path).await.expect(200);
    assert_eq!((&owner["failure_count"], &owner["success_count"]), (&json!(0), &json!(1)));
    assert_eq!(owner["last_failure_at"], json!(null), "an expired delivery is no failure of the receiver");
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn a_delivery_that_is_as_old_as_allowed_is_sent() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let path = subscribe(&receiver, &acme, json!({}), json!({})).await;
    acme.post_nothing(&format!("{path}/pause")).await.expect(200);
    let delivery = acme.publish_one().await;
    app.advance(59);
    acme.post_nothing(&format!("{path}/activate")).await.expect(200);
    receiver.next().await;
    assert_eq!(app.attempted(&acme, &delivery, 1).await["status"], "success");
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn a_retry_that_would_come_after_the_expiry_ends_the_delivery_at_once() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    subscribe(&receiver, &acme, json!({"schedule": [20, 50], "jitter": 0}), json!({})).await;
    receiver.then(Reply::status(500)).then(Reply::status(503));
    let delivery = acme.publish_one().await;
    receiver.next().await;
    app.pass(&app.attempted(&acme, &delivery, 1).await["next_retry_at"]);
    receiver.next().await;
    let shown = app.attempted(&acme, &delivery, 2).await;
    assert_eq!((&shown["status"], &shown["next_retry_at"]), (&json!("failed"), &json!(null)));
    assert_eq!(shown["error_message"], "HTTP 503 Service Unavailable", "the attempt's own error stays");
    let note = shown["attempts"][1]["note"].as_str().unwrap();
    assert_eq!(note, "not retried: the delivery expires before the next attempt would be due");
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn a_retry_after_beyond_the_expiry_ends_the_delivery_at_once() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    subscribe(&receiver, &acme, json!({"schedule": [5]}), json!({})).await;
    receiver.then(Reply::status(429).header("Retry-After", "120"));
    let delivery = acme.publish_one().await;
    receiver.next().await;
    assert_eq!(app.attempted(&acme, &delivery, 1).await["status"], "failed");
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn a_retry_whose_turn_comes_too_late_is_not_sent() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    subscribe(&receiver, &acme, json!({"schedule": [20]}), json!({})).await;
    receiver.then(Reply::status(500));
    let delivery = acme.publish_one().await;
    receiver.next().await;
    assert_eq!(app.attempted(&acme, &delivery, 1).await["status"], "retrying");
    // The clock jumps past both times, as when the server was away.
    app.advance(100);
    let shown = expired(&app, &acme, &delivery).await;
    assert!(shown["error_message"].as_str().unwrap().starts_with("Not sent: the delivery expired at"), "{shown}");
    assert_eq!((&shown["attempt_number"], &shown["response_code"]), (&json!(1), &json!(500)), "its last attempt");
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn a_delivery_that_is_sent_again_by_hand_does_not_expire() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    subscribe(&receiver, &acme, json!({"schedule": [20], "jitter": 0}), json!({})).await;
    receiver.then(Reply::status(500)).then(Reply::status(500)).then(Reply::status(500)).then(Reply::status(200));
    let delivery = acme.publish_one().await;
    receiver.next().await;
    app.pass(&app.attempted(&acme, &delivery, 1).await["next_retry_at"]);
    receiver.next().await;
    assert_eq!(app.attempted(&acme, &delivery, 2).await["status"], "failed");
    app.advance(1_000);
    acme.post_nothing(&format!("{DELIVERIES}/{delivery}/retry")).await.expect(200);
    receiver.next().await;
    let shown = app.attempted(&acme, &delivery, 3).await;
    assert_eq!(shown["status"], "retrying", "its retries do not expire either");
    app.pass(&shown["next_retry_at"]);
    receiver.next().await;
    assert_eq!(app.attempted(&acme, &delivery, 4).await["status"], "success");
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn expired_deliveries_use_up_no_rate_limit() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let limit = json!({"rate_limit": {"limit": 1, "period": "hour"}});
    let path = subscribe(&receiver, &acme, json!({}), limit).await;
    acme.post_nothing(&format!("{path}/pause")).await.expect(200);
    const MANY: usize = 20;
    let event = json!({"type": "invoice.created", "data": {}});
    acme.post("/api/v1/events/batch", json!({"events": vec![event; MANY]})).await.expect(202);
    app.advance(61);
    let fresh = acme.publish_one().await;
    acme.post_nothing(&format!("{path}/activate")).await.expect(200);
    receiver.next().await;
    assert_eq!(app.attempted(&acme, &fresh, 1).await["status"], "success");
    let failed = acme.get(&format!("{DELIVERIES}?status=failed")).await.expect(200);
    assert_eq!(failed.as_array().unwrap().len(), MANY);
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn a_test_send_neither_expires_nor_is_retried() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let path = subscribe(&receiver, &acme, json!({"schedule": [1], "expires_after_seconds": 1}), json!({})).await;
    receiver.then(Reply::status(500));
    let sent = acme.post(&format!("{path}/test"), json!({})).await.expect(200);
    assert_eq!((&sent["success"], &sent["status_code"]), (&json!(false), &json!(500)));
    receiver.next().await;
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn the_age_of_a_delayed_event_counts_from_its_time() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let path = subscribe(&receiver, &acme, json!({}), json!({})).await;
    let two_hours = std::time::Duration::from_secs(7_200);
    let delayed = |kind: &str| json!({"type": kind, "data": {}, "deliver_at": app.now().after(two_hours)});
    acme.publish_with(delayed("invoice.created")).await;
    app.advance(7_230);
    receiver.next().await;
    app.settled().await;

    acme.publish_with(delayed("ticket.created")).await;
    acme.post_nothing(&format!("{path}/pause")).await.expect(200);
    app.advance(7_261);
    acme.post_nothing(&format!("{path}/activate")).await.expect(200);
    let late = app
        .until("the delayed delivery to expire", async || {
            let list = acme.get(&format!("{DELIVERIES}?event_type=ticket.created")).await.expect(200);
            (list[0]["status"] == "failed").then(|| list[0].clone())
        })
        .await;
    assert!(late["error_message"].as_str().unwrap().starts_with("Not sent: the delivery expired at"), "{late}");
    app.finish().await;
    receiver.nothing_more();
}
