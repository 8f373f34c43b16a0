//! `GET /api/v1/admin/settings`.

use crate::support::{Setup, TestApp};
use serde_json::json;

#[tokio::test]
async fn the_operator_sees_the_settings_of_the_node() {
    let mut setup = Setup::default();
    setup.settings.shown = vec![api::SettingShown {
        name: "POSTRIDER_RETENTION_DAYS",
        value: Some("30".into()),
        source: api::SettingSource::Environment,
        default: Some("90".into()),
        description: "retention of events".into(),
    }]
    .into();
    let app = TestApp::start_as(setup).await;
    let shown = app.admin().get("/api/v1/admin/settings").await.expect(200);
    let expected = json!([{
        "name": "POSTRIDER_RETENTION_DAYS", "value": "30", "source": "environment", "default": "90",
        "description": "retention of events",
    }]);
    assert_eq!(shown, expected);
    app.tenant("acme").await.get("/api/v1/admin/settings").await.problem(403, "forbidden");
    app.finish().await;
}
