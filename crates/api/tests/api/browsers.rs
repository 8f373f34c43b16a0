//! Browsers (keys in cookies, CORS), and the path prefixes and id spellings that existing clients know.

use crate::support::{Caller, Setup, TestApp};
use http::Method;
use serde_json::json;

const SUBSCRIPTIONS: &str = "/api/v1/webhooks/subscriptions";

async fn start() -> (TestApp, Caller, String) {
    let settings = api::Settings {
        cors_origins: ["https://app.example".to_owned()].into(),
        prefixes: ["/api/isp/v1".to_owned()].into(),
        ids: model::IdStyle::Uuid,
        ..Setup::default().settings
    };
    let app = TestApp::start_as(Setup { settings, ..Setup::default() }).await;
    let key = app.tenant("acme").await.key();
    let nobody = app.nobody();
    (app, nobody, key)
}

#[tokio::test]
async fn a_key_is_read_from_bearer_api_key_or_cookie() {
    let (app, nobody, key) = start().await;
    let callers = [
        nobody.bearing(&key),
        nobody.with("X-API-Key", &key),
        nobody.with("Cookie", &format!("theme=dark; access_token={key}")),
    ];
    for caller in callers {
        caller.get(SUBSCRIPTIONS).await.expect(200);
        caller.subscribe("http://127.0.0.1:9/").await;
    }
    let cookie = nobody.with("Cookie", &format!("access_token={key}"));
    let foreign = cookie.with("Origin", "https://evil.example");
    let fields = json!({"url": "http://127.0.0.1:9/", "events": ["*"]});
    foreign.post(SUBSCRIPTIONS, fields.clone()).await.problem(403, "forbidden");
    cookie.with("Origin", "https://app.example").post(SUBSCRIPTIONS, fields).await.expect(201);
    app.finish().await;
}

#[tokio::test]
async fn pages_of_configured_origins_may_call_the_api() {
    let (app, nobody, key) = start().await;
    let page = nobody.with("Origin", "https://app.example");
    let preflight = page
        .with("Access-Control-Request-Method", "PATCH")
        .with("Access-Control-Request-Headers", "authorization,content-type,x-tenant-id")
        .send(Method::OPTIONS, &format!("{SUBSCRIPTIONS}/x"), "")
        .await;
    assert!(preflight.status.is_success(), "{preflight:?}");
    assert_eq!(preflight.header("access-control-allow-origin"), Some("https://app.example"));
    assert_eq!(preflight.header("access-control-allow-credentials"), Some("true"));
    assert!(preflight.header("access-control-allow-methods").unwrap().contains("PATCH"));
    let listed = page.bearing(&key).get(SUBSCRIPTIONS).await;
    assert_eq!(listed.header("access-control-allow-origin"), Some("https://app.example"));
    assert!(listed.header("access-control-expose-headers").unwrap().contains("link"));
    // Errors have the header too, or the page could not read them.
    let refused = page.get(SUBSCRIPTIONS).await;
    refused.problem(401, "unauthorized");
    assert_eq!(refused.header("access-control-allow-origin"), Some("https://app.example"));
    let foreign = nobody.with("Origin", "https://evil.example").bearing(&key).get(SUBSCRIPTIONS).await;
    assert_eq!(foreign.header("access-control-allow-origin"), None);
    app.finish().await;
}

#[tokio::test]
async fn without_configured_origins_no_response_has_cors_headers() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let answer = acme.with("Origin", "https://app.example").get(SUBSCRIPTIONS).await;
    assert_eq!(answer.header("access-control-allow-origin"), None);
    app.finish().await;
}

#[tokio::test]
async fn the_api_is_mounted_under_further_prefixes() {
    let (app, nobody, key) = start().await;
    let caller = nobody.bearing(&key);
    for number in 0..3 {
        let fields = json!({"url": format!("http://127.0.0.1:9/{number}"), "events": ["*"]});
        caller.post("/api/isp/v1/webhooks/subscriptions", fields).await.expect(201);
    }
    let first = caller.get("/api/isp/v1/webhooks/subscriptions?limit=2").await;
    assert_eq!(first.expect(200).as_array().unwrap().len(), 2);
    let next = first.next_page().unwrap().to_owned();
    assert!(next.starts_with("/api/isp/v1/webhooks/subscriptions?"), "{next}");
    assert_eq!(caller.get(&next).await.expect(200).as_array().unwrap().len(), 1);
    caller.get("/api/isp/v1/nothing").await.problem(404, "not_found");
    caller.get("/api/other/v1/webhooks/subscriptions").await.problem(404, "not_found");
    app.finish().await;
}

#[tokio::test]
async fn event_ids_are_uuids_if_configured() {
    let (app, nobody, key) = start().await;
    let mut receiver = crate::support::Receiver::start().await;
    let caller = nobody.bearing(&key);
    caller.subscribe(&receiver.url("/")).await;
    let accepted = caller.publish().await;
    let id = accepted["id"].as_str().unwrap();
    assert!(id.len() == 36 && uuid::Uuid::parse_str(id).is_ok(), "{id}");
    let request = receiver.next().await;
    assert_eq!((request.header("webhook-id"), &request.json()["id"]), (id, &json!(id)));
    let shown = caller.get(&format!("/api/v1/events/{id}")).await.expect(200);
    assert_eq!((&shown["id"], &shown["deliveries"][0]["event_id"]), (&json!(id), &json!(id)));
    let again = caller.publish_with(json!({"type": "invoice.created", "data": {}, "id": id})).await;
    assert_eq!(again["duplicate"], true);
    app.finish().await;
}

#[tokio::test]
async fn secrets_are_shown_only_with_the_scope_secret_view() {
    let app = TestApp::start().await;
    let owner = app.member("acme", &["webhooks:manage", "webhooks.secret.view"]).await;
    let manager = app.member("acme", &["webhooks:manage"]).await;
    let rotator = app.member("acme", &["webhooks.secret.rotate"]).await;
    let headers = json!({"Authorization": "Bearer hush", "X-Custom": "hush", "X-Region": "eu"});
    let made = owner.subscribe_with(json!({"url": "http://127.0.0.1:9/", "events": ["*"], "headers": headers})).await;
    let path = format!("{SUBSCRIPTIONS}/{}", made["id"].as_str().unwrap());
    let masked = json!({"Authorization": "***", "X-Custom": "***", "X-Region": "eu"});
    assert_eq!(owner.get(&path).await.expect(200)["headers"], headers);
    assert_eq!(manager.get(&path).await.expect(200)["headers"], masked);
    assert_eq!(manager.get(SUBSCRIPTIONS).await.expect(200)[0]["headers"], masked);
    // A client that writes back the mask changes nothing.
    let kept = manager.patch(&path, json!({"headers": masked, "description": "x"})).await.expect(200);
    assert_eq!(kept["headers"], masked);
    assert_eq!(owner.get(&path).await.expect(200)["headers"], headers);

    let secret = format!("{path}/secret");
    manager.get(&secret).await.problem(403, "forbidden");
    assert_eq!(owner.get(&secret).await.expect(200), json!({"secret": made["secret"], "previous": []}));
    let rotated = rotator.post(&format!("{path}/rotate-secret"), json!({"grace_seconds": 60})).await.expect(200);
    let shown = owner.get(&secret).await.expect(200);
    assert_eq!((&shown["secret"], &shown["previous"][0]["secret"]), (&rotated["secret"], &made["secret"]));
    app.advance(61);
    assert_eq!(owner.get(&secret).await.expect(200)["previous"], json!([]));
    app.finish().await;
}
