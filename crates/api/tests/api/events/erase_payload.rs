//! `DELETE /api/v1/events/{id}/payload`.

use crate::support::{Caller, Reply, TestApp, each};
use serde_json::{Value, json};

/// A text that must be found nowhere after an erasure.
const NAME: &str = "Ada Lovelace";

fn person(id: &str) -> Value {
    json!({"type": "customer.created", "id": id, "data": {"name": NAME}, "metadata": {"by": NAME}})
}

/// A response that repeats the payload everywhere.
fn echo(status: u16) -> Reply {
    Reply::status(status).header("X-Echo", NAME).header("Location", format!("/{NAME}")).body(format!("hello {NAME}"))
}

async fn erase(caller: &Caller, id: &str) -> Value {
    caller.delete(&format!("/api/v1/events/{id}/payload")).await.expect(200)
}

/// Everything that the API shows of the event and its deliveries.
async fn shown(caller: &Caller, id: &str) -> String {
    let event = caller.get(&format!("/api/v1/events/{id}")).await;
    let mut text = event.text().to_owned();
    text += caller.get("/api/v1/events").await.text();
    text += caller.get("/api/v1/webhooks/deliveries").await.text();
    for delivery in each(&event.expect(200)["deliveries"], "id") {
        text += caller.get(&format!("/api/v1/webhooks/deliveries/{delivery}")).await.text();
        text += caller.get(&format!("/api/v1/tenant/webhooks/deliveries/{delivery}")).await.text();
    }
    text
}

#[tokio::test]
async fn the_log_stays_readable_without_the_payload() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let url = receiver.url("/");
    acme.subscribe_with(json!({"url": url, "events": ["*"], "max_retries": 0})).await;
    for (id, reply) in [("one", echo(200)), ("two", echo(302)), ("other", Reply::status(200))] {
        receiver.then(reply);
        acme.publish_with(person(id)).await;
        receiver.next().await;
        app.settled().await;
    }
    for (id, status, error) in [("one", "success", Value::Null), ("two", "failed", json!("HTTP 302"))] {
        assert!(shown(&acme, id).await.matches(NAME).count() > 4, "{id}: the test must see what is erased");
        app.advance(1);
        let erased = erase(&acme, id).await;
        assert_eq!(erased, json!({"id": id, "payload_erased_at": app.now(), "cancelled_deliveries": 0}));
        let event = acme.get(&format!("/api/v1/events/{id}")).await.expect(200);
        assert_eq!((&event["data"], &event["metadata"]), (&json!({}), &json!({})));
        assert_eq!((&event["payload_erased_at"], &event["delivery_count"]), (&json!(app.now()), &json!(1)));
        let delivery = event["deliveries"][0]["id"].as_str().unwrap();
        let detail = acme.get(&format!("/api/v1/webhooks/deliveries/{delivery}")).await.expect(200);
        assert_eq!((&detail["status"], &detail["error_message"]), (&json!(status), &error));
        assert_eq!(detail["payload_erased_at"], json!(app.now()));
        let attempt = &detail["attempts"][0];
        assert!(attempt["response_code"].is_u64() && attempt["duration_ms"].is_u64());
        assert_eq!((&attempt["request_headers"], &attempt["request_body"]), (&json!({}), &Value::Null));
        assert_eq!((&attempt["response_headers"], &attempt["response_body"]), (&json!({}), &json!("")));
    }
    let left = acme.get("/api/v1/events/other").await.expect(200);
    assert_eq!((&left["data"]["name"], &left["payload_erased_at"]), (&json!(NAME), &Value::Null));
    let all = shown(&acme, "one").await + &shown(&acme, "two").await;
    assert_eq!(all.matches(NAME).count(), 4, "only the other event in the lists has it: {all}");
    app.finish().await;
}

#[tokio::test]
async fn an_erasure_can_be_repeated_and_needs_an_event_of_the_tenant() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let generated = acme.publish().await;
    let first = erase(&acme, generated["id"].as_str().unwrap()).await;
    app.advance(60);
    assert_eq!(erase(&acme, generated["id"].as_str().unwrap()).await, first);
    let path = format!("/api/v1/events/{}/payload", generated["id"].as_str().unwrap());
    assert_eq!(app.tenant("globex").await.delete(&path).await.problem(404, "not_found")["status"], 404);
    let text = acme.delete("/api/v1/events/nobody/payload").await.detail(404, "not_found");
    assert_eq!(text, "Event not found: nobody");
    let reader = app.member("acme", &["webhooks:read", "events:publish"]).await;
    assert!(reader.delete(&path).await.detail(403, "forbidden").contains("webhooks:manage"));
    app.finish().await;
}

#[tokio::test]
async fn waiting_deliveries_are_cancelled_and_cannot_be_sent_again() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    receiver.then(echo(500));
    acme.subscribe(&receiver.url("/")).await;
    let waiting = acme.publish_with(person("one")).await;
    receiver.next().await;
    let delivery = acme.deliveries_of(&waiting).await[0]["id"].as_str().unwrap().to_owned();
    let retrying = app.attempted(&acme, &delivery, 1).await;
    assert_eq!(retrying["status"], "retrying");
    assert_eq!(erase(&acme, "one").await["cancelled_deliveries"], 1);
    assert!(!shown(&acme, "one").await.contains(NAME));
    let path = format!("/api/v1/webhooks/deliveries/{delivery}");
    let cancelled = acme.get(&path).await.expect(200);
    assert_eq!((&cancelled["status"], &cancelled["next_retry_at"]), (&json!("failed"), &Value::Null));
    assert_eq!(cancelled["error_message"], "the payload was erased");
    app.pass(&retrying["next_retry_at"]);
    app.settled().await;
    for force in [false, true] {
        let refused = acme.post(&format!("{path}/retry"), json!({"force": force})).await;
        let text = refused.detail(400, "bad_request");
        assert_eq!(text, "The delivery cannot be retried: the payload of its event was erased");
    }
    let refused = acme.post_nothing(&format!("/api/v1/tenant/webhooks/deliveries/{delivery}/retry")).await;
    let text = refused.detail(400, "not_retryable");
    assert_eq!(text, "The delivery cannot be retried: the payload of its event was erased");
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn deliveries_that_wait_in_memory_are_not_sent() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    acme.subscribe(&receiver.url("/")).await;
    // Receivers that have not answered yet share an eighth of the 64 requests beside the first; further deliveries wait in memory.
    let mut held = Vec::new();
    for _ in 0..9 {
        let (reply, release) = Reply::status(200).held();
        receiver.then(reply);
        held.push(release);
        acme.publish().await;
    }
    receiver.take(9).await;
    for id in ["one", "two", "three"] {
        acme.publish_with(person(id)).await;
    }
    for id in ["one", "three"] {
        assert_eq!(erase(&acme, id).await["cancelled_deliveries"], 1);
    }
    held.into_iter().for_each(|release| release.send(()).unwrap());
    assert_eq!(receiver.next().await.json()["id"], "two");
    app.settled().await;
    acme.publish().await;
    let last = receiver.next().await;
    assert_eq!(last.json()["type"], "invoice.created", "{}", last.text());
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn a_request_in_flight_is_recorded_without_its_response() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    acme.subscribe(&receiver.url("/")).await;
    for (id, status, expected) in [("sent", 200, "success"), ("refused", 500, "failed")] {
        let (reply, release) = echo(status).held();
        receiver.then(reply);
        acme.publish_with(person(id)).await;
        receiver.next().await;
        assert_eq!(erase(&acme, id).await["cancelled_deliveries"], 1);
        release.send(()).unwrap();
        let event = acme.get(&format!("/api/v1/events/{id}")).await.expect(200);
        let delivery = event["deliveries"][0]["id"].as_str().unwrap().to_owned();
        let detail = app.attempted(&acme, &delivery, 1).await;
        assert_eq!((&detail["status"], &detail["response_code"]), (&json!(expected), &json!(status)));
        assert!(!shown(&acme, id).await.contains(NAME));
    }
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn an_erased_event_still_deduplicates() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await.with("Idempotency-Key", "once");
    acme.publish_with(person("one")).await;
    erase(&acme, "one").await;
    let again = acme.publish_with(person("one")).await;
    assert_eq!((&again["duplicate"], &again["warnings"]), (&json!(true), &Value::Null));
    let other = acme.post("/api/v1/events", json!({"type": "customer.deleted", "id": "one", "data": {}})).await;
    other.problem(422, "idempotency_key_reused");
    assert!(!shown(&acme, "one").await.contains(NAME), "nothing is written again");
    app.finish().await;
}
