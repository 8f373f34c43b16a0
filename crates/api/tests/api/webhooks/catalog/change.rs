//! `PUT /api/v1/webhooks/events/{event_type}`.

use super::PATH;
use crate::support::TestApp;
use serde_json::json;

#[tokio::test]
async fn given_fields_change_and_null_clears() {
    let app = TestApp::start().await;
    let (admin, acme) = (app.admin(), app.tenant("acme").await);
    let path = format!("{PATH}/a.b");
    let mut expected = json!({"event_type": "a.b", "description": "first", "category": "x", "schema": true,
                              "example": {"n": 1}});
    admin.post(PATH, expected.clone()).await.expect(201);
    for (name, value) in [
        ("description", json!("second")),
        ("category", json!("y")),
        ("schema", json!({"type": "object"})),
        ("example", json!({"n": 2})),
        ("schema", json!(null)),
        ("example", json!(null)),
    ] {
        // Removing a schema is an incompatible change, which is refused unless forced.
        let force = if name == "schema" && value.is_null() { "?force=true" } else { "" };
        let changed = admin.put(&format!("{path}{force}"), json!({name: value})).await.expect(200);
        expected[name] = value;
        assert_eq!(changed, expected, "{name}");
        assert_eq!(acme.get(&path).await.expect(200), expected, "{name}");
    }
    assert_eq!(admin.put(&path, json!({"event_type": "a.b"})).await.expect(200), expected);
    app.finish().await;
}

#[tokio::test]
async fn shipped_types_and_the_name_cannot_be_changed() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let shipped = admin.put(&format!("{PATH}/invoice.created"), json!({"description": "x"})).await;
    assert!(shipped.detail(409, "conflict").contains("shipped"));
    admin.put(&format!("{PATH}/a.b"), json!({"description": "x"})).await.problem(404, "not_found");
    admin.post(PATH, json!({"event_type": "a.b"})).await.expect(201);
    for (body, field) in [
        (json!({"event_type": "c.d"}), "event_type"),
        (json!({"description": ""}), "description"),
        (json!({"category": 1}), "category"),
        (json!({"schema": 1}), "schema"),
    ] {
        assert_eq!(admin.put(&format!("{PATH}/a.b"), body).await.fault().0, field);
    }
    app.finish().await;
}
