//! `GET /api/v1/webhooks/events/{event_type}`.

use super::PATH;
use crate::support::{TestApp, each};
use serde_json::json;

#[tokio::test]
async fn every_type_is_shown_with_schema_and_example() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let list = acme.get(PATH).await.expect(200);
    for name in each(&list["events"], "event_type") {
        let shown = acme.get(&format!("{PATH}/{name}")).await.expect(200);
        assert_eq!(shown["event_type"], name);
        assert!(shown["schema"].is_object() && shown["example"].is_object(), "{shown}");
        let mut fields: Vec<_> = shown.as_object().unwrap().keys().map(String::as_str).collect();
        fields.sort_unstable();
        assert_eq!(fields, ["category", "description", "event_type", "example", "schema"]);
    }
    app.finish().await;
}

#[tokio::test]
async fn an_unknown_type_is_404() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    for name in ["invoice.lost", "invoice.*", "*", "INVOICE.CREATED"] {
        let detail = acme.get(&format!("{PATH}/{name}")).await.detail(404, "not_found");
        assert_eq!(detail, format!("Event type not found: {name}"));
    }
    assert_eq!(acme.get(&format!("{PATH}/invoice.paid")).await.expect(200)["category"], json!("billing"));
    app.finish().await;
}
