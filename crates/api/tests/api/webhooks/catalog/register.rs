//! `POST /api/v1/webhooks/events`.

use super::PATH;
use crate::support::TestApp;
use serde_json::json;

#[tokio::test]
async fn a_custom_type_can_be_registered_subscribed_and_delivered() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let subscription = json!({"url": receiver.url("/"), "events": ["shipment.delayed"]});
    acme.post("/api/v1/webhooks/subscriptions", subscription.clone()).await.fault();
    let schema = json!({"type": "object", "required": ["shipment_id"]});
    let said = json!({"event_type": "shipment.delayed", "description": "A shipment is late", "category": "shipping",
                      "schema": schema, "example": {"shipment_id": "s1"}});
    let made = app.admin().post(PATH, said.clone()).await.expect(201);
    assert_eq!(made, said);
    assert_eq!(acme.get(&format!("{PATH}/shipment.delayed")).await.expect(200), made);
    let list = acme.get(PATH).await.expect(200);
    let line = list["events"].as_array().unwrap().iter().find(|one| one["event_type"] == "shipment.delayed").unwrap();
    assert_eq!(
        (&line["category"], &line["has_schema"], &line["has_example"]),
        (&json!("shipping"), &json!(true), &json!(true))
    );

    acme.subscribe_with(subscription).await;
    acme.publish_with(json!({"type": "shipment.delayed", "data": {"shipment_id": "s1"}})).await;
    assert_eq!(receiver.next().await.json()["type"], "shipment.delayed");
    app.settled().await;
    let app = app.restart().await;
    let acme = app.tenant("acme").await;
    assert_eq!(acme.get(&format!("{PATH}/shipment.delayed")).await.expect(200), made, "it survives a restart");
    app.finish().await;
}

#[tokio::test]
async fn only_the_name_is_required() {
    let app = TestApp::start().await;
    let made = app.admin().post(PATH, json!({"event_type": " a.b "})).await.expect(201);
    let expected =
        json!({"event_type": "a.b", "description": "", "schema": null, "example": null, "category": "custom"});
    assert_eq!(made, expected);
    let shown = app.tenant("acme").await.get(&format!("{PATH}/a.b")).await.expect(200);
    assert_eq!(shown, expected);
    app.finish().await;
}

#[tokio::test]
async fn a_known_type_is_409() {
    let app = TestApp::start().await;
    let admin = app.admin();
    admin.post(PATH, json!({"event_type": "a.b"})).await.expect(201);
    for name in ["a.b", "invoice.created"] {
        let detail = admin.post(PATH, json!({"event_type": name})).await.detail(409, "conflict");
        assert_eq!(detail, format!("Event type {name} is known already"));
    }
    app.finish().await;
}

#[tokio::test]
async fn invalid_types_are_refused() {
    let app = TestApp::start().await;
    let admin = app.admin();
    for (body, field) in [
        (json!({}), "event_type"),
        (json!({"event_type": null}), "event_type"),
        (json!({"event_type": 1}), "event_type"),
        (json!({"event_type": "a b"}), "event_type"),
        (json!({"event_type": "a.*"}), "event_type"),
        (json!({"event_type": "a.b", "description": "x".repeat(1_001)}), "description"),
        (json!({"event_type": "a.b", "description": " "}), "description"),
        (json!({"event_type": "a.b", "category": "x".repeat(101)}), "category"),
        (json!({"event_type": "a.b", "schema": "x"}), "schema"),
        (json!({"event_type": "a.b", "schema": [1]}), "schema"),
        (json!({"event_type": "a.b", "example": [1]}), "example"),
    ] {
        assert_eq!(admin.post(PATH, body.clone()).await.fault().0, field, "{body}");
    }
    app.tenant("acme").await.get(&format!("{PATH}/a.b")).await.problem(404, "not_found");
    app.finish().await;
}
