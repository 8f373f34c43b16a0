//! Trace context of publishing requests: kept with the event, shown, and sent with each attempt.

use crate::support::{Received, Reply, TestApp};
use http::Method;
use serde_json::json;

/// The values of `traceparent` and `tracestate`.
fn context(request: &Received) -> (Option<&str>, Option<&str>) {
    let value = |name: &str| {
        let all = request.all(name);
        assert!(all.len() < 2, "{name}: {all:?}");
        all.first().copied()
    };
    (value("traceparent"), value("tracestate"))
}

const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

#[tokio::test]
async fn every_publishing_call_passes_its_trace_context_on() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let subscription = acme.subscribe(&receiver.url("/")).await["id"].as_str().unwrap().to_owned();
    let traced = acme.with("traceparent", PARENT).with("tracestate", "vendor=1");
    let event = json!({"type": "invoice.created", "data": {}});
    let calls = [
        ("/api/v1/events".to_owned(), event.clone(), 202),
        ("/api/v1/events/batch".to_owned(), json!({"events": [event]}), 202),
        ("/api/v1/tenant/webhooks/deliveries".to_owned(), json!({"event": "invoice.created", "payload": {}}), 202),
        (format!("/api/v1/webhooks/subscriptions/{subscription}/test"), json!({}), 200),
    ];
    for (path, body, status) in &calls {
        traced.post(path, body.clone()).await.expect(*status);
        assert_eq!(context(&receiver.next().await), (Some(PARENT), Some("vendor=1")), "{path}");
        acme.post(path, body.clone()).await.expect(*status);
        assert_eq!(context(&receiver.next().await), (None, None), "{path}");
    }
    let events = acme.get("/api/v1/events").await.expect(200);
    let traces: Vec<_> = events.as_array().unwrap().iter().filter_map(|event| event["trace_id"].as_str()).collect();
    assert_eq!(traces, vec!["4bf92f3577b34da6a3ce929d0e0e4736"; calls.len()]);
    app.settled().await;
    app.finish().await;
}

#[tokio::test]
async fn a_retry_and_a_restart_keep_the_trace_context() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    receiver.then(Reply::status(500));
    acme.subscribe(&receiver.url("/")).await;
    let event = json!({"type": "invoice.created", "data": {}});
    let published = acme.with("traceparent", PARENT).post("/api/v1/events", event).await.expect(202);
    assert_eq!(context(&receiver.next().await).0, Some(PARENT));
    let event = acme.get(&format!("/api/v1/events/{}", published["id"].as_str().unwrap())).await.expect(200);
    let delivery = event["deliveries"][0]["id"].as_str().unwrap().to_owned();
    app.attempted(&acme, &delivery, 1).await;
    let key = acme.key();
    let app = app.restart().await;
    app.advance(3_600);
    assert_eq!(context(&receiver.next().await).0, Some(PARENT));
    app.attempted(&app.nobody().bearing(&key), &delivery, 2).await;
    app.finish().await;
}

#[tokio::test]
async fn a_subscription_cannot_set_the_headers_of_a_trace() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    for name in ["traceparent", "TraceState"] {
        let fields = json!({"url": "https://a.example/", "events": ["*"], "headers": {name: "x"}});
        let (field, message) = acme.post("/api/v1/webhooks/subscriptions", fields).await.fault();
        assert!(field.contains(name) && message.contains("set by the server"), "{field}: {message}");
    }
    app.finish().await;
}

#[tokio::test]
async fn an_odd_trace_context_is_no_error() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    acme.subscribe(&receiver.url("/")).await;
    let event = r#"{"type": "invoice.created", "data": {}}"#;
    for (parent, state, sent) in [
        ("nonsense", "vendor=1", None),
        (&*"0".repeat(5_000), "", None),
        (PARENT, "=", Some(PARENT)),
        (PARENT, "", Some(PARENT)),
    ] {
        let odd = acme.with("traceparent", parent).with("tracestate", state);
        odd.send(Method::POST, "/api/v1/events", event).await.expect(202);
        assert_eq!(context(&receiver.next().await), (sent, None), "{parent}");
    }
    app.settled().await;
    app.finish().await;
}
