//! `/api/v1/keys`.

use crate::support::{ADMIN_KEY, START, TestApp, each, hyphenated, stored_keys, texts, within};
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
    let shown = json!({"id": id, "tenant_id": "acme", "name": "CI", "hint": key[..7], "created_at": START, "last_used_at": null, "expires_at": null, "networks": [],
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
        (json!({"expires_in_seconds": "soon"}), "expires_in_seconds"),
        (json!({"expires_in_seconds": 0}), "expires_in_seconds"),
        (json!({"expires_in_seconds": 315_360_001}), "expires_in_seconds"),
        (json!({"networks": "10.0.0.0/8"}), "networks"),
        (json!({"networks": ["10.0.0.0/8", "10.0.0.0/33"]}), "networks[1]"),
        (json!({"networks": vec!["10.0.0.0/8"; 51]}), "networks"),
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

#[tokio::test]
async fn an_expired_key_is_refused_and_so_are_its_sessions() {
    let app = TestApp::start().await;
    app.admin().put("/api/v1/tenants/acme", json!({})).await.expect(201);
    let admin = app.admin_in("acme");
    let made = admin.post(PATH, json!({"expires_in_seconds": 3_600})).await.expect(201);
    assert_eq!(made["expires_at"], "2026-01-31T10:30:00.000Z");
    let key = made["key"].as_str().unwrap();
    let member = app.nobody().bearing(key);
    let signed_in = app.nobody().post("/api/v1/session", json!({"key": key})).await;
    let cookie = signed_in.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let browser = app.nobody().with("Cookie", &cookie);
    app.advance(3_599);
    member.get("/api/v1/events").await.expect(200);
    browser.get("/api/v1/events").await.expect(200);
    app.advance(1);
    assert_eq!(member.get("/api/v1/events").await.detail(401, "unauthorized"), "The key has expired");
    browser.get("/api/v1/events").await.problem(401, "unauthorized");
    app.nobody().post("/api/v1/session", json!({"key": key})).await.problem(401, "invalid_credentials");
    assert_eq!(admin.get(PATH).await.expect(200)[0]["id"], made["id"], "it stays in the list");
    // Also after a restart, when all keys are read from the store.
    let app = app.restart().await;
    app.nobody().bearing(key).get("/api/v1/events").await.problem(401, "unauthorized");
    app.finish().await;
}

/// The test server does not know addresses, so that no network contains them; `cli/tests/process` tests those that do.
#[tokio::test]
async fn a_key_with_networks_is_refused_elsewhere() {
    let app = TestApp::start().await;
    app.admin().put("/api/v1/tenants/acme", json!({})).await.expect(201);
    let networks = json!({"networks": ["203.0.113.9/24", "2001:db8::1"]});
    let made = app.admin_in("acme").post(PATH, networks).await.expect(201);
    assert_eq!(made["networks"], json!(["203.0.113.0/24", "2001:db8::1/128"]));
    let key = made["key"].as_str().unwrap();
    let detail = app.nobody().bearing(key).get("/api/v1/events").await.detail(401, "unauthorized");
    assert_eq!(detail, "The key may not be used from this address");
    app.nobody().post("/api/v1/session", json!({"key": key})).await.problem(401, "invalid_credentials");
    app.finish().await;
}

#[tokio::test]
async fn a_replaced_key_stays_valid_for_the_overlap() {
    let app = TestApp::start().await;
    let limited = app.admin().put("/api/v1/tenants/acme", json!({"limits": {"keys": 1}})).await;
    assert!(limited.status.is_success(), "{}", limited.text());
    let admin = app.admin_in("acme");
    let old = admin.post(PATH, json!({"name": "CI", "scopes": ["webhooks:read"]})).await.expect(201);
    let path = format!("{PATH}/{}/rotate", old["id"].as_str().unwrap());
    let new = admin.post(&path, json!({"overlap_seconds": 600.0})).await.expect(201);
    assert_eq!((&new["name"], &new["scopes"]), (&json!("CI"), &json!(["webhooks:read"])));
    assert!(new["id"] != old["id"] && new["key"] != old["key"]);
    let by = |made: &serde_json::Value| app.nobody().bearing(made["key"].as_str().unwrap());
    by(&old).get("/api/v1/events").await.expect(200);
    by(&new).get("/api/v1/events").await.expect(200);
    let list = admin.get(PATH).await.expect(200);
    assert_eq!((&list[1]["id"], &list[1]["expires_at"]), (&old["id"], &json!("2026-01-31T09:40:00.000Z")));
    // The tenant has its one key, and an expired one does not count.
    admin.post(PATH, json!({})).await.problem(422, "too_many_keys");
    app.advance(600);
    by(&old).get("/api/v1/events").await.problem(401, "unauthorized");
    by(&new).get("/api/v1/events").await.expect(200);
    admin.post(PATH, json!({})).await.problem(422, "too_many_keys");
    // Without a body the overlap is a day, and 0 ends the key at once.
    let path = format!("{PATH}/{}/rotate", new["id"].as_str().unwrap());
    admin.post_nothing(&path).await.expect(201);
    by(&new).get("/api/v1/events").await.expect(200);
    let last = admin.post(&path, json!({"overlap_seconds": 0, "expires_in_seconds": 60})).await.expect(201);
    assert_eq!(last["expires_at"], "2026-01-31T09:41:00.000Z");
    by(&new).get("/api/v1/events").await.problem(401, "unauthorized");
    for (body, field) in [
        (json!({"overlap_seconds": 2_592_001}), "overlap_seconds"),
        (json!({"overlap_seconds": -1}), "overlap_seconds"),
        (json!({"overlap_seconds": 0.5}), "overlap_seconds"),
        (json!({"overlap_seconds": "600"}), "overlap_seconds"),
        (json!({"expires_in_seconds": 0}), "expires_in_seconds"),
    ] {
        assert_eq!(admin.post(&path, body.clone()).await.fault().0, field, "{body}");
    }
    let missing = format!("{PATH}/nothing/rotate");
    assert_eq!(admin.post_nothing(&missing).await.detail(404, "not_found"), "Key not found: nothing");
    app.finish().await;
}

/// The client closes its connection as soon as it has sent the request.
#[tokio::test]
async fn a_key_is_revoked_or_replaced_also_when_the_client_hangs_up() {
    let app = TestApp::start().await;
    for round in 0..40 {
        let member = app.tenant("acme").await;
        let id = each(&app.admin_in("acme").get(PATH).await.expect(200), "id")[0].to_owned();
        let (call, body) = match round % 2 {
            0 => (format!("DELETE {PATH}/{id}"), ""),
            _ => (format!("POST {PATH}/{id}/rotate"), r#"{"overlap_seconds": 0}"#),
        };
        let request = format!(
            "{call} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {ADMIN_KEY}\r\nx-tenant-id: acme\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let mut connection = tokio::net::TcpStream::connect(app.address()).await.unwrap();
        tokio::io::AsyncWriteExt::write_all(&mut connection, request.as_bytes()).await.unwrap();
        drop(connection);
        let hash = api::hash_key(&member.key());
        let ends = |keys: Vec<model::TenantKey>| {
            keys.iter().find(|key| key.hash == hash).is_none_or(|key| key.expires_at.is_some())
        };
        within("the store has the end of the key", async {
            while !ends(stored_keys(&app, "acme").await) {
                tokio::task::yield_now().await;
            }
        })
        .await;
        within("the key is refused", async {
            while member.get("/api/v1/events").await.status != 401 {
                tokio::task::yield_now().await;
            }
        })
        .await;
    }
    app.finish().await;
}
