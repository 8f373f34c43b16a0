//! The log: messages about refused and failed requests, and their rate limit.

use crate::support::{
    client::Client,
    raw::Raw,
    server::{ADMIN_KEY, Launch, Server},
    wait_until,
};
use serde_json::{Value, json};
use std::{fs, time::Duration};

const SOON: Duration = Duration::from_secs(5);

/// Waits for log lines that contain this text; returns them.
async fn lines(server: &Server, text: &str) -> Vec<String> {
    wait_until("the log has the line", async || {
        let log = server.process.stderr();
        let found: Vec<String> = log.lines().filter(|line| line.contains(text)).map(str::to_owned).collect();
        (!found.is_empty()).then_some(found)
    })
    .await
}

async fn not_ready(server: &Server) {
    let operator = server.operator();
    wait_until("the server is not ready", async || (operator.get("/readyz").await.status == 503).then_some(())).await;
}

fn request(method: &str, path: &str, id: &str) -> String {
    format!("{method} {path} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {ADMIN_KEY}\r\nx-request-id: {id}\r\n\r\n")
}

#[tokio::test]
async fn a_refused_request_is_logged_as_a_warning_with_its_id_and_sender() {
    let folder = tempfile::tempdir().unwrap();
    let server = Launch::server(folder.path()).env("POSTRIDER_LOG", "info").start().await;
    let mut raw = Raw::connect(server.address);
    raw.send(request("GET", "/api/v1/tenants/nobody", "request-404").as_bytes());
    assert_eq!(raw.answer(SOON).unwrap().0, 404);
    let line = lines(&server, "request-404").await.remove(0);
    for part in [
        " WARN postrider::api: request refused ",
        "method=GET",
        "path=\"/api/v1/tenants/nobody\"",
        "status=404",
        "code=\"not_found\"",
        "peer=127.0.0.1:",
    ] {
        assert!(line.contains(part), "{part} is missing: {line}");
    }
    let query = request("GET", "/api/v1/tenants/nobody?secret=do-not-show", "request-422");
    raw.send(query.as_bytes());
    assert_eq!(raw.answer(SOON).unwrap().0, 422);
    let line = lines(&server, "request-422").await.remove(0);
    assert!(line.contains("path=\"/api/v1/tenants/nobody\" "), "{line}");
    // A secret in the wrong field gets an error response but is not logged.
    let client = server.tenant("acme").await;
    let wrong = json!({ "url": "http://127.0.0.1/", "events": ["*"], "headers": "Bearer do-not-show" });
    assert_eq!(client.post("/api/v1/webhooks/subscriptions", &wrong).await.status, 422);
    let line = lines(&server, "method=POST").await.remove(0);
    assert!(line.contains(" WARN postrider::api: ") && line.contains("fields=\"headers\""), "{line}");
    assert!(!server.process.stderr().contains("do-not-show"), "{}", server.process.stderr());
}

#[tokio::test]
async fn a_failed_request_is_logged_as_an_error_with_its_id_and_cause() {
    let folder = tempfile::tempdir().unwrap();
    let server = Launch::server(folder.path()).env("POSTRIDER_LOG_FORMAT", "json").start().await;
    server.tenant("acme").await;
    fs::remove_file(folder.path().join("postrider.db")).unwrap();
    not_ready(&server).await;
    let mut raw = Raw::connect(server.address);
    raw.send(request("GET", "/readyz", "request-503").as_bytes());
    assert_eq!(raw.answer(SOON).unwrap().0, 503);
    let line: Value = serde_json::from_str(&lines(&server, "request-503").await.remove(0)).unwrap();
    assert_eq!(
        (&line["level"], &line["target"], &line["status"]),
        (&json!("ERROR"), &json!("postrider::api"), &json!(503))
    );
    assert!(line["cause"].as_str().unwrap().contains("was removed, renamed or replaced"), "{line}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_refused_requests_is_summarised_and_hides_no_error() {
    let folder = tempfile::tempdir().unwrap();
    let server = Launch::server(folder.path()).start().await;
    let hostile = Client::new(server.address, "not-a-key-of-this-server");
    for _ in 0..1_000 {
        assert_eq!(hostile.get("/api/v1/events").await.status, 401);
    }
    // During the flood, an error that the operator must see.
    fs::remove_file(folder.path().join("postrider.db")).unwrap();
    not_ready(&server).await;
    lines(&server, "request failed").await;
    let summary = lines(&server, "suppressed log lines about further requests like these").await;
    let shown = lines(&server, "request refused").await.len();
    // (Slow machines need more than one window for a thousand requests.)
    assert!(shown < 500, "{shown} lines");
    let counted: usize = summary[0].split("count=").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
    assert!(counted >= 100 && summary[0].contains("statuses=\"4xx\""), "{}", summary[0]);
}
