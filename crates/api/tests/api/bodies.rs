//! Request bodies: accepted and refused forms, bounds of size and time, and the answers to refused requests.

use crate::support::{Caller, Operation, Setup, TestApp, document, within};
use flate2::{Compression, write::GzEncoder};
use http::Method;
use serde_json::json;
use std::{io::Write, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

const EVENTS: &str = "/api/v1/events";
const SUBSCRIPTIONS: &str = "/api/v1/webhooks/subscriptions";

fn has_body(operation: &Operation) -> bool {
    let shown = &document()["paths"][&operation.path][operation.method.to_lowercase()];
    shown.get("requestBody").is_some()
}

/// A caller that may make this call.
async fn caller_of(app: &TestApp) -> Caller {
    app.tenant("acme").await;
    app.admin_in("acme")
}

#[tokio::test]
async fn an_array_is_refused_where_an_object_is_expected() {
    let app = TestApp::start().await;
    let admin = caller_of(&app).await;
    let made = admin.subscribe_with(json!({"url": "https://a.example/", "events": ["*"]})).await;
    let (id, mut tried) = (made["id"].as_str().unwrap(), 0);
    for operation in Operation::all().iter().filter(|one| has_body(one)) {
        let path =
            if operation.path.contains("subscriptions/{id}") { operation.with(id) } else { operation.with("x.y") };
        for body in [r#"["invoice.created", {"x": 1}]"#, r#"["https://evil.example/"]"#, "[0]", "[]"] {
            let answer = admin.send(operation.method(), &path, body).await;
            assert!(answer.status.is_client_error(), "{} {body}: {}", operation.name(), answer.text());
            let text = answer.text();
            assert!(text.contains("JSON object") || answer.status == 404, "{} {body}: {text}", operation.name());
        }
        tried += 1;
    }
    assert!(tried > 12, "{tried} calls have a body");
    assert_eq!(admin.get(&format!("{SUBSCRIPTIONS}/{id}")).await.expect(200), {
        let mut same = made.clone();
        same.as_object_mut().unwrap().remove("secret");
        same
    });
    app.finish().await;
}

#[tokio::test]
async fn arrays_are_refused_for_nested_objects_too() {
    let app = TestApp::start().await;
    let admin = caller_of(&app).await;
    let rows = [
        ("/api/v1/events/batch", json!({"events": [["invoice.created", {}]]}), "events[0]"),
        (EVENTS, json!({"type": "a.b", "data": {}, "metadata": [1]}), "metadata"),
        (
            SUBSCRIPTIONS,
            json!({"url": "https://a.example/", "events": ["*"], "custom_metadata": [1]}),
            "custom_metadata",
        ),
        (SUBSCRIPTIONS, json!({"url": "https://a.example/", "events": ["*"], "headers": ["a"]}), "headers"),
        ("/api/v1/webhooks/events", json!({"event_type": "a.b", "example": [1]}), "example"),
    ];
    for (path, body, field) in rows {
        let (named, message) = admin.post(path, body).await.fault();
        assert_eq!(named, field);
        assert!(message.contains("object"), "{message}");
    }
    app.finish().await;
}

#[tokio::test]
async fn numbers_beyond_2_to_the_53_survive() {
    let app = TestApp::start().await;
    let admin = caller_of(&app).await;
    let metadata = r#"{"big":123456789012345678901234567890,"exact":0.10,"id":9007199254740993}"#;
    let body = format!(r#"{{"url": "https://a.example/", "events": ["*"], "custom_metadata": {metadata}}}"#);
    let made = admin.send(Method::POST, SUBSCRIPTIONS, body).await;
    let path = format!("{SUBSCRIPTIONS}/{}", made.expect(201)["id"].as_str().unwrap());
    let tenant = admin.send(Method::PUT, "/api/v1/tenants/acme", format!(r#"{{"metadata": {metadata}}}"#)).await;
    let example = format!(r#"{{"event_type": "ledger.booked", "example": {metadata}}}"#);
    let entry = admin.send(Method::POST, "/api/v1/webhooks/events", example).await;
    let shown = [
        made.clone(),
        admin.get(&path).await,
        tenant,
        admin.get("/api/v1/tenants/acme").await,
        entry,
        admin.get("/api/v1/webhooks/events/ledger.booked").await,
    ];
    for answer in shown {
        assert!(answer.text().contains(metadata), "{}", answer.text());
    }
    app.finish().await;
}

#[tokio::test]
async fn metadata_is_bounded() {
    let app = TestApp::start().await;
    let admin = caller_of(&app).await;
    let metadata = json!({"text": "x".repeat(64 * 1024)});
    let fields = json!({"url": "https://a.example/", "events": ["*"], "custom_metadata": metadata});
    assert_eq!(admin.post(SUBSCRIPTIONS, fields).await.fault().0, "custom_metadata");
    assert_eq!(admin.put("/api/v1/tenants/acme", json!({"metadata": metadata})).await.fault().0, "metadata");
    let large = json!({"event_type": "a.b", "example": {"text": "x".repeat(256 * 1024)}});
    assert_eq!(admin.post("/api/v1/webhooks/events", large).await.fault().0, "example");
    let schema = json!({"event_type": "a.b", "schema": {"description": "x".repeat(256 * 1024)}});
    assert_eq!(admin.post("/api/v1/webhooks/events", schema).await.fault().0, "schema");
    let huge = json!({"url": "https://a.example/", "events": ["*"], "custom_metadata": {"text": "x".repeat(2 << 20)}});
    admin.post(SUBSCRIPTIONS, huge).await.problem(413, "too_large");
    app.finish().await;
}

#[tokio::test]
async fn control_characters_are_refused_in_every_string() {
    let app = TestApp::start().await;
    let admin = caller_of(&app).await;
    let subscription = |field: &str, value: &str| {
        let mut fields = json!({"url": "https://a.example/", "events": ["*"]});
        fields[field] = json!(value);
        fields
    };
    for control in ["\0", "\u{1b}", "\u{7f}"] {
        let text = format!("https://a.example/x{control}y");
        let rows = [
            (SUBSCRIPTIONS, subscription("url", &text), "url"),
            (SUBSCRIPTIONS, subscription("description", &text), "description"),
            (SUBSCRIPTIONS, subscription("profile", &text), "profile"),
            (EVENTS, json!({"type": text, "data": {}}), "type"),
            (EVENTS, json!({"type": "a.b", "data": {}, "id": text}), "id"),
            ("/api/v1/keys", json!({"name": text}), "name"),
            ("/api/v1/webhooks/events", json!({"event_type": "a.b", "description": text}), "description"),
            ("/api/v1/webhooks/events", json!({"event_type": "a.b", "category": text}), "category"),
        ];
        for (path, body, field) in rows {
            let (named, message) = admin.post(path, body).await.fault();
            assert_eq!(named, field, "{message}");
        }
        assert_eq!(admin.put("/api/v1/tenants/acme", json!({"name": text})).await.fault().0, "name");
        let header = json!({"url": "https://a.example/", "events": ["*"], "headers": {"X-A": format!("a{control}b")}});
        assert_eq!(admin.post(SUBSCRIPTIONS, header).await.fault().0, "headers.X-A");
    }
    let lines = admin.subscribe_with(subscription("description", "two\nlines")).await;
    assert_eq!(lines["description"], "two\nlines");
    app.finish().await;
}

#[tokio::test]
async fn numbers_and_booleans_as_strings_are_accepted_where_unambiguous() {
    let app = TestApp::start().await;
    let admin = caller_of(&app).await;
    let fields = json!({
        "url": "  https://a.example/  ", "events": [" invoice.created ", ""], "max_retries": "5", "timeout_seconds": 60.0,
        "retry_enabled": "false", "is_active": "true", "description": " for the CRM ", "headers": {"X-Region": " eu "},
    });
    let made = admin.subscribe_with(fields).await;
    for (field, expected) in [
        ("url", json!("https://a.example/")),
        ("events", json!(["invoice.created"])),
        ("max_retries", json!(5)),
        ("timeout_seconds", json!(60)),
        ("retry_enabled", json!(false)),
        ("is_active", json!(true)),
        ("description", json!("for the CRM")),
        ("headers", json!({"X-Region": "eu"})),
    ] {
        assert_eq!(made[field], expected, "{field}");
    }
    let rotate = format!("{SUBSCRIPTIONS}/{}/rotate-secret", made["id"].as_str().unwrap());
    admin.post(&rotate, json!({"grace_seconds": "60"})).await.expect(200);
    app.finish().await;
}

#[tokio::test]
async fn a_byte_order_mark_is_skipped() {
    let app = TestApp::start().await;
    let admin = caller_of(&app).await;
    admin.send(Method::POST, EVENTS, "\u{feff}{\"type\":\"invoice.created\",\"data\":{}}").await.expect(202);
    app.finish().await;
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn a_gzip_body_is_inflated_within_bounds_and_other_codings_are_415() {
    let app = TestApp::start().await;
    let admin = caller_of(&app).await;
    let zipped = admin.with("Content-Encoding", "gzip");
    let small = r#"{"type":"invoice.created","data":{"n":1}}"#;
    let accepted = zipped.send(Method::POST, EVENTS, gzip(small.as_bytes())).await.expect(202);
    let shown = admin.get(&format!("{EVENTS}/{}", accepted["id"].as_str().unwrap())).await.expect(200);
    assert_eq!(shown["data"], json!({"n": 1}));
    let large = format!(r#"{{"type":"invoice.created","data":{{"x":"{}"}}}}"#, "ab".repeat(400_000));
    zipped.send(Method::POST, EVENTS, gzip(large.as_bytes())).await.expect(202);
    // 16 KiB that become 16 MiB and a little more.
    let bomb = gzip(&vec![b' '; 16 * 1024 * 1024 + 1]);
    assert!(bomb.len() < 20_000);
    zipped.send(Method::POST, EVENTS, bomb).await.problem(413, "too_large");
    let cut = gzip(small.as_bytes());
    zipped.send(Method::POST, EVENTS, cut[..cut.len() - 6].to_vec()).await.problem(400, "bad_request");
    zipped.send(Method::POST, EVENTS, small).await.problem(400, "bad_request");
    for coding in ["br", "deflate", "gzip, gzip", "compress"] {
        let refused = admin.with("Content-Encoding", coding).send(Method::POST, EVENTS, small).await;
        refused.problem(415, "unsupported_encoding");
        assert_eq!(refused.header("accept-encoding"), Some("gzip"));
    }
    admin.with("Content-Encoding", "identity").send(Method::POST, EVENTS, small).await.expect(202);
    app.finish().await;
}

/// Writes a request head and `body` bytes of a body, and reads the answer; empty after a connection reset.
async fn send_raw(app: &TestApp, head: String, body: usize) -> String {
    let mut stream = TcpStream::connect(app.address()).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    let (mut read, mut write) = stream.into_split();
    let writing = tokio::spawn(async move {
        let piece = vec![b'x'; 64 * 1024];
        let mut left = body;
        while left > 0 && write.write_all(&piece[..left.min(piece.len())]).await.is_ok() {
            left -= left.min(piece.len());
        }
        (left == 0, write)
    });
    // Many clients write the whole body before they read the answer.
    let (all, _write) = within("the whole body to be taken", writing).await.unwrap();
    assert!(all, "the connection was reset while the body was sent");
    let mut answer = vec![0; 4096];
    let read = within("the answer", read.read(&mut answer)).await.expect("no reset");
    String::from_utf8_lossy(&answer[..read]).into_owned()
}

#[tokio::test]
async fn a_refused_request_with_a_large_body_gets_its_answer() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let key = acme.key();
    let rows = [
        ("authorization: Bearer pk_unknown", 8 << 20, "401"),
        (&format!("authorization: Bearer {key}"), 17 << 20, "413"),
        (&format!("authorization: Bearer {key}\r\ncontent-encoding: br"), 8 << 20, "415"),
    ];
    for (headers, length, status) in rows {
        let head = format!("POST {EVENTS} HTTP/1.1\r\nhost: x\r\n{headers}\r\ncontent-length: {length}\r\n\r\n");
        let answer = send_raw(&app, head, length).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_body_that_does_not_arrive_in_time_is_408() {
    let settings = api::Settings { body_timeout: Duration::from_millis(100), ..Setup::default().settings };
    let app = TestApp::start_as(Setup { settings, ..Setup::default() }).await;
    let key = app.tenant("acme").await.key();
    let head =
        format!("POST {EVENTS} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\ncontent-length: 100\r\n\r\n{{");
    let answer = send_raw(&app, head, 0).await;
    assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains("connection: close"), "{answer}");
    app.finish().await;
}

#[tokio::test]
async fn the_scope_is_checked_before_the_body_is_read() {
    let app = TestApp::start().await;
    let reader = app.member("acme", &["webhooks:read"]).await;
    // The body of a sign-in has the credential itself, and is bounded by a few KiB; the others need only the scope that
    // this key has.
    let admitted =
        ["POST /api/v1/session", "POST /api/v1/events/preview", "POST /api/v1/webhooks/subscriptions/filter-test"];
    let is_refused = |one: &&Operation| has_body(one) && !admitted.contains(&&*one.name());
    for operation in Operation::all().iter().filter(is_refused) {
        let path = operation.with("x.y");
        let key = reader.key();
        let (method, length) = (&operation.method, 16 << 20);
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\ncontent-length: {length}\r\n\r\n"
        );
        // No byte of the body is sent: a server that reads it first would wait for ever.
        let answer = send_raw(&app, head, 0).await;
        assert!(answer.starts_with("HTTP/1.1 403 "), "{}: {answer}", operation.name());
    }
    app.finish().await;
}

#[tokio::test]
async fn bodies_share_a_memory_budget_of_which_a_tenant_has_a_quarter() {
    let settings = api::Settings { request_memory: 4 << 20, ..Setup::default().settings };
    let app = TestApp::start_as(Setup { settings, ..Setup::default() }).await;
    let (acme, other) = (app.tenant("acme").await, app.tenant("other").await);
    let head = |key: String, length: usize| {
        format!("POST {EVENTS} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\ncontent-length: {length}\r\n\r\n")
    };
    // A request that never ends and holds less than the tenant's share of 1 MiB.
    let mut slow = TcpStream::connect(app.address()).await.unwrap();
    slow.write_all(head(acme.key(), 2 << 20).as_bytes()).await.unwrap();
    slow.write_all(&vec![b' '; 300 << 10]).await.unwrap();
    // Another request exceeds the share.
    let refused = send_raw(&app, head(acme.key(), 2 << 20), 1100 << 10).await;
    assert!(refused.starts_with("HTTP/1.1 503 ") && refused.contains("retry-after: 1"), "{refused}");
    let body = |length: usize| format!(r#"{{"type":"invoice.created","data":{{"x":"{}"}}}}"#, "x".repeat(length));
    other.send(Method::POST, EVENTS, body(900 << 10)).await.expect(202);
    drop(slow);
    within("the share to be given back", async {
        while acme.send(Method::POST, EVENTS, body(900 << 10)).await.status != 202 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    app.finish().await;
}

#[tokio::test]
async fn a_repeated_unique_header_is_refused() {
    let app = TestApp::start().await;
    let key = app.tenant("acme").await.key();
    for (name, value) in [
        ("host", "y".to_owned()),
        ("x-tenant-id", "acme".to_owned()),
        ("authorization", format!("Bearer {key}")),
        ("idempotency-key", "a".to_owned()),
    ] {
        let twice =
            if name == "host" { format!("{name}: {value}\r\n") } else { format!("{name}: {value}\r\n").repeat(2) };
        let auth = if name == "authorization" { String::new() } else { format!("authorization: Bearer {key}\r\n") };
        let head = format!("GET {EVENTS} HTTP/1.1\r\nhost: x\r\n{auth}{twice}\r\n");
        let answer = send_raw(&app, head, 0).await;
        assert!(answer.starts_with("HTTP/1.1 400 ") && answer.contains(name), "{name}: {answer}");
    }
    app.finish().await;
}
