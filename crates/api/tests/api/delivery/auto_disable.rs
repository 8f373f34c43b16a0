//! Automatic disabling of subscriptions whose receivers answer nothing but failures.

use crate::support::{Caller, Receiver, Reply, TestApp, time};
use serde_json::{Value, json};

/// Subscribes the receiver with automatic disabling after two hours; returns the subscription's path.
async fn subscribe(receiver: &Receiver, acme: &Caller, events: Value) -> String {
    let fields = json!({
        "url": receiver.url("/"), "events": events, "max_retries": 0, "auto_disable_after_hours": 2,
        "circuit_breaker": {"enabled": false},
    });
    format!("/api/v1/webhooks/subscriptions/{}", acme.subscribe_with(fields).await["id"].as_str().unwrap())
}

/// Publishes an event of this type, which the receiver refuses.
async fn fail(app: &TestApp, acme: &Caller, receiver: &mut Receiver, event_type: &str) {
    receiver.then(Reply::status(500));
    let event = acme.publish_with(json!({"type": event_type, "data": {}})).await;
    receiver.next().await;
    let delivery = acme.deliveries_of(&event).await[0]["id"].as_str().unwrap().to_owned();
    app.attempted(acme, &delivery, 1).await;
}

async fn until(app: &TestApp, acme: &Caller, path: &str, what: &str, is: impl Fn(&Value) -> bool) -> Value {
    app.until(what, async || Some(acme.get(path).await.expect(200)).filter(|shown| is(shown))).await
}

#[tokio::test]
async fn nothing_but_failures_for_the_whole_time_disables_it() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let path = subscribe(&receiver, &acme, json!(["*"])).await;
    fail(&app, &acme, &mut receiver, "invoice.created").await;
    let since = acme.get(&path).await.expect(200)["failing_since"].clone();
    // The failure ends a moment after the time that stands still.
    assert!(time(&since).since(app.now()).as_millis() < 1_000, "{since}");
    for _ in 0..3 {
        app.advance(2_000);
        fail(&app, &acme, &mut receiver, "payment.succeeded").await;
        assert_eq!(acme.get(&path).await.expect(200)["is_active"], true);
    }
    app.advance(2_000);
    fail(&app, &acme, &mut receiver, "invoice.created").await;
    app.advance(60);
    let shown = until(&app, &acme, &path, "it is disabled", |shown| shown["is_active"] == false).await;
    assert_eq!((&shown["disabled_reason"], &shown["failing_since"]), (&json!("failing"), &since));
    assert_eq!(time(&shown["disabled_at"]), app.now());
    assert_eq!(acme.publish().await["deliveries"], 0, "no delivery is created for it");

    // Activated again it begins anew, whatever has failed before.
    let active = acme.post_nothing(&format!("{path}/activate")).await.expect(200);
    assert_eq!((&active["disabled_reason"], &active["disabled_at"]), (&json!(null), &json!(null)));
    fail(&app, &acme, &mut receiver, "invoice.created").await;
    app.advance(60);
    acme.publish().await;
    receiver.next().await;
    assert_eq!(acme.get(&path).await.expect(200)["is_active"], true);
    app.finish().await;
}

#[tokio::test]
async fn one_success_starts_the_time_again() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let path = subscribe(&receiver, &acme, json!(["*"])).await;
    for event_type in ["invoice.created", "payment.succeeded"] {
        fail(&app, &acme, &mut receiver, event_type).await;
        app.advance(3_600);
    }
    acme.publish().await;
    receiver.next().await;
    until(&app, &acme, &path, "the success", |shown| shown["failing_since"] == json!(null)).await;
    for event_type in ["invoice.created", "payment.succeeded"] {
        fail(&app, &acme, &mut receiver, event_type).await;
        app.advance(3_600);
    }
    acme.publish().await;
    receiver.next().await;
    assert_eq!(acme.get(&path).await.expect(200)["is_active"], true);
    app.finish().await;
}

#[tokio::test]
async fn failures_of_one_type_do_not_disable_it_unless_it_has_no_other() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let (mut all, mut one) = (Receiver::start().await, Receiver::start().await);
    let of_all = subscribe(&all, &acme, json!(["invoice.*"])).await;
    let of_one = subscribe(&one, &acme, json!(["invoice.created"])).await;
    for _ in 0..5 {
        for receiver in [&mut all, &mut one] {
            receiver.then(Reply::status(500));
        }
        acme.publish().await;
        all.next().await;
        one.next().await;
        app.settled().await;
        app.advance(2_000);
    }
    until(&app, &acme, &of_one, "it is disabled", |shown| shown["is_active"] == false).await;
    assert_eq!(acme.get(&of_all).await.expect(200)["is_active"], true);
    receiver.nothing_more();
    app.finish().await;
}
