//! The dashboard's page and files, their headers, and what stays JSON.

use crate::support::{ADMIN_KEY, Answer, Setup, TestApp};
use api::PublicUrl;
use http::Method;
use serde_json::json;

/// A directive of the page's Content-Security-Policy.
fn directive<'a>(answer: &'a Answer, name: &str) -> &'a str {
    let policy = answer.header("content-security-policy").expect("a policy");
    policy.split("; ").find_map(|one| one.strip_prefix(name)?.strip_prefix(' ')).unwrap_or_else(|| panic!("{policy}"))
}

#[track_caller]
fn expect_page(answer: &Answer) {
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, Some("text/html; charset=utf-8")));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
    assert!(answer.text().starts_with("<!DOCTYPE html>") || answer.text().starts_with("<!doctype html>"));
    assert!(!answer.text().contains("{{"), "{}", answer.text());
}

#[tokio::test]
async fn every_path_of_the_page_is_the_page() {
    let app = TestApp::start().await;
    let nobody = app.nobody();
    for path in ["/", "/deliveries?status=failed", "/catalog/invoice.created", "/tenants/acme.example", "/sign-in"] {
        let page = nobody.get(path).await;
        expect_page(&page);
        assert!(page.text().contains("<base href=\"/\""), "{}", page.text());
        assert_eq!(directive(&page, "frame-ancestors"), "'none'");
        assert_eq!(directive(&page, "default-src"), "'self'");
        assert_eq!(directive(&page, "script-src"), "'self'");
        assert!(!page.header("content-security-policy").unwrap().contains("unsafe"));
        let head = nobody.send(Method::HEAD, path, "").await;
        assert_eq!((head.status.as_u16(), head.text()), (200, ""));
    }
    let (one, other) = (nobody.get("/").await, nobody.get("/").await);
    assert_ne!(directive(&one, "style-src"), directive(&other, "style-src"), "a nonce is used once");
    app.finish().await;
}

#[tokio::test]
async fn a_missing_file_is_no_page_and_the_api_stays_json() {
    let app = TestApp::start().await;
    for path in ["/assets/index-00000000.js", "/assets/x", "/missing.css", "/a/b.svg"] {
        let missing = app.nobody().get(path).await;
        let kind = missing.header("content-type");
        assert_eq!((missing.status.as_u16(), kind), (404, Some("text/plain; charset=utf-8")), "{path}");
        assert_eq!(missing.text(), "Not found\n");
    }
    for path in ["/api", "/api/v1/nothing", "/api/v2/x.js"] {
        app.nobody().get(path).await.problem(404, "not_found");
    }
    for method in [Method::POST, Method::PUT, Method::DELETE] {
        app.nobody().send(method, "/deliveries", "").await.problem(404, "not_found");
    }
    app.finish().await;
}

#[tokio::test]
async fn no_answer_can_be_embedded_or_sniffed() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let rows = [
        (Method::GET, "/api/v1/events"),
        (Method::GET, "/docs/"),
        (Method::GET, "/healthz"),
        (Method::GET, "/api/v1/nothing"),
        (Method::POST, "/api/v1/events"),
        (Method::DELETE, "/api/v1/session"),
        (Method::PATCH, "/healthz"),
    ];
    for (method, path) in rows {
        let answer = acme.send(method.clone(), path, "").await;
        assert_eq!(directive(&answer, "frame-ancestors"), "'none'", "{method} {path}");
        for (name, value) in [
            ("x-frame-options", "DENY"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-resource-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{method} {path}");
        }
        assert_eq!(answer.header("strict-transport-security"), None, "{method} {path}");
    }
    let script = app.nobody().get("/portal.js").await;
    assert_eq!(script.header("cross-origin-resource-policy"), Some("cross-origin"), "other sites load it");
    app.finish().await;
}

#[tokio::test]
async fn own_tls_makes_answers_strict_and_cookies_secure() {
    let settings =
        api::Settings { own_tls: true, hsts: Some("max-age=60".parse().unwrap()), ..Setup::default().settings };
    let app = TestApp::start_as(Setup { settings, ..Setup::default() }).await;
    let nobody = app.nobody();
    for path in ["/", "/api/v1/nothing", "/favicon.svg"] {
        let answer = nobody.get(path).await;
        assert_eq!(answer.header("strict-transport-security"), Some("max-age=60"), "{path}");
        let here = nobody.with("Host", "localhost:8443").get(path).await;
        assert_eq!(here.header("strict-transport-security"), None, "{path}: other programs are localhost too");
    }
    let signed_in = nobody.post("/api/v1/session", json!({"key": ADMIN_KEY})).await;
    assert!(signed_in.header("set-cookie").unwrap().ends_with("; Secure"), "{signed_in:?}");
    let body = json!({"tenant_id": "acme", "mode": "view"});
    app.tenant("acme").await;
    let link = app.admin().post("/api/v1/portal-sessions", body).await.expect(201);
    assert!(link["url"].as_str().unwrap().starts_with("https://"), "{link}");
    app.finish().await;
}

#[tokio::test]
async fn a_foreign_host_gets_no_page() {
    let settings =
        api::Settings { hosts: api::Hosts::only(["hooks.example.com".to_owned()]), ..Setup::default().settings };
    let app = TestApp::start_as(Setup { settings, ..Setup::default() }).await;
    let nobody = app.nobody();
    for path in ["/", "/portal.js", "/api/v1/nothing"] {
        let refused = nobody.with("Host", "evil.example").get(path).await;
        let detail = refused.detail(421, "misdirected_request");
        assert!(detail.contains("evil.example") && detail.contains("POSTRIDER_HOSTS"), "{detail}");
    }
    for host in ["hooks.example.com", "localhost:8080", "[::1]"] {
        expect_page(&nobody.with("Host", host).get("/").await);
    }
    nobody.with("Host", "evil.example").get("/healthz").await.expect(200);
    app.finish().await;
}

#[tokio::test]
async fn only_the_allowed_ancestors_may_embed_a_portal_link() {
    let app = TestApp::start().await;
    app.tenant("acme").await;
    let appearance =
        json!({"logo_url": "https://cdn.acme.example/logo.svg", "favicon_url": "https://cdn.acme.example/i.ico"});
    let body = json!({
        "tenant_id": "acme", "mode": "view", "expires_in_seconds": 60, "appearance": appearance,
        "allowed_ancestors": ["https://app.acme.example", "https://*.acme.example"],
    });
    let link = app.admin().post("/api/v1/portal-sessions", body).await.expect(201);
    let path = format!("/portal/{}", link["id"].as_str().unwrap());
    let page = app.nobody().get(&path).await;
    expect_page(&page);
    assert_eq!(directive(&page, "frame-ancestors"), "https://app.acme.example https://*.acme.example");
    assert_eq!(directive(&page, "img-src"), "'self' https://cdn.acme.example");
    assert_eq!(page.header("x-frame-options"), None);
    assert_eq!(page.header("cross-origin-opener-policy"), None);
    // Its screens are embedded like the page itself.
    for screen in ["/", "/deliveries?status=failed", "/subscriptions/sub_06f8k2m4q9v1x3z5b7d9f1h3k5/edit"] {
        let page = app.nobody().get(&format!("{path}{screen}")).await;
        expect_page(&page);
        assert_eq!(directive(&page, "frame-ancestors"), "https://app.acme.example https://*.acme.example", "{screen}");
        assert_eq!(directive(&page, "img-src"), "'self' https://cdn.acme.example", "{screen}");
    }
    for other in [format!("{path}x"), format!("/deliveries{path}"), format!("/portal/x/{path}")] {
        assert_eq!(directive(&app.nobody().get(&other).await, "frame-ancestors"), "'none'", "{other}");
    }
    // Its own page tells that it has expired.
    app.advance(60);
    let page = app.nobody().get(&path).await;
    assert_eq!(directive(&page, "frame-ancestors"), "https://app.acme.example https://*.acme.example");
    let plain = json!({"tenant_id": "acme", "mode": "view"});
    let plain = app.admin().post("/api/v1/portal-sessions", plain).await.expect(201);
    for id in [plain["id"].as_str().unwrap(), "pts_06f8k2m4q9v1x3z5b7d9f1h3k5", "x"] {
        assert_eq!(directive(&app.nobody().get(&format!("/portal/{id}")).await, "frame-ancestors"), "'none'", "{id}");
    }
    app.finish().await;
}

#[tokio::test]
async fn below_a_path_of_a_proxy_everything_works_with_and_without_that_path() {
    let settings = api::Settings {
        public_url: PublicUrl::parse("https://outside.example/hooks").ok(),
        ..Setup::default().settings
    };
    let app = TestApp::start_as(Setup { settings, ..Setup::default() }).await;
    let acme = app.tenant("acme").await;
    for path in ["/hooks", "/hooks/", "/hooks/deliveries", "/deliveries"] {
        let page = app.nobody().get(path).await;
        expect_page(&page);
        assert!(page.text().contains("<base href=\"/hooks/\""), "{path}: {}", page.text());
    }
    acme.get("/hooks/api/v1/events").await.expect(200);
    acme.get("/api/v1/events").await.expect(200);
    acme.get("/hooks/api/v1/nothing").await.problem(404, "not_found");
    app.finish().await;
}
