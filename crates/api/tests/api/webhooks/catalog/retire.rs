//! `DELETE /api/v1/webhooks/events/{event_type}`.

use super::PATH;
use crate::support::TestApp;
use serde_json::json;

#[tokio::test]
async fn a_retired_type_cannot_be_subscribed_but_is_still_delivered() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let (admin, path) = (app.admin(), format!("{PATH}/a.b"));
    admin.post(PATH, json!({"event_type": "a.b", "description": "first"})).await.expect(201);
    let fields = json!({"url": receiver.url("/"), "events": ["a.b"]});
    let known = acme.subscribe_with(fields.clone()).await;
    admin.delete(&path).await.expect_nothing();

    acme.get(&path).await.problem(404, "not_found");
    let total = acme.get(PATH).await.expect(200)["total"].clone();
    let (field, message) = acme.post("/api/v1/webhooks/subscriptions", fields.clone()).await.fault();
    assert_eq!((field.as_str(), message.as_str()), ("events", "Unsupported event types: a.b"));
    assert_eq!(acme.publish_with(json!({"type": "a.b", "data": {}})).await["deliveries"], 1);
    receiver.next().await;
    // A subscription that has the type keeps it when other fields change.
    let subscription = format!("/api/v1/webhooks/subscriptions/{}", known["id"].as_str().unwrap());
    let changed = acme.patch(&subscription, json!({"events": ["a.b", "invoice.paid"]})).await.expect(200);
    assert_eq!(changed["events"], json!(["a.b", "invoice.paid"]));
    for answer in [admin.delete(&path).await, admin.put(&path, json!({"description": "x"})).await] {
        answer.problem(404, "not_found");
    }

    let again = admin.post(PATH, json!({"event_type": "a.b"})).await.expect(201);
    assert_eq!(again["description"], "", "old fields are not kept");
    assert_eq!(acme.get(PATH).await.expect(200)["total"], total.as_u64().unwrap() + 1);
    acme.subscribe_with(fields).await;
    app.finish().await;
}

#[tokio::test]
async fn a_shipped_type_cannot_be_retired() {
    let app = TestApp::start().await;
    let detail = app.admin().delete(&format!("{PATH}/invoice.created")).await.detail(409, "conflict");
    assert!(detail.contains("shipped"), "{detail}");
    app.admin().delete(&format!("{PATH}/nothing.such")).await.problem(404, "not_found");
    app.finish().await;
}
