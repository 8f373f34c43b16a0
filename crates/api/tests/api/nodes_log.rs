//! `GET` and `PUT /api/v1/nodes/log`.

use crate::support::TestApp;
use serde_json::json;

const PATH: &str = "/api/v1/nodes/log";

#[tokio::test]
async fn the_operator_changes_the_log_and_absent_fields_keep_their_values() {
    let app = TestApp::start().await;
    let admin = app.admin();
    assert_eq!(admin.get(PATH).await.expect(200), json!({"filter": "info", "sample": 1.0}));
    let changed = admin.put(PATH, json!({"sample": 0.01})).await.expect(200);
    assert_eq!(changed, json!({"filter": "info", "sample": 0.01}));
    let changed = admin.put(PATH, json!({"filter": "warn"})).await.expect(200);
    assert_eq!(changed, json!({"filter": "warn", "sample": 0.01}));
    assert_eq!(admin.get(PATH).await.expect(200), changed);
    app.finish().await;
}

#[tokio::test]
async fn an_invalid_setting_of_the_log_changes_nothing() {
    let app = TestApp::start().await;
    let admin = app.admin();
    for (body, field) in [
        (json!({"filter": "loud", "sample": 0.5}), "filter"),
        (json!({"filter": "warn", "sample": 1.5}), "sample"),
        (json!({"sample": -0.1}), "sample"),
        (json!({"level": "warn"}), "level"),
    ] {
        assert_eq!(admin.put(PATH, body).await.fault().0, field);
        assert_eq!(admin.get(PATH).await.expect(200), json!({"filter": "info", "sample": 1.0}));
    }
    app.finish().await;
}

#[tokio::test]
async fn a_tenant_cannot_change_the_log() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    acme.get(PATH).await.problem(403, "forbidden");
    acme.put(PATH, json!({"filter": "off"})).await.problem(403, "forbidden");
    app.finish().await;
}
