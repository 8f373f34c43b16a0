//! `/api/v1/session`: sign-in sessions of browsers.

use crate::support::{ADMIN_KEY, Answer, Caller, Operation, Setup, TestApp, seconds_between, time};
use api::PublicUrl;
use http::Method;
use serde_json::{Value, json};
use storage::Sessions;

const PATH: &str = "/api/v1/session";
const KEYS: &str = "/api/v1/keys";

/// The value of the session's cookie.
fn cookie(answer: &Answer) -> String {
    let set = answer.header("set-cookie").expect("a cookie");
    set.split(';').next().unwrap().strip_prefix("postrider_session=").unwrap().to_owned()
}

/// A browser that signed in with a key: what it sends, and what it was told.
async fn sign_in(app: &TestApp, key: &str) -> (Caller, Value) {
    let answer = app.nobody().post(PATH, json!({"key": key})).await;
    let shown = answer.expect(201);
    (app.nobody().with("Cookie", &format!("theme=dark; postrider_session={}", cookie(&answer))), shown)
}

fn with_token(browser: &Caller, shown: &Value) -> Caller {
    browser.with("X-CSRF-Token", shown["csrf_token"].as_str().unwrap())
}

#[tokio::test]
async fn a_key_is_exchanged_for_a_session() {
    let app = TestApp::start().await;
    let acme = app.member("acme", &["webhooks:read", "webhooks.secret.view"]).await;
    let answer = app.nobody().post(PATH, json!({"key": acme.key()})).await;
    let shown = answer.expect(201);
    assert_eq!(
        (&shown["kind"], &shown["tenant_id"], &shown["portal"]),
        (&json!("tenant"), &json!("acme"), &json!(null))
    );
    assert_eq!(shown["permissions"], json!(["webhooks:read", "coverage:read", "secrets:read"]));
    let set = answer.header("set-cookie").unwrap();
    let attributes: Vec<_> = set.split("; ").skip(1).collect();
    assert_eq!(attributes, ["Path=/", "Max-Age=604800", "HttpOnly", "SameSite=Strict"]);
    let browser = app.nobody().with("Cookie", &format!("postrider_session={}", cookie(&answer)));
    assert_eq!(browser.get(PATH).await.expect(200), shown);
    browser.get("/api/v1/events").await.expect(200);
    browser.get("/api/v1/tenants").await.problem(403, "forbidden");
    // The token is stored as a hash only.
    let stored = app.store.session(&api::hash_key(&cookie(&answer))).await.unwrap().unwrap();
    assert!(!format!("{stored:?}").contains(&cookie(&answer)));
    app.finish().await;
}

#[tokio::test]
async fn the_session_of_the_operator_names_a_tenant_like_the_key() {
    let app = TestApp::start().await;
    app.tenant("acme").await;
    let (browser, shown) = sign_in(&app, ADMIN_KEY).await;
    assert_eq!((&shown["kind"], &shown["tenant_id"]), (&json!("operator"), &json!(null)));
    browser.get("/api/v1/tenants").await.expect(200);
    browser.get("/api/v1/events").await.problem(400, "bad_request");
    browser.with("X-Tenant-Id", "acme").get("/api/v1/events").await.expect(200);
    app.finish().await;
}

#[tokio::test]
async fn every_credential_shows_its_permissions() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let shown = acme.get(PATH).await;
    assert_eq!(shown.header("cache-control"), Some("no-store"));
    let shown = shown.expect(200);
    assert_eq!((&shown["csrf_token"], &shown["expires_at"]), (&json!(null), &json!(null)));
    assert_eq!(shown["permissions"], app.admin().get(PATH).await.expect(200)["permissions"]);
    app.nobody().get(PATH).await.problem(401, "unauthorized");
    // Without a session there is nothing to end.
    let ended = acme.delete(PATH).await;
    ended.expect_nothing();
    assert_eq!(ended.header("set-cookie"), None);
    app.finish().await;
}

#[tokio::test]
async fn invalid_credentials_are_refused() {
    let app = TestApp::start().await;
    let nobody = app.nobody();
    let detail = nobody.post(PATH, json!({"key": "pk_nobody-knows-this"})).await.detail(401, "invalid_credentials");
    assert_eq!(detail, "The key is not known");
    nobody.post(PATH, json!({"code": "never"})).await.problem(401, "invalid_credentials");
    for body in [json!({}), json!({"key": "a", "code": "b"}), json!({"key": null}), json!({"key": 1})] {
        assert_eq!(nobody.post(PATH, body.clone()).await.fault().0, "key", "{body}");
    }
    assert_eq!(nobody.post(PATH, json!({"password": "x"})).await.fault().0, "password");
    nobody.send(Method::POST, PATH, vec![b' '; 4_097]).await.problem(413, "too_large");
    // A portal link's token is no key.
    app.tenant("acme").await;
    let link = json!({"tenant_id": "acme", "mode": "view"});
    let link = app.admin().post("/api/v1/portal-sessions", link).await.expect(201);
    nobody.post(PATH, json!({"key": link["token"]})).await.problem(401, "invalid_credentials");
    app.finish().await;
}

#[tokio::test]
async fn a_page_of_another_origin_cannot_sign_in() {
    let public_url = PublicUrl::parse("https://outside.example/hooks").ok();
    let settings = api::Settings { public_url, ..Setup::default().settings };
    let app = TestApp::start_as(Setup { settings, ..Setup::default() }).await;
    let foreign = app.nobody().with("Origin", "https://evil.example");
    foreign.post(PATH, json!({"key": ADMIN_KEY})).await.problem(403, "forbidden");
    let own = app.nobody().with("Origin", "https://outside.example").post(PATH, json!({"key": ADMIN_KEY})).await;
    own.expect(201);
    let set = own.header("set-cookie").unwrap();
    assert!(set.contains("; Path=/hooks/;") && set.ends_with("; Secure"), "{set}");
    app.finish().await;
}

#[tokio::test]
async fn a_session_needs_its_csrf_token_for_every_change() {
    let app = TestApp::start().await;
    app.tenant("acme").await;
    let (browser, shown) = sign_in(&app, ADMIN_KEY).await;
    let browser = browser.with("X-Tenant-Id", "acme");
    let (_, other) = sign_in(&app, ADMIN_KEY).await;
    let changes = |operation: &Operation| operation.method != "GET" && operation.name() != "POST /api/v1/session";
    for operation in Operation::all().iter().filter(|one| changes(one)) {
        let path = operation.with("x");
        for caller in [browser.clone(), with_token(&browser, &other), browser.with("X-CSRF-Token", "")] {
            caller.send(operation.method(), &path, "{}").await.problem(403, "csrf_token_required");
        }
    }
    with_token(&browser, &shown).subscribe("http://127.0.0.1:9/").await;
    app.finish().await;
}

#[tokio::test]
async fn a_session_ends_with_its_key() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let (browser, _) = sign_in(&app, &acme.key()).await;
    browser.get("/api/v1/events").await.expect(200);
    let id = app.admin_in("acme").get(KEYS).await.expect(200)[0]["id"].as_str().unwrap().to_owned();
    app.admin_in("acme").delete(&format!("{KEYS}/{id}")).await.expect_nothing();
    let detail = browser.get("/api/v1/events").await.detail(401, "unauthorized");
    assert_eq!(detail, "The session has ended; sign in again");
    app.finish().await;
}

#[tokio::test]
async fn signing_out_ends_the_session_and_clears_the_cookie() {
    let app = TestApp::start().await;
    let (browser, shown) = sign_in(&app, ADMIN_KEY).await;
    let (other, _) = sign_in(&app, ADMIN_KEY).await;
    let ended = with_token(&browser, &shown).delete(PATH).await;
    ended.expect_nothing();
    assert!(ended.header("set-cookie").unwrap().starts_with("postrider_session=; Path=/; Max-Age=0;"));
    browser.get(PATH).await.problem(401, "unauthorized");
    other.get(PATH).await.expect(200);
    app.finish().await;
}

#[tokio::test]
async fn a_session_slides_for_12_hours_and_outlives_the_process() {
    let app = TestApp::start().await;
    let (browser, _) = sign_in(&app, ADMIN_KEY).await;
    let (idle, _) = sign_in(&app, ADMIN_KEY).await;
    app.advance(11 * 3_600);
    let used = browser.get(PATH).await.expect(200);
    assert_eq!(seconds_between(app.now(), time(&used["expires_at"])), 12 * 3_600);
    app.advance(3_600);
    idle.get(PATH).await.problem(401, "unauthorized");
    browser.get(PATH).await.expect(200);
    let app = app.restart().await;
    let browser = app.nobody().with("Cookie", browser.sends("cookie"));
    browser.get(PATH).await.expect(200);
    app.advance(12 * 3_600);
    browser.get(PATH).await.problem(401, "unauthorized");
    app.finish().await;
}

#[tokio::test]
async fn a_key_has_at_most_100_sessions() {
    let app = TestApp::start().await;
    let (first, _) = sign_in(&app, ADMIN_KEY).await;
    let (second, _) = sign_in(&app, ADMIN_KEY).await;
    app.advance(3_600);
    first.get(PATH).await.expect(200);
    for _ in 0..99 {
        sign_in(&app, ADMIN_KEY).await;
    }
    // The one that was used the longest ago has ended.
    first.get(PATH).await.expect(200);
    second.get(PATH).await.problem(401, "unauthorized");
    app.finish().await;
}

#[tokio::test]
async fn a_development_server_names_its_receiver_and_accepts_webhooks_there() {
    let url = api::receiver_url("http://127.0.0.1:8080");
    let settings = api::Settings { receiver_url: Some(url.clone()), ..Setup::default().settings };
    let app = TestApp::start_as(Setup { settings, ..Setup::default() }).await;
    let nobody = app.nobody();
    assert_eq!(app.admin().get("/api/v1/session").await.expect(200)["receiver_url"], json!(url));
    assert_eq!(nobody.post("/receiver", json!({"type": "invoice.paid"})).await.expect(200), json!({"received": true}));
    assert_eq!(nobody.get("/receiver").await.header("content-type"), Some("text/html; charset=utf-8"));
    app.finish().await;

    let app = TestApp::start().await;
    assert_eq!(app.admin().get("/api/v1/session").await.expect(200)["receiver_url"], json!(null));
    app.nobody().post("/receiver", json!({})).await.problem(404, "not_found");
    app.finish().await;
}
