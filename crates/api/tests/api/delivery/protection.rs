//! Rate limits, concurrency caps and circuit breakers of subscriptions, with a real receiver.

use crate::support::{Caller, Receiver, Reply, TestApp, time};
use serde_json::{Value, json};

/// Subscribes the receiver to all types, with these fields; returns the subscription's path.
async fn subscribe(receiver: &Receiver, acme: &Caller, fields: Value) -> String {
    let mut all = json!({"url": receiver.url("/"), "events": ["*"]});
    all.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    let made = acme.subscribe_with(all).await;
    format!("/api/v1/webhooks/subscriptions/{}", made["id"].as_str().unwrap())
}

#[tokio::test]
async fn a_delivery_over_the_rate_limit_waits_and_uses_no_attempt() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let mut other = Receiver::start().await;
    let path =
        subscribe(&receiver, &acme, json!({"events": ["invoice.*"], "rate_limit": {"limit": 2, "period": "minute"}}))
            .await;
    let shown = acme.get(&path).await.expect(200);
    assert_eq!(shown["rate_limit"], json!({"limit": 2, "period": "minute", "burst": 1}));
    subscribe(&other, &acme, json!({})).await;
    let mut events = Vec::new();
    for _ in 0..3 {
        events.push(acme.publish().await["id"].clone());
    }
    other.take(3).await;
    assert_eq!(receiver.next().await.json()["id"], events[0]);
    for (left, event) in [(2, &events[1]), (1, &events[2])] {
        app.settled_leaving(left).await;
        receiver.nothing_more();
        for waiting in acme.deliveries_of(&json!({"id": event})).await {
            assert!(waiting["status"] == "success" || waiting["attempt_number"] == 0, "{waiting}");
        }
        app.advance(29);
        // An event for the other receiver is sent after everything that the new time lets through.
        acme.publish_with(json!({"type": "customer.created", "data": {}})).await;
        other.next().await;
        receiver.nothing_more();
        app.advance(1);
        assert_eq!(receiver.next().await.json()["id"], *event);
    }
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn a_changed_rate_limit_holds_at_once() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let path = subscribe(&receiver, &acme, json!({"rate_limit": {"limit": 1, "period": "hour"}})).await;
    acme.publish().await;
    acme.publish().await;
    receiver.next().await;
    app.settled_leaving(1).await;
    receiver.nothing_more();
    let changed = acme.patch(&path, json!({"rate_limit": null})).await.expect(200);
    assert_eq!(changed["rate_limit"], json!(null));
    receiver.next().await;
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn at_most_max_in_flight_requests_are_open_at_once() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let mut answers = Vec::new();
    for _ in 0..4 {
        let (reply, answer) = Reply::status(200).held();
        receiver.then(reply);
        answers.push(answer);
    }
    subscribe(&receiver, &acme, json!({"max_in_flight": 2})).await;
    for _ in 0..4 {
        acme.publish().await;
    }
    receiver.take(2).await;
    let mut answers = answers.into_iter();
    for _ in 0..2 {
        receiver.nothing_more();
        answers.next().unwrap().send(()).unwrap();
        receiver.next().await;
    }
    receiver.nothing_more();
    answers.for_each(|answer| answer.send(()).unwrap());
    app.finish().await;
}

/// A breaker that opens after three failures in a row.
fn breaker() -> Value {
    json!({"circuit_breaker": {"minimum": 3, "failure_percent": 100, "connection_failures": 3, "pause_seconds": 10}})
}

async fn breaker_is(app: &TestApp, acme: &Caller, path: &str, state: &str) -> Value {
    let look = async || Some(acme.get(path).await.expect(200)).filter(|shown| shown["breaker"]["state"] == state);
    app.until(&format!("the breaker is {state}"), look).await["breaker"].clone()
}

#[tokio::test]
async fn failures_open_the_breaker_and_deliveries_wait_without_attempts() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    for _ in 0..4 {
        receiver.then(Reply::status(503));
    }
    let path = subscribe(&receiver, &acme, breaker()).await;
    assert_eq!(acme.get(&path).await.expect(200)["breaker"]["state"], "closed");
    for _ in 0..3 {
        let delivery = acme.publish_one().await;
        receiver.next().await;
        app.attempted(&acme, &delivery, 1).await;
    }
    let open = breaker_is(&app, &acme, &path, "open").await;
    assert_eq!(open["reason"], "3 of 3 attempts failed within 60 s");
    assert_eq!(time(&open["since"]), app.now());
    let probe = time(&open["next_probe_at"]);
    // A receiver that answers is probed after a hundredth of its outage, at least 50 ms.
    assert!((45..=55).contains(&probe.since(app.now()).as_millis()), "{open}");

    let mut waiting = Vec::new();
    for _ in 0..3 {
        waiting.push(acme.publish_one().await);
    }
    app.settled_leaving(3).await;
    receiver.nothing_more();

    // The first probe fails, and the pause grows; the second succeeds, and all deliveries are sent.
    app.advance(200);
    receiver.next().await;
    let look = async || {
        let shown = acme.get(&path).await.expect(200)["breaker"].clone();
        (shown["next_probe_at"] != open["next_probe_at"]).then_some(shown)
    };
    let longer = app.until("the next pause", look).await;
    assert_eq!((&longer["state"], &longer["since"]), (&json!("open"), &open["since"]));
    let pause = time(&longer["next_probe_at"]).since(app.now()).as_millis();
    assert!((1_800..=2_300).contains(&pause), "{longer}");
    app.settled_leaving(2).await;
    receiver.nothing_more();
    app.pass(&longer["next_probe_at"]);
    receiver.take(2).await;
    breaker_is(&app, &acme, &path, "closed").await;
    for delivery in &waiting[1..] {
        assert_eq!(app.attempted(&acme, delivery, 1).await["status"], "success");
    }
    app.finish_leaving_any().await;
}

#[tokio::test]
async fn an_open_breaker_survives_a_restart() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    for _ in 0..3 {
        receiver.then(Reply::status(500));
    }
    let path = subscribe(&receiver, &acme, breaker()).await;
    for _ in 0..3 {
        acme.publish().await;
    }
    receiver.take(3).await;
    let open = breaker_is(&app, &acme, &path, "open").await;
    let key = acme.key();
    let app = app.restart().await;
    let acme = app.nobody().bearing(&key);
    assert_eq!(acme.get(&path).await.expect(200)["breaker"], open);
    acme.publish().await;
    app.settled_leaving(1).await;
    receiver.nothing_more();
    app.pass(&open["next_probe_at"]);
    receiver.next().await;
    breaker_is(&app, &acme, &path, "closed").await;
    app.finish_leaving_any().await;
}

#[tokio::test]
async fn a_receiver_that_refuses_connections_gets_no_more_than_the_probes() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("http://127.0.0.1:{port}/");
    let made =
        acme.subscribe_with(json!({"url": url, "events": ["*"], "circuit_breaker": {"connection_failures": 3}})).await;
    let path = format!("/api/v1/webhooks/subscriptions/{}", made["id"].as_str().unwrap());
    for _ in 0..3 {
        let delivery = acme.publish_one().await;
        app.attempted(&acme, &delivery, 1).await;
    }
    let open = breaker_is(&app, &acme, &path, "open").await;
    let reason = open["reason"].as_str().unwrap();
    assert!(reason.starts_with("3 connection failures in a row; the last: "), "{reason}");
    for _ in 0..20 {
        acme.publish().await;
    }
    app.settled_leaving(20).await;
    assert_eq!(acme.get(&path).await.expect(200)["failure_count"], 3);
    acme.delete(&path).await.expect_nothing();
    app.finish().await;
}

#[tokio::test]
async fn a_4xx_refuses_one_event_and_does_not_open_the_breaker() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    for status in [400, 401, 404, 422, 400] {
        receiver.then(Reply::status(status));
    }
    let path = subscribe(&receiver, &acme, breaker()).await;
    for _ in 0..5 {
        let delivery = acme.publish_one().await;
        receiver.next().await;
        app.attempted(&acme, &delivery, 1).await;
    }
    assert_eq!(acme.get(&path).await.expect(200)["breaker"]["state"], "closed");
    app.finish_leaving_any().await;
}

#[tokio::test]
async fn a_new_url_closes_the_breaker() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let mut next = Receiver::start().await;
    for _ in 0..3 {
        receiver.then(Reply::status(500));
    }
    let path = subscribe(&receiver, &acme, breaker()).await;
    for _ in 0..3 {
        acme.publish().await;
    }
    receiver.take(3).await;
    breaker_is(&app, &acme, &path, "open").await;
    let waiting = acme.publish().await["id"].clone();
    let moved = acme.patch(&path, json!({"url": next.url("/")})).await.expect(200);
    assert_eq!(moved["breaker"]["state"], "closed");
    assert_eq!(next.next().await.json()["id"], waiting);
    app.finish_leaving_any().await;
}
