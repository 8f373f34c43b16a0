//! `POST /api/v1/webhooks/subscriptions/{id}/test`.

use super::{check_missing, path_of};
use crate::support::{Reply, Setup, TestApp};
use http::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn a_test_event_is_sent_at_once_and_its_response_returned() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    receiver.then(Reply::status(201).body("thanks"));
    let made = acme.subscribe_with(json!({"url": receiver.url("/hook"), "events": ["ticket.*", "invoice.paid"]})).await;
    let payload = json!({"payload": {"n": 1}, "event_type": "ticket.closed"});
    let result = acme.post(&path_of(&made, "/test"), payload).await.expect(200);
    assert!(result["delivery_time_ms"].is_u64());
    assert_eq!(
        result,
        json!({"success": true, "status_code": 201, "response_body": "thanks", "error_message": null,
               "delivery_time_ms": result["delivery_time_ms"]})
    );
    let request = receiver.next().await;
    let body = request.json();
    assert_eq!(
        (&body["type"], &body["data"], &body["tenant_id"]),
        (&json!("ticket.closed"), &json!({"n": 1}), &json!("acme"))
    );
    assert_eq!(body["metadata"], json!({"test": true}), "receivers can recognise a test");
    assert_eq!(body["id"], request.header("webhook-id"));
    signing::verify_hex(made["secret"].as_str().unwrap(), request.header("x-webhook-signature"), &request.body)
        .unwrap();
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn a_test_is_in_the_log_and_in_the_counters() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let made = acme.subscribe(&receiver.url("/")).await;
    receiver.then(Reply::status(500)).then(Reply::status(200));
    for (status, shown) in [(500, "failed"), (200, "success")] {
        let answer = acme.post_nothing(&path_of(&made, "/test")).await;
        let result = answer.expect(200);
        assert_eq!((&result["success"], &result["status_code"]), (&json!(status == 200), &json!(status)));
        let delivery = acme.get(answer.header("content-location").unwrap()).await.expect(200);
        assert_eq!(
            (&delivery["status"], &delivery["test"], &delivery["attempt_number"]),
            (&json!(shown), &json!(true), &json!(1))
        );
        assert_eq!(delivery["attempts"][0]["response_code"], status);
        receiver.next().await;
    }
    let listed = acme.get(&path_of(&made, "/deliveries")).await.expect(200);
    assert_eq!(listed.as_array().unwrap().len(), 2);
    let counted = acme.get(&path_of(&made, "")).await.expect(200);
    assert_eq!((&counted["success_count"], &counted["failure_count"]), (&json!(1), &json!(1)));
    let coverage = acme.get("/api/v1/audit/coverage").await.expect(200);
    assert!(!coverage.to_string().contains("\"published\":1"), "a test does not count as published: {coverage}");
    // It is not retried.
    app.advance(100_000);
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn a_failed_test_can_be_retried() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let made = acme.subscribe(&receiver.url("/")).await;
    receiver.then(Reply::status(500));
    let answer = acme.post_nothing(&path_of(&made, "/test")).await;
    let delivery = answer.header("content-location").unwrap();
    acme.post_nothing(&format!("{delivery}/retry")).await.expect(200);
    assert_eq!(acme.get(delivery).await.expect(200)["status"], "success");
    receiver.take(2).await;
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn tests_of_a_tenant_do_not_delay_those_of_others() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let made = acme.subscribe_with(json!({"url": receiver.url("/"), "events": ["*"], "timeout_seconds": 5})).await;
    let (mut held, mut tasks) = (Vec::new(), tokio::task::JoinSet::new());
    for _ in 0..8 {
        let (reply, release) = Reply::status(200).held();
        receiver.then(reply);
        held.push(release);
        let (acme, path) = (acme.clone(), path_of(&made, "/test"));
        tasks.spawn(async move { acme.post_nothing(&path).await.expect(200) });
    }
    receiver.take(8).await;
    let refused = acme.post_nothing(&path_of(&made, "/test")).await;
    refused.problem(429, "too_many_tests");
    // Checks of URLs and dry runs of transformations share the room of tests.
    let check = acme.post("/api/v1/webhooks/subscriptions/check", json!({"url": receiver.url("/")})).await;
    check.problem(429, "too_many_tests");
    let trial = json!({"transformation": {"template": "slack"}, "event": {"type": "invoice.created"}});
    let dry_run = acme.post("/api/v1/webhooks/subscriptions/transformation-test", trial).await;
    dry_run.problem(429, "too_many_tests");
    assert_eq!(refused.header("retry-after"), Some("1"));
    let other = app.tenant("other").await;
    let theirs = other.subscribe(&receiver.url("/other")).await;
    assert_eq!(other.post_nothing(&path_of(&theirs, "/test")).await.expect(200)["success"], true);
    for release in held {
        release.send(()).unwrap();
    }
    assert!(tasks.join_all().await.iter().all(|result| result["success"] == true));
    receiver.take(1).await;
    acme.post_nothing(&path_of(&made, "/test")).await.expect(200);
    receiver.take(1).await;
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn without_a_type_the_subscriptions_first_type_and_its_example_are_sent() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    for (events, expected) in [
        (json!(["invoice.*", "payment.failed", "invoice.paid"]), "payment.failed"),
        (json!(["ticket.*"]), "ticket.closed"),
    ] {
        let made = acme.subscribe_with(json!({"url": receiver.url("/"), "events": events})).await;
        for body in ["", " ", "{}", r#"{"event_type": null, "payload": null}"#, r#"{"payload": { }}"#] {
            acme.send(Method::POST, &path_of(&made, "/test"), body).await.expect(200);
            let sent = receiver.next().await.json();
            let known = acme.get(&format!("/api/v1/webhooks/events/{expected}")).await.expect(200);
            assert_eq!(sent["type"], expected, "{body:?}");
            let mut data = sent["data"].as_object().unwrap().clone();
            assert_eq!(data.remove("test"), Some(json!(true)));
            assert!(data.remove("timestamp").is_some() || known["example"].get("timestamp").is_some());
            for (name, value) in known["example"].as_object().unwrap() {
                assert_eq!(data.remove(name).as_ref(), Some(value), "{name}");
            }
            assert!(data.is_empty() || data == *json!({"subscription_id": made["id"]}).as_object().unwrap());
        }
    }
    let all = acme.subscribe(&receiver.url("/")).await;
    acme.post(&path_of(&all, "/test"), json!({"event_type": "not.known"})).await.expect(200);
    let sent = receiver.next().await.json();
    let expected = json!({"test": true, "subscription_id": all["id"], "timestamp": app.now().to_string()});
    assert_eq!((&sent["type"], &sent["data"]), (&json!("not.known"), &expected));
    app.finish().await;
}

#[tokio::test]
async fn a_test_that_cannot_be_sent_returns_the_error() {
    let app = TestApp::start().await;
    let made = app.tenant("acme").await.subscribe("http://localhost:9/").await;
    let app = app.restart_as(Setup { allow_loopback: false, ..Setup::default() }).await;
    let acme = app.tenant("acme").await;
    let result = acme.post_nothing(&path_of(&made, "/test")).await.expect(200);
    assert_eq!((&result["success"], &result["status_code"]), (&json!(false), &json!(null)));
    assert_eq!(result["response_body"], Value::Null);
    let message = result["error_message"].as_str().unwrap();
    assert_eq!(message, "Not sent: the address policy does not allow loopback addresses");
    app.finish().await;
}

#[tokio::test]
async fn a_hanging_receiver_ends_the_test_at_the_subscriptions_timeout() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    receiver.then(Reply::Hang);
    let made = acme.subscribe_with(json!({"url": receiver.url("/"), "events": ["*"], "timeout_seconds": 5})).await;
    let result = acme.post_nothing(&path_of(&made, "/test")).await.expect(200);
    let message = result["error_message"].as_str().unwrap();
    assert!(message.starts_with("Timeout: ") && message.ends_with("within 5 s"), "{message}");
    assert!((5_000..25_000).contains(&result["delivery_time_ms"].as_u64().unwrap()), "{result}");
    receiver.next().await;
    app.finish().await;
}

#[tokio::test]
async fn an_inactive_subscription_cannot_be_tested() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let made = acme.subscribe(&receiver.url("/")).await;
    acme.post_nothing(&path_of(&made, "/pause")).await.expect(200);
    let detail = acme.post_nothing(&path_of(&made, "/test")).await.detail(400, "bad_request");
    assert!(detail.contains("inactive"), "{detail}");
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn invalid_requests_are_refused() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let path = path_of(&acme.subscribe(&receiver.url("/")).await, "/test");
    for (body, field) in [
        (json!({"event_type": "in voice"}), "event_type"),
        (json!({"event_type": 1}), "event_type"),
        (json!({"payload": [1]}), "payload"),
        (json!({"payload": "x"}), "payload"),
        (json!("x"), "body"),
    ] {
        assert_eq!(acme.post(&path, body.clone()).await.fault().0, field, "{body}");
    }
    acme.send(Method::POST, &path, "{").await.problem(422, "malformed_json");
    check_missing(&acme, Method::POST, "/test", "").await;
    app.finish().await;
    receiver.nothing_more();
}
