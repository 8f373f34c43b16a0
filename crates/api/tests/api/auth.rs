//! Authentication and authorisation (`docs/contracts.md`), for every operation of the OpenAPI document.

use crate::support::{ADMIN_KEY, Operation, TestApp};
use http::Method;
use model::Scope;
use serde_json::json;

/// The permission that an operation requires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Needs {
    Nothing,
    Operator,
    /// Any credential; the operation is about the caller itself.
    Credential,
    /// The body has the credential.
    SignIn,
    One(Scope),
    /// `webhooks:read`, or `webhooks:manage`, which includes it.
    Reading,
    /// `webhooks.secret.rotate`, or `webhooks:manage`.
    Rotating,
    /// Like [`Self::Reading`], but the operator may omit the tenant and then sees all of them.
    ReadingAll,
}

pub(crate) fn needs(operation: &Operation) -> Needs {
    let (method, path) = (operation.method.as_str(), operation.path.as_str());
    match (method, path) {
        ("GET", "/healthz" | "/readyz") => Needs::Nothing,
        ("GET", "/api/v1/webhooks/subscriptions/{id}/jwks.json" | "/api/v1/payloads/{reference}") => Needs::Nothing,
        ("POST", "/api/v1/session") => Needs::SignIn,
        ("GET" | "DELETE", "/api/v1/session") => Needs::Credential,
        (_, "/api/v1/portal-sessions" | "/api/v1/portal-sessions/{id}") => Needs::Operator,
        // Beside programs on the same machine, which `scrape/access.rs` recognises by their address.
        ("GET", "/metrics") => Needs::Operator,
        (_, "/api/v1/tenants" | "/api/v1/tenants/{id}" | "/api/v1/keys" | "/api/v1/keys/{id}" | "/api/v1/nodes") => {
            Needs::Operator
        }
        ("POST", "/api/v1/keys/{id}/rotate") => Needs::Operator,
        ("POST", "/api/v1/nodes/pause" | "/api/v1/nodes/resume") => Needs::Operator,
        ("GET" | "PUT", "/api/v1/nodes/log") => Needs::Operator,
        ("GET" | "POST", "/api/v1/master-key/rotation") => Needs::Operator,
        ("GET", path) if path.starts_with("/api/v1/admin/") => Needs::Operator,
        ("GET", "/api/v1/audit/coverage" | "/api/v1/backlog") => Needs::ReadingAll,
        ("GET" | "PUT", "/api/v1/audit/report") => Needs::Operator,
        ("POST", "/api/v1/events" | "/api/v1/events/batch") => Needs::One(Scope::EventsPublish),
        ("POST", "/api/v1/events/{id}/cancel") => Needs::One(Scope::EventsPublish),
        ("DELETE", "/api/v1/events/{id}/payload") => Needs::One(Scope::WebhooksManage),
        ("GET", "/api/v1/events" | "/api/v1/events/{id}" | "/api/v1/events/{id}/payload") => Needs::Reading,
        ("POST", "/api/v1/events/preview" | "/api/v1/webhooks/subscriptions/filter-test") => Needs::Reading,
        ("GET", "/api/v1/stream") => Needs::ReadingAll,
        ("GET", "/api/v1/webhooks/events/misfits") => Needs::Operator,
        ("POST", "/api/v1/tenant/webhooks/deliveries") => Needs::One(Scope::EventsPublish),
        ("GET", path) if path.starts_with("/api/v1/tenant/webhooks/") => Needs::Reading,
        (_, path) if path.starts_with("/api/v1/tenant/webhooks/") => Needs::One(Scope::WebhooksManage),
        ("POST" | "PUT" | "DELETE", "/api/v1/webhooks/events" | "/api/v1/webhooks/events/{event_type}") => {
            Needs::Operator
        }
        ("GET", "/api/v1/webhooks/subscriptions/{id}/secret") => Needs::One(Scope::SecretView),
        ("POST", "/api/v1/webhooks/subscriptions/{id}/rotate-secret") => Needs::Rotating,
        ("GET", "/api/v1/egress-addresses") => Needs::Reading,
        ("GET", path) if path == "/api/v1/webhooks" || path.starts_with("/api/v1/webhooks/") => Needs::Reading,
        (_, path) if path == "/api/v1/webhooks" || path.starts_with("/api/v1/webhooks/") => {
            Needs::One(Scope::WebhooksManage)
        }
        _ => panic!("{} has no row in this table", operation.name()),
    }
}

#[tokio::test]
async fn every_operation_but_the_health_checks_needs_a_key() {
    let app = TestApp::start().await;
    for operation in Operation::all() {
        let path = operation.with("x");
        if needs(&operation) == Needs::SignIn {
            continue;
        }
        let bare = app.nobody().send(operation.method(), &path, "{}").await;
        if needs(&operation) == Needs::Nothing {
            let is_there = !operation.path.contains('{');
            assert_eq!(bare.status.as_u16(), if is_there { 200 } else { 404 }, "{}", operation.name());
            continue;
        }
        bare.problem(401, "unauthorized");
        assert_eq!(bare.header("www-authenticate"), Some("Bearer"), "{}", operation.name());
        let unknown = app.nobody().bearing("pk_nobody-knows-this-key");
        unknown.send(operation.method(), &path, "{}").await.problem(401, "unauthorized");
    }
    app.finish().await;
}

#[tokio::test]
async fn every_operation_needs_its_scope() {
    let app = TestApp::start().await;
    for operation in Operation::all() {
        let lacking: &[Scope] = match needs(&operation) {
            Needs::Nothing | Needs::Credential | Needs::SignIn => continue,
            Needs::Operator => &[],
            Needs::One(Scope::WebhooksManage) => &[Scope::WebhooksManage],
            Needs::One(scope) => &[scope],
            Needs::Reading | Needs::ReadingAll => &[Scope::WebhooksRead, Scope::WebhooksManage],
            Needs::Rotating => &[Scope::SecretRotate, Scope::WebhooksManage],
        };
        let scopes: Vec<_> = Scope::ALL.into_iter().filter(|one| !lacking.contains(one)).map(Scope::name).collect();
        let member = app.member("acme", &scopes).await;
        let answer = member.send(operation.method(), &operation.with("x"), "{}").await;
        let detail = answer.detail(403, "forbidden");
        match needs(&operation) {
            Needs::Operator => assert_eq!(detail, "Only the operator's key may do this", "{}", operation.name()),
            _ => assert!(detail.ends_with(lacking[0].name()), "{}: {detail}", operation.name()),
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn every_operation_accepts_its_scope_and_the_operators_key() {
    let app = TestApp::start().await;
    app.tenant("acme").await;
    let refused = |status: u16| matches!(status, 401 | 403);
    for operation in Operation::all() {
        let scopes: &[Scope] = match needs(&operation) {
            Needs::Nothing | Needs::Operator | Needs::Credential | Needs::SignIn => &[],
            Needs::One(scope) => &[scope],
            Needs::Reading | Needs::ReadingAll => &[Scope::WebhooksRead, Scope::WebhooksManage],
            Needs::Rotating => &[Scope::SecretRotate, Scope::WebhooksManage],
        };
        for scope in scopes {
            let member = app.member("acme", &[scope.name()]).await;
            let answer = member.send(operation.method(), &operation.with("x"), "{}").await;
            assert!(!refused(answer.status.as_u16()), "{}: {}", operation.name(), answer.text());
        }
        let answer = app.admin_in("acme").send(operation.method(), &operation.with("x"), "{}").await;
        assert!(!refused(answer.status.as_u16()), "{}: {}", operation.name(), answer.text());
    }
    app.finish().await;
}

#[tokio::test]
async fn the_operator_must_name_the_tenant() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let tenants_own = |operation: &Operation| {
        let is_one = |needs| !matches!(needs, Needs::Nothing | Needs::Operator | Needs::Credential | Needs::SignIn);
        is_one(needs(operation)) || operation.path.starts_with("/api/v1/keys")
    };
    for operation in Operation::all().iter().filter(|one| tenants_own(one)) {
        let path = operation.with("x");
        let bare = app.admin().send(operation.method(), &path, "{}").await;
        if needs(operation) == Needs::ReadingAll {
            assert_eq!(bare.status, 200, "{}", operation.name());
        } else {
            let detail = bare.detail(400, "bad_request");
            assert!(detail.starts_with("Tenant ID is required"), "{}: {detail}", operation.name());
        }
        let elsewhere = app.admin_in("nowhere").send(operation.method(), &path, "{}").await;
        assert!(elsewhere.detail(404, "not_found").starts_with("Tenant not found: nowhere"));
        let malformed = app.admin_in("no where").send(operation.method(), &path, "{}").await;
        assert!(malformed.detail(400, "bad_request").contains("X-Tenant-Id"));
        if operation.path.starts_with("/api/v1/keys") {
            continue;
        }
        let crossed = acme.with("X-Tenant-Id", "other").send(operation.method(), &path, "{}").await;
        assert!(crossed.detail(403, "forbidden").contains("another tenant"));
    }
    acme.with("X-Tenant-Id", "acme").get("/api/v1/events").await.expect(200);
    app.finish().await;
}

#[tokio::test]
async fn the_authorization_header_must_be_a_bearer() {
    let app = TestApp::start().await;
    for header in ["", "Bearer", "Basic YTpi", ADMIN_KEY, "Bearer ", "Bearer x y"] {
        let caller = app.nobody().with("Authorization", header);
        caller.get("/api/v1/tenants").await.problem(401, "unauthorized");
    }
    for header in [format!("bearer {ADMIN_KEY}"), format!("BEARER   {ADMIN_KEY}")] {
        app.nobody().with("Authorization", &header).get("/api/v1/tenants").await.expect(200);
    }
    app.finish().await;
}

#[tokio::test]
async fn authentication_comes_before_validation_of_the_body() {
    let app = TestApp::start().await;
    let reader = app.member("acme", &["webhooks:read"]).await;
    app.nobody().send(Method::POST, "/api/v1/events", "{").await.problem(401, "unauthorized");
    reader.send(Method::POST, "/api/v1/events", "{").await.problem(403, "forbidden");
    reader.post("/api/v1/events", json!({})).await.problem(403, "forbidden");
    app.finish().await;
}
