//! `GET /api/v1/events/{id}`.

use crate::support::{START, TestApp, hyphenated};
use http::Method;
use serde_json::json;

#[tokio::test]
async fn an_event_is_shown_with_its_deliveries() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let subscription = acme.subscribe(&receiver.url("/")).await;
    let event = acme.publish().await;
    receiver.next().await;
    app.settled().await;
    let id = event["id"].as_str().unwrap();
    let shown = acme.get(&format!("/api/v1/events/{id}")).await.expect(200);
    let delivery = &shown["deliveries"][0];
    assert_eq!(
        shown,
        json!({
            "id": id, "type": "invoice.created", "tenant_id": "acme", "timestamp": START,
            "data": {"invoice_id": "inv_123"}, "metadata": {}, "priority": "normal", "created_at": START,
            "payload_erased_at": null,
            "deliveries": [{
                "id": delivery["id"], "subscription_id": subscription["id"], "event_type": "invoice.created",
                "event_id": id, "status": "success", "response_code": 200, "error_message": null, "attempt_number": 1,
                "duration_ms": delivery["duration_ms"], "created_at": START, "next_retry_at": null,
            }],
            "delivery_count": 1,
        })
    );
    assert_eq!(acme.get(&format!("/api/v1/events/{}", hyphenated(id))).await.expect(200), shown);
    app.finish().await;
}

#[tokio::test]
async fn data_is_shown_as_it_was_published() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let data = r#"{"z": 1,  "a":1e400, "u":"é\u00e9", "big": 123456789012345678901234567890, "a": {"deep": [ ]}}"#;
    let body = format!(r#"{{"type":"invoice.created","id":"one","data":{data},"metadata":{{ "b":2 }}}}"#);
    acme.send(Method::POST, "/api/v1/events", body).await.expect(202);
    let answer = acme.get("/api/v1/events/one").await;
    assert!(answer.text().contains(data), "{}", answer.text());
    assert!(answer.text().contains(r#""metadata":{ "b":2 }"#), "{}", answer.text());
    app.finish().await;
}

#[tokio::test]
async fn an_event_is_found_by_its_publishers_own_id() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    for (given, path) in [
        ("order-1", "order-1"),
        ("a/b:c#7?x=%41", "a%2Fb%3Ac%237%3Fx%3D%2541"),
        ("550e8400-e29b-41d4-a716-446655440000", "550e8400-e29b-41d4-a716-446655440000"),
    ] {
        let accepted = acme.publish_with(json!({"type": "invoice.created", "data": {}, "id": given})).await;
        let shown = acme.get(&format!("/api/v1/events/{path}")).await.expect(200);
        assert_eq!(shown["id"], accepted["id"], "{given}");
    }
    app.finish().await;
}

#[tokio::test]
async fn an_unknown_event_is_404() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    for id in ["nothing", "evt_06f8k2m4q9v1x3z5b7d9f1h3k5", "evt_", "0190f3c1-0000-7000-8000-000000000000"] {
        let detail = acme.get(&format!("/api/v1/events/{id}")).await.detail(404, "not_found");
        assert_eq!(detail, format!("Event not found: {id}"));
    }
    app.finish().await;
}
