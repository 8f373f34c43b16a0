//! `GET` and `POST /api/v1/master-key/rotation`. (Rotations are tested with the binary, which gets several keys.)

use crate::support::TestApp;
use serde_json::json;

const PATH: &str = "/api/v1/master-key/rotation";

#[tokio::test]
async fn the_values_of_the_only_key_are_counted_and_there_is_nothing_to_rotate() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    acme.post("/api/v1/webhooks/subscriptions", json!({"url": "https://a.example/", "events": ["*"]}))
        .await
        .expect(201);
    let admin = app.admin();
    let found = admin.get(PATH).await.expect(200);
    let key = found["key"].as_str().unwrap().to_owned();
    assert_eq!(
        found,
        json!({
            "state": "idle", "key": key, "other_keys": [], "sealed": [{"key": key, "values": 2}], "remaining": 0,
            "problem": null
        })
    );
    let refused = admin.post_nothing(PATH).await.problem(409, "rotation_refused");
    assert!(refused["detail"].as_str().unwrap().contains("POSTRIDER_OTHER_MASTER_KEYS"), "{refused}");
    assert_eq!(admin.get(PATH).await.expect(200), found);
    app.finish().await;
}
