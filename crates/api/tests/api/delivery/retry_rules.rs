//! The retry rules of a subscription, over HTTP with a real receiver: delays, retried results, rules by event type.

use crate::support::{Caller, Receiver, Reply, TestApp, seconds_between, time};
use serde_json::{Value, json};

async fn subscribe(receiver: &Receiver, acme: &Caller, retry: Value, more: Value) -> String {
    let mut all = json!({"url": receiver.url("/"), "events": ["*"], "retry": retry});
    all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    acme.subscribe_with(all).await["id"].as_str().unwrap().to_owned()
}

async fn publish(acme: &Caller, event_type: &str) -> String {
    let event = acme.publish_with(json!({"type": event_type, "data": {}})).await["id"].as_str().unwrap().to_owned();
    let found = acme.get(&format!("/api/v1/webhooks/deliveries?event_id={event}")).await.expect(200);
    found[0]["id"].as_str().unwrap().to_owned()
}

/// Seconds from the end of the attempt to the next one.
fn wait(app: &TestApp, shown: &Value) -> u64 {
    let took = shown["duration_ms"].as_u64().unwrap() / 1_000;
    seconds_between(app.now(), time(&shown["next_retry_at"])) - took
}

#[tokio::test]
async fn a_list_of_delays_is_followed_to_its_end() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    subscribe(&receiver, &acme, json!({"schedule": [60, 5, 7_200], "jitter": 0}), json!({})).await;
    let delays = [60, 5, 7_200];
    for _ in 0..=delays.len() {
        receiver.then(Reply::status(500));
    }
    let delivery = acme.publish_one().await;
    for (at, delay) in delays.iter().enumerate() {
        receiver.next().await;
        let shown = app.attempted(&acme, &delivery, at as u64 + 1).await;
        assert!((*delay..=delay + 2).contains(&wait(&app, &shown)), "{shown}");
        app.advance(wait(&app, &shown) - 1);
        app.settled().await;
        receiver.nothing_more();
        app.pass(&shown["next_retry_at"]);
    }
    receiver.next().await;
    let shown = app.attempted(&acme, &delivery, 4).await;
    assert_eq!(
        (&shown["status"], &shown["error_message"]),
        (&json!("failed"), &json!("HTTP 500 Internal Server Error"))
    );
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn exponential_delays_grow_by_the_factor_to_the_cap() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let schedule = json!({"base_seconds": 100, "factor": 3, "cap_seconds": 500});
    subscribe(&receiver, &acme, json!({"schedule": schedule, "jitter": 0}), json!({"max_retries": 4})).await;
    let delays = [100, 300, 500, 500];
    for _ in 0..=delays.len() {
        receiver.then(Reply::Close);
    }
    let delivery = acme.publish_one().await;
    for (at, delay) in delays.iter().enumerate() {
        receiver.next().await;
        let shown = app.attempted(&acme, &delivery, at as u64 + 1).await;
        assert!((*delay..=delay + 2).contains(&wait(&app, &shown)), "{shown}");
        app.pass(&shown["next_retry_at"]);
    }
    receiver.next().await;
    assert_eq!(app.attempted(&acme, &delivery, 5).await["status"], "failed");
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn results_outside_retry_on_are_final() {
    for (retry_on, reply, status) in [
        (json!(["503"]), Reply::status(503), "retrying"),
        (json!(["503"]), Reply::status(500), "failed"),
        (json!(["5xx", "404"]), Reply::status(404), "retrying"),
        (json!(["5xx", "404"]), Reply::status(429), "failed"),
        (json!(["5xx"]), Reply::status(200), "success"),
        (json!(["5xx", "4xx"]), Reply::status(410), "disabled"),
        (json!(["503"]), Reply::Close, "retrying"),
        (json!(["503", "connection"]), Reply::Close, "retrying"),
        (json!(["503", "timeout"]), Reply::Close, "failed"),
        (json!(["503", "no_failures"]), Reply::Close, "failed"),
        (json!(["503", "protocol"]), Reply::Garbage, "retrying"),
        (json!(["503", "connection"]), Reply::Garbage, "failed"),
    ] {
        let (app, acme, mut receiver) = TestApp::with_receiver().await;
        let case = format!("{retry_on} {reply:?}");
        receiver.then(reply);
        subscribe(&receiver, &acme, json!({"retry_on": retry_on}), json!({})).await;
        let delivery = acme.publish_one().await;
        receiver.next().await;
        let shown = app.attempted(&acme, &delivery, 1).await;
        assert_eq!(shown["status"], status, "{case}: {shown}");
        app.finish_leaving(usize::from(status == "retrying")).await;
        receiver.nothing_more();
    }
}

#[tokio::test]
async fn retry_on_retries_what_the_tenant_profile_does_not() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let retry = json!({"retry_on": ["404", "5xx"]});
    subscribe(&receiver, &acme, retry, json!({"profile": "tenant"})).await;
    for (status, expected) in [(404, "retrying"), (403, "failed"), (302, "success")] {
        receiver.then(Reply::status(status));
        let delivery = publish(&acme, "invoice.created").await;
        receiver.next().await;
        assert_eq!(app.attempted(&acme, &delivery, 1).await["status"], expected, "{status}");
    }
    app.finish_leaving(1).await;
    receiver.nothing_more();
}

#[tokio::test]
async fn event_types_have_their_own_rules() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let retry = json!({"schedule": [600], "jitter": 0, "by_event_type": {
        "invoice.*": {"schedule": [30, 60]},
        "invoice.paid": {"retry_on": ["503"]},
        "ticket.created": {"max_retries": 0},
    }});
    subscribe(&receiver, &acme, retry, json!({})).await;
    for (event_type, status, expected) in [
        ("customer.created", 500, Some(600)),
        ("invoice.created", 500, Some(30)),
        ("invoice.paid", 503, Some(600)),
        ("invoice.paid", 500, None),
        ("ticket.created", 500, None),
    ] {
        receiver.then(Reply::status(status));
        let delivery = publish(&acme, event_type).await;
        receiver.next().await;
        let shown = app.attempted(&acme, &delivery, 1).await;
        match expected {
            Some(delay) => assert!((delay..=delay + 2).contains(&wait(&app, &shown)), "{event_type}: {shown}"),
            None => assert_eq!(shown["status"], "failed", "{event_type}"),
        }
    }
    app.finish_leaving(3).await;
    receiver.nothing_more();
}

#[tokio::test]
async fn changed_rules_hold_from_the_next_attempt() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let subscription = subscribe(&receiver, &acme, json!({"schedule": [60, 60], "jitter": 0}), json!({})).await;
    receiver.then(Reply::status(500)).then(Reply::status(500));
    let delivery = acme.publish_one().await;
    receiver.next().await;
    let shown = app.attempted(&acme, &delivery, 1).await;
    let path = format!("/api/v1/webhooks/subscriptions/{subscription}");
    acme.patch(&path, json!({"retry": {"schedule": [60, 900], "jitter": 0}})).await.expect(200);
    app.pass(&shown["next_retry_at"]);
    receiver.next().await;
    let shown = app.attempted(&acme, &delivery, 2).await;
    assert!((900..=902).contains(&wait(&app, &shown)), "{shown}");
    app.finish_leaving(1).await;
    receiver.nothing_more();
}

#[tokio::test]
async fn rules_are_kept_over_a_restart() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let retry = json!({"schedule": [77], "jitter": 0.0});
    let subscription = subscribe(&receiver, &acme, retry.clone(), json!({})).await;
    let app = app.restart().await;
    let acme = app.tenant("acme").await;
    let path = format!("/api/v1/webhooks/subscriptions/{subscription}");
    assert_eq!(acme.get(&path).await.expect(200)["retry"], retry);
    receiver.then(Reply::status(500));
    let delivery = acme.publish_one().await;
    receiver.next().await;
    let shown = app.attempted(&acme, &delivery, 1).await;
    assert!((77..=79).contains(&wait(&app, &shown)), "{shown}");
    app.finish_leaving(1).await;
    receiver.nothing_more();
}
