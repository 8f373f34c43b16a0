//! Errors: problem+json with `detail` as a plain string (`docs/contracts.md`). The form that all errors share is
//! checked in `Answer::problem`.

use crate::support::{Operation, TestApp};
use http::Method;
use serde_json::json;

const EVENTS: &str = "/api/v1/events";
const SUBSCRIPTIONS: &str = "/api/v1/webhooks/subscriptions";

#[tokio::test]
async fn an_unknown_route_is_404() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    for path in ["/api", "/api/", "/api/v1", "/api/v1/", "/api/v1/events/", "/api/v2/events", "/api/v1/webhooks/x/y"] {
        for method in [Method::GET, Method::POST] {
            let detail = acme.send(method, path, "").await.detail(404, "not_found");
            assert_eq!(detail, format!("Path not found: {path}"));
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn a_wrong_method_is_405_and_names_the_allowed_ones() {
    let app = TestApp::start().await;
    let operations = Operation::all();
    let mut paths: Vec<_> = operations.iter().map(|operation| operation.path.clone()).collect();
    paths.dedup();
    for path in paths {
        let here = |method: &str| operations.contains(&Operation { path: path.clone(), method: method.into() });
        for method in ["GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "TRACE"].into_iter().filter(|one| !here(one))
        {
            let operation = Operation { path: path.clone(), method: method.into() };
            let answer = app.nobody().send(operation.method(), &operation.with("x"), "").await;
            let detail = answer.detail(405, "method_not_allowed");
            assert!(detail.starts_with(method), "{detail}");
            let allow = answer.header("allow").unwrap_or_else(|| panic!("{}: no Allow", operation.name()));
            let mut allowed: Vec<_> = allow.split(',').map(str::trim).filter(|one| *one != "HEAD").collect();
            allowed.sort_unstable();
            let mut expected: Vec<_> =
                ["GET", "PUT", "POST", "DELETE", "PATCH"].into_iter().filter(|m| here(m)).collect();
            expected.sort_unstable();
            assert_eq!(allowed, expected, "{}", operation.name());
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn malformed_json_is_400_and_in_the_platform_api_422() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let admin = app.admin_in("acme");
    for path in [EVENTS, "/api/v1/events/batch", SUBSCRIPTIONS, "/api/v1/webhooks", "/api/v1/webhooks/events"] {
        let caller = if path.ends_with("webhooks/events") { &admin } else { &acme };
        let status = if path.starts_with("/api/v1/webhooks") { 422 } else { 400 };
        for body in ["{", "{\"type\":}", "nonsense", "{} {}", "{\"a\": \"\n\"}", "'x'", "\u{feff}{"] {
            let detail = caller.send(Method::POST, path, body).await.detail(status, "malformed_json");
            assert!(detail.starts_with("The body is not valid JSON: "), "{path} {body}: {detail}");
        }
        let empty = caller.send(Method::POST, path, "").await.detail(status, "malformed_json");
        assert_eq!(empty, "The body is empty; it must be a JSON object", "{path}");
    }
    for (path, status, body) in [(EVENTS, 400, b"{\"type\": \"\xff\"}"), (SUBSCRIPTIONS, 422, b"{\"url\":  \"\xff\"}")]
    {
        acme.send(Method::POST, path, &body[..]).await.problem(status, "malformed_json");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_body_that_is_not_an_object_is_422() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    for path in [EVENTS, SUBSCRIPTIONS, "/api/v1/webhooks"] {
        for body in [json!("text"), json!(1), json!(null), json!(true)] {
            assert_eq!(acme.post(path, body.clone()).await.fault().0, "body", "{path} {body}");
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn wrong_types_are_422_and_the_field_is_named() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let batch = |bad| json!({"events": [{"type": "a.b", "data": {}}, {"type": "a.b", "data": {}}, bad]});
    let subscription = |name: &str, value| {
        let mut fields = json!({"url": "https://a.example/", "events": ["*"]});
        fields[name] = value;
        fields
    };
    let rows = [
        (EVENTS, json!({"type": 5, "data": {}}), "type"),
        ("/api/v1/events/batch", batch(json!({"type": 5, "data": {}})), "events[2].type"),
        ("/api/v1/events/batch", batch(json!({"type": "a.b", "data": 5})), "events[2].data"),
        ("/api/v1/events/batch", json!({"events": {"a": 1}}), "events"),
        (SUBSCRIPTIONS, subscription("url", json!(5)), "url"),
        (SUBSCRIPTIONS, subscription("events", json!("invoice.created")), "events"),
        (SUBSCRIPTIONS, subscription("events", json!(["invoice.created", 5])), "events[1]"),
        (SUBSCRIPTIONS, subscription("headers", json!(["a"])), "headers"),
        (SUBSCRIPTIONS, subscription("headers", json!({"X-A": 5})), "headers.X-A"),
        (SUBSCRIPTIONS, subscription("is_active", json!("maybe")), "is_active"),
        (SUBSCRIPTIONS, subscription("max_retries", json!("three")), "max_retries"),
        (SUBSCRIPTIONS, subscription("max_retries", json!(1.5)), "max_retries"),
        (
            SUBSCRIPTIONS,
            subscription("timeout_seconds", json!(99_999_999_999_999_999_999u128 as f64)),
            "timeout_seconds",
        ),
        (SUBSCRIPTIONS, subscription("custom_metadata", json!("x")), "custom_metadata"),
    ];
    for (path, body, field) in rows {
        let (named, message) = acme.post(path, body.clone()).await.fault();
        assert_eq!(named, field, "{body}: {message}");
        assert!(!message.contains("line"), "line and column are cut: {message}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_repeated_field_is_refused() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let answer = acme.send(Method::POST, EVENTS, r#"{"type":"a.b","type":"c.d","data":{}}"#).await;
    assert_eq!(answer.fault(), ("type".into(), "appears twice".into()));
    app.finish().await;
}

#[tokio::test]
async fn a_body_that_is_too_large_is_413() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let spaces = vec![b' '; 16 * 1024 * 1024 + 1];
    for path in [EVENTS, "/api/v1/events/batch", SUBSCRIPTIONS] {
        acme.send(Method::POST, path, spaces.clone()).await.problem(413, "too_large");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_path_that_is_not_utf8_is_a_problem_like_other_errors() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    for path in ["/api/v1/events/%FF", "/api/v1/webhooks/subscriptions/%C3%28", "/api/v1/webhooks/deliveries/%FF"] {
        acme.get(path).await.problem(400, "bad_request");
    }
    app.finish().await;
}

#[tokio::test]
async fn the_request_id_is_the_clients_own_if_it_sends_one() {
    let app = TestApp::start().await;
    let nobody = app.nobody();
    let answer = nobody.with("X-Request-Id", "client-7").get("/api/nothing").await;
    assert_eq!(answer.problem(404, "not_found")["request_id"], "client-7");
    let (one, two) = (nobody.get("/api/nothing").await, nobody.get("/api/nothing").await);
    assert_ne!(one.problem(404, "not_found")["request_id"], two.problem(404, "not_found")["request_id"]);
    // An unprintable or far too long id is replaced.
    for odd in ["é".to_owned(), "x".repeat(101)] {
        let answer = nobody.with("X-Request-Id", &odd).get("/api/nothing").await;
        assert_ne!(answer.problem(404, "not_found")["request_id"], odd);
    }
    app.finish().await;
}

#[tokio::test]
async fn every_response_has_a_request_id() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let mut ids = std::collections::HashSet::new();
    for path in ["/healthz", "/readyz", EVENTS, "/api/v1/openapi.json", "/docs/", "/nothing"] {
        for _ in 0..2 {
            let answer = acme.get(path).await;
            let id = answer.header("x-request-id").unwrap_or_else(|| panic!("{path}: no id")).to_owned();
            assert!(ids.insert(id), "{path}: an id twice");
        }
        let answer = acme.with("X-Request-Id", "client-7").get(path).await;
        assert_eq!(answer.header("x-request-id"), Some("client-7"), "{path}");
    }
    let published = acme.post(EVENTS, json!({"type": "a.b", "data": {}})).await;
    assert!(published.status == 202 && published.header("x-request-id").is_some());
    app.finish().await;
}

#[tokio::test]
async fn head_is_get_without_a_body() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    acme.publish().await;
    for path in ["/healthz", "/readyz", EVENTS, "/api/v1/openapi.json", "/docs/"] {
        let (get, head) = (acme.get(path).await, acme.send(Method::HEAD, path, "").await);
        assert_eq!((head.status, head.text()), (get.status, ""), "{path}");
        assert_eq!(head.headers.get("content-type"), get.headers.get("content-type"), "{path}");
        if let Some(length) = head.header("content-length") {
            assert_eq!(length, get.body.len().to_string(), "{path}");
        }
    }
    let missing = acme.send(Method::HEAD, "/api/v1/events/nothing", "").await;
    assert_eq!((missing.status.as_u16(), missing.text()), (404, ""));
    assert_eq!(missing.header("content-type"), Some("application/problem+json"));
    let posted = acme.send(Method::HEAD, "/api/v1/events/batch", "").await;
    assert_eq!((posted.status.as_u16(), posted.header("allow")), (405, Some("POST")));
    app.finish().await;
}

#[tokio::test]
async fn errors_do_not_reveal_the_machine_to_clients() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    app.store.set_broken(true);
    for answer in [acme.post(EVENTS, json!({"type": "a.b", "data": {}})).await, app.nobody().get("/readyz").await] {
        answer.problem(503, "unavailable");
        assert!(!answer.text().contains("secret") && !answer.text().contains("disk"), "{}", answer.text());
    }
    app.nobody().get("/healthz").await.expect(200);
    app.store.set_broken(false);
    app.nobody().get("/readyz").await.expect(200);
    app.finish().await;
}
