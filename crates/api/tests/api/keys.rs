//! `/api/v1/keys`.

use crate::support::{START, TestApp, each, hyphenated, stored_keys, texts};
use serde_json::json;

const PATH: &str = "/api/v1/keys";

#[tokio::test]
async fn a_key_is_shown_once_and_stored_as_a_hash() {
    let app = TestApp::start().await;
    app.admin().put("/api/v1/tenants/acme", json!({})).await.expect(201);
    let admin = app.admin_in("acme");
    let made = admin.post(PATH, json!({"name": "CI", "scopes": ["events:publish", "webhooks:read"]})).await.expect(201);
    let (id, key) = (made["id"].as_str().unwrap(), made["key"].as_str().unwrap());
    assert!(id.starts_with("key_") && key.starts_with("pk_") && key.len() >= 40, "{made}");
    let shown = json!({"id": id, "tenant_id": "acme", "name": "CI", "hint": key[..7], "created_at": START, "last_used_at": null,
                       "scopes": ["events:publish", "webhooks:read"]});
    let mut expected = shown.clone();
    expected["key"] = json!(key);
    assert_eq!(made, expected);
    assert_eq!(admin.get(PATH).await.expect(200), json!([shown]));
    let stored = stored_keys(&app, "acme").await;
    assert_eq!(stored[0].hash, api::hash_key(key));
    assert!(!format!("{stored:?}").contains(key));
    app.finish().await;
}

#[tokio::test]
async fn a_key_created_without_a_body_has_all_scopes_but_those_of_secrets() {
    let app = TestApp::start().await;
    app.admin().put("/api/v1/tenants/acme", json!({})).await.expect(201);
    let made = app.admin_in("acme").post_nothing(PATH).await.expect(201);
    assert_eq!(made["name"], "");
    assert_eq!(texts(&made["scopes"]), ["events:publish", "webhooks:manage", "webhooks:read"]);
    app.nobody().bearing(made["key"].as_str().unwrap()).publish().await;
    app.finish().await;
}

#[tokio::test]
async fn invalid_keys_are_refused() {
    let app = TestApp::start().await;
    app.admin().put("/api/v1/tenants/acme", json!({})).await.expect(201);
    let admin = app.admin_in("acme");
    for (body, field) in [
        (json!({"name": "x".repeat(101)}), "name"),
        (json!({"name": 1}), "name"),
        (json!({"scopes": []}), "scopes"),
        (json!({"scopes": "events:publish"}), "scopes"),
        (json!({"scopes": ["events:publish", "everything"]}), "scopes[1]"),
        (json!({"scopes": ["events:publish", 1]}), "scopes[1]"),
    ] {
        assert_eq!(admin.post(PATH, body.clone()).await.fault().0, field, "{body}");
    }
    assert_eq!(admin.get(PATH).await.expect(200), json!([]));
    app.admin_in("nobody").post(PATH, json!({})).await.problem(404, "not_found");
    app.admin().post(PATH, json!({})).await.problem(400, "bad_request");
    app.finish().await;
}

#[tokio::test]
async fn keys_are_listed_newest_first_and_stop_working_when_revoked() {
    let app = TestApp::start().await;
    let first = app.tenant("acme").await;
    let second = app.tenant("acme").await;
    let admin = app.admin_in("acme");
    let list = admin.get(PATH).await.expect(200);
    let ids = each(&list, "id");
    assert!(ids.len() == 2 && ids[0] > ids[1], "{ids:?}");
    admin.delete(&format!("{PATH}/{}", ids[1])).await.expect_nothing();
    first.get("/api/v1/events").await.problem(401, "unauthorized");
    second.get("/api/v1/events").await.expect(200);
    assert_eq!(each(&admin.get(PATH).await.expect(200), "id"), ids[..1]);
    for gone in [ids[1], "key_", "nothing"] {
        let detail = admin.delete(&format!("{PATH}/{gone}")).await.detail(404, "not_found");
        assert_eq!(detail, format!("Key not found: {gone}"));
    }
    admin.delete(&format!("{PATH}/{}", hyphenated(ids[0]))).await.expect_nothing();
    second.get("/api/v1/events").await.problem(401, "unauthorized");
    app.finish().await;
}

#[tokio::test]
async fn keys_outlive_the_process() {
    let app = TestApp::start().await;
    app.admin().put("/api/v1/tenants/acme", json!({})).await.expect(201);
    let kept = app.admin_in("acme").post_nothing(PATH).await.expect(201);
    let revoked = app.admin_in("acme").post_nothing(PATH).await.expect(201);
    app.admin_in("acme").delete(&format!("{PATH}/{}", revoked["id"].as_str().unwrap())).await.expect_nothing();
    let app = app.restart().await;
    app.nobody().bearing(kept["key"].as_str().unwrap()).get("/api/v1/events").await.expect(200);
    app.nobody().bearing(revoked["key"].as_str().unwrap()).get("/api/v1/events").await.problem(401, "unauthorized");
    app.finish().await;
}
