//! Warnings of calls that succeed; the core API refuses unknown fields and parameters instead.

use crate::support::{Setup, TestApp};
use http::Method;
use serde_json::{Value, json};

const EVENTS: &str = "/api/v1/events";
const SUBSCRIPTIONS: &str = "/api/v1/webhooks/subscriptions";

#[tokio::test]
async fn unknown_fields_are_refused_by_the_core_api_and_become_warnings_in_the_others() {
    let app = TestApp::start().await;
    let admin = {
        app.tenant("acme").await;
        app.admin_in("acme")
    };
    for (path, body, field) in [
        (EVENTS, json!({"type": "invoice.created", "data": {}, "metdata": {}}), "metdata"),
        (
            "/api/v1/events/batch",
            json!({"events": [{"type": "invoice.created", "data": {}, "meta": 1}]}),
            "events[0].meta",
        ),
        ("/api/v1/events/batch", json!({"events": [], "event": 1}), "event"),
        ("/api/v1/keys", json!({"scope": ["events:publish"]}), "scope"),
    ] {
        let (named, message) = admin.post(path, body).await.fault();
        assert_eq!(named, field, "{message}");
        assert!(message.starts_with("is unknown; known are "), "{message}");
    }
    let put = admin.put("/api/v1/tenants/acme", json!({"nmae": "x"})).await.fault();
    assert_eq!(put.0, "nmae");
    let (named, message) = admin.get("/api/v1/events?limt=5").await.fault();
    assert_eq!(named, "limt");
    assert!(message.contains("known are after, before, count, cursor"), "{message}");

    let fields = json!({"url": "https://a.example/", "events": ["*"], "name": "CRM", "extra": {"deep": [1]}});
    let made = admin.subscribe_with(fields).await;
    assert_eq!(made["warnings"], json!(["extra: unknown field, ignored", "name: unknown field, ignored"]));
    let path = format!("{SUBSCRIPTIONS}/{}", made["id"].as_str().unwrap());
    assert_eq!(admin.patch(&path, json!({"description": "x"})).await.expect(200).get("warnings"), None);
    let shown = admin.get(&format!("{path}?expand=all")).await.expect(200);
    assert_eq!(shown["warnings"], json!(["expand: unknown query parameter, ignored; known are backlog"]));
    let listed = admin.get(&format!("{SUBSCRIPTIONS}?limt=5")).await;
    assert_eq!(listed.expect(200).as_array().unwrap().len(), 1, "the body is still an array");
    assert!(listed.header("x-warnings").unwrap().starts_with("[\"limt: unknown query parameter, ignored; known are "));
    let tenant = json!({"event": "invoice.created", "url": "https://b.example/hook", "active": true});
    let made = admin.post("/api/v1/tenant/webhooks/subscriptions", tenant).await.expect(201);
    assert_eq!(made["warnings"], json!(["active: unknown field, ignored"]));
    app.finish().await;
}

#[tokio::test]
async fn an_unknown_type_becomes_a_warning_with_the_nearest_name() {
    let app = TestApp::start().await;
    let admin = {
        app.tenant("acme").await;
        app.admin_in("acme")
    };
    let warnings = async |event_type: &str| {
        let accepted = admin.publish_with(json!({"type": event_type, "data": {}})).await;
        accepted["warnings"].clone()
    };
    assert_eq!(warnings("invoice.created").await, Value::Null);
    let near = warnings("invoice.creatd").await;
    assert_eq!(near, json!(["type: invoice.creatd is not in the catalog; the nearest name there is invoice.created"]));
    assert_eq!(warnings("zebra.crossed").await, json!(["type: zebra.crossed is not in the catalog"]));
    let batch = json!({"events": [{"type": "invoice.paid", "data": {}}, {"type": "no.such", "data": {}}]});
    let accepted = admin.post("/api/v1/events/batch", batch).await.expect(202);
    assert_eq!(accepted["warnings"], json!(["events[1].type: no.such is not in the catalog"]));
    let queued = admin
        .post("/api/v1/tenant/webhooks/deliveries", json!({"event": "no.such", "payload": {}}))
        .await
        .problem(404, "no_active_subscriptions");
    assert!(queued["detail"].as_str().unwrap().contains("no.such"));
    app.finish().await;
}

#[tokio::test]
async fn unreadable_json_becomes_a_warning_and_too_deep_json_is_refused() {
    let app = TestApp::start().await;
    let admin = {
        app.tenant("acme").await;
        app.admin_in("acme")
    };
    for (data, part) in [(r#"{"a": 1e400}"#, "1e400"), (r#"{"a": "\ud800"}"#, "surrogate")] {
        let body = format!(r#"{{"type": "invoice.created", "data": {data}}}"#);
        let accepted = admin.send(Method::POST, EVENTS, body).await.expect(202);
        let warning = accepted["warnings"][0].as_str().unwrap();
        assert!(warning.starts_with("data: ") && warning.contains(part), "{warning}");
    }
    let deep = format!("{}1{}", r#"{"a":"#.repeat(129), "}".repeat(129));
    let body = format!(r#"{{"type": "invoice.created", "data": {deep}}}"#);
    let (field, message) = admin.send(Method::POST, EVENTS, body).await.fault();
    assert_eq!(field, "data");
    assert!(message.contains("deeper than 128"), "{message}");
    let strict = api::Settings { strict_catalog: true, ..Setup::default().settings };
    app.finish().await;

    let app = TestApp::start_as(Setup { settings: strict, ..Setup::default() }).await;
    let admin = {
        app.tenant("acme").await;
        app.admin_in("acme")
    };
    for (data, part) in [(r#"{"a": 1e400}"#, "1e400"), (r#"{"a": "\ud800"}"#, "surrogate")] {
        let body = format!(r#"{{"type": "invoice.created", "data": {data}}}"#);
        let (field, message) = admin.send(Method::POST, EVENTS, body).await.fault();
        assert!(field == "data" && message.contains(part), "{field}: {message}");
    }
    app.finish().await;
}
