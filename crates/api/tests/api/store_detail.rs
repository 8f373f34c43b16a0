//! `GET /api/v1/admin/store`.

use crate::support::TestApp;
use serde_json::json;

const PATH: &str = "/api/v1/admin/store";

#[tokio::test]
async fn the_operator_sees_the_store_and_the_scheduled_tasks() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    assert_eq!(app.admin().get(PATH).await.expect(200)["oldest_event_at"], json!(null));
    acme.publish().await;
    let shown = app.admin().get(PATH).await.expect(200);
    assert!(shown["version"].as_str().unwrap().starts_with("3."), "{shown}");
    assert!(shown["database_bytes"].as_u64().unwrap() > 0 && shown["free_bytes"].is_u64(), "{shown}");
    assert_eq!((&shown["oldest_event_at"], &shown["partitions"]), (&json!(app.now()), &json!([])));
    let tasks: Vec<_> = shown["tasks"].as_array().unwrap().iter().map(|task| task["name"].as_str().unwrap()).collect();
    assert_eq!(tasks, ["auto_disable", "key_uses", "retention"]);
    let retention = app
        .until("a round of retention", async || {
            let shown = app.admin().get(PATH).await.expect(200);
            shown["tasks"].as_array().unwrap().iter().find(|task| task["last_duration_ms"].is_u64()).cloned()
        })
        .await;
    assert_eq!((&retention["name"], &retention["every_seconds"]), (&json!("retention"), &json!(600)));
    assert_eq!(retention["last_error"], json!(null));
    acme.get(PATH).await.problem(403, "forbidden");
    app.finish().await;
}
