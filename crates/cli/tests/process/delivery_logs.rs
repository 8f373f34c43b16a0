//! The log of deliveries: one line per attempt at its level, sampled, without secrets; and its settings, which change
//! while the server runs.

use crate::support::{
    client::Client,
    receiver::Receiver,
    server::{Launch, Server},
    wait_until,
};
use axum::{
    Router,
    http::{StatusCode, Uri, header::LOCATION},
    response::IntoResponse,
};
use serde_json::{Value, json};
use std::{
    fs,
    io::{Read, Write},
    net::{SocketAddr, TcpListener},
    thread,
};

/// The lines about attempts so far, of a server that logs JSON.
fn attempts(server: &Server) -> Vec<Value> {
    let log = server.process.stderr();
    let lines = log.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("not JSON: {line}")));
    lines.filter(|line: &Value| line["target"] == "postrider::delivery").collect()
}

async fn attempted(server: &Server, count: usize) -> Vec<Value> {
    wait_until("the attempts are logged", async || {
        let lines = attempts(server);
        (lines.len() >= count).then_some(lines)
    })
    .await
}

fn json_log(launch: Launch) -> Launch {
    launch.env("POSTRIDER_LOG_FORMAT", "json").env("POSTRIDER_LOG", "info")
}

/// A receiver with this response to everything.
async fn answering(respond: fn(Uri) -> (StatusCode, Option<String>)) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new().fallback(async move |uri: Uri| {
        let (status, location) = respond(uri);
        match location {
            Some(location) => (status, [(LOCATION, location)]).into_response(),
            None => status.into_response(),
        }
    });
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

/// A port on which nothing listens.
fn refusing() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// A server that sends the first bytes of each connection back: no HTTP.
fn echoing() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = [0; 4_096];
            let read = stream.read(&mut request).unwrap_or(0);
            let _ = stream.write_all(&request[..read]);
        }
    });
    address
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_attempt_is_one_line_at_the_level_of_its_result() {
    let folder = tempfile::tempdir().unwrap();
    let server = json_log(Launch::server(folder.path())).start().await;
    let client = server.tenant("acme").await;
    let failing = format!("http://{}/", answering(|_| (StatusCode::INTERNAL_SERVER_ERROR, None)).await);
    let fine = format!("http://{}/", answering(|_| (StatusCode::OK, None)).await);
    let refusing = format!("http://{}/", refusing());
    let mut expected = Vec::new();
    for (url, more, level, message, error) in [
        (&fine, json!({}), "INFO", "delivered", Value::Null),
        (&failing, json!({}), "WARN", "not delivered, will be tried again", json!("HTTP 500 Internal Server Error")),
        (
            &failing,
            json!({ "retry_enabled": false }),
            "ERROR",
            "not delivered for good",
            json!("HTTP 500 Internal Server Error"),
        ),
        (
            &refusing,
            json!({}),
            "WARN",
            "not delivered, will be tried again",
            json!(format!("Connection refused by {}", refusing.trim_start_matches("http://").trim_end_matches('/'))),
        ),
    ] {
        let subscription = client.subscribe(url, &more).await;
        expected.push((subscription.id, level, message, error));
    }
    let event = client.publish("invoice.created", 1).await;
    let lines = attempted(&server, expected.len()).await;
    assert_eq!(lines.len(), expected.len(), "{lines:?}");
    for (subscription, level, message, error) in expected {
        let line = lines.iter().find(|line| line["subscription"] == subscription.as_str()).expect("a line");
        assert_eq!((&line["level"], &line["message"]), (&json!(level), &json!(message)), "{line}");
        assert_eq!(line["error"], error, "{line}");
        assert_eq!((&line["event"], &line["tenant"], &line["attempt"]), (&json!(event), &json!("acme"), &json!(1)));
        assert!(line["duration_ms"].is_u64() && line["delivery"].is_string(), "{line}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_a_sample_of_the_successes_is_logged_and_every_failure() {
    let folder = tempfile::tempdir().unwrap();
    let server = json_log(Launch::server(folder.path())).env("POSTRIDER_LOG_SAMPLE", "0.25").start().await;
    let client = server.tenant("acme").await;
    let receiver = Receiver::start().await;
    client.subscribe(&receiver.url(), &json!({})).await;
    client.subscribe(&format!("http://{}/", refusing()), &json!({ "circuit_breaker": { "enabled": false } })).await;
    client.publish_batch("invoice.created", 0..200).await;
    wait_until("all are attempted", async || {
        let failures = attempts(&server).iter().filter(|line| line["level"] == "WARN").count();
        (client.deliveries("success").await.len() == 200 && failures == 200).then_some(())
    })
    .await;
    // A line is written before the outcome that the list shows.
    let delivered = attempts(&server).iter().filter(|line| line["level"] == "INFO").count();
    assert!((20..=90).contains(&delivered), "{delivered} of 200 for a share of 0.25");
}

/// Secrets that a publisher and a subscription's owner put where they belong, and where they do not belong.
const SECRETS: [&str; 5] = ["url-password", "query-token", "header-token", "payload-token", "the-signing-secret"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_of_a_url_a_header_or_a_payload_is_logged() {
    let folder = tempfile::tempdir().unwrap();
    let server = json_log(Launch::server(folder.path())).env("POSTRIDER_LOG", "debug").start().await;
    let client = server.tenant("acme").await;
    let redirecting = answering(|uri| (StatusCode::FOUND, Some(format!("http://127.0.0.1{uri}&moved")))).await;
    let fine = answering(|_| (StatusCode::OK, None)).await;
    let more = json!({
        "headers": { "Authorization": "Bearer header-token", "X-Api-Key": "header-token" },
        "secret": "the-signing-secret-of-the-receiver",
    });
    let receivers = [redirecting, fine, refusing(), echoing()];
    for receiver in receivers {
        client.subscribe(&format!("http://{receiver}/hook?token=query-token"), &more).await;
    }
    // Refused URLs, and fields in the wrong place.
    for url in ["http://user:url-password@127.0.0.1/", "http://169.254.169.254/?token=query-token", "query-token"] {
        let body = json!({ "url": url, "events": ["*"] });
        client.post("/api/v1/webhooks/subscriptions", &body).await;
    }
    client.get("/api/v1/webhooks/subscriptions?token=query-token").await;
    let event = json!({ "type": "invoice.created", "data": { "token": "payload-token" } });
    assert_eq!(client.post("/api/v1/events", &event).await.status, 202);
    client.post("/api/v1/events", &json!({ "type": "payload-token ", "data": "payload-token" })).await;
    let lines = attempted(&server, receivers.len()).await;
    for error in ["HTTP 302: redirects are not followed", "Connection refused by", "Not an HTTP response from"] {
        let has = |line: &Value| line["error"].as_str().is_some_and(|text| text.starts_with(error));
        assert!(lines.iter().any(has), "{error}: {lines:?}");
    }
    let ended = server.stop().await;
    for secret in SECRETS {
        let found: Vec<&str> = ended.stderr.lines().filter(|line| line.contains(secret)).collect();
        assert!(found.is_empty(), "{secret}: {found:?}");
    }
}

/// Publishes an event and waits for its delivery; returns whether the log has a line about it.
async fn is_logged(server: &Server, client: &Client) -> bool {
    let event = client.publish("invoice.created", 1).await;
    wait_until("it is delivered", async || client.none("pending").await.then_some(())).await;
    // The end of a line that was written before, whatever the filter is.
    client.post("/api/v1/events", &json!({})).await;
    let log = wait_until("the log is written", async || {
        let log = server.process.stderr();
        let refused = log.lines().filter(|line| line.contains("request refused")).count();
        (refused >= client.get("/api/v1/events").await.body.as_array().unwrap().len()).then_some(log)
    })
    .await;
    log.contains(&event)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_level_changes_by_the_api_and_by_sighup() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("postrider.toml");
    fs::write(&file, "log = 'warn'\n").unwrap();
    let server = Launch::server(folder.path()).without("POSTRIDER_LOG").start().await;
    let (client, operator, receiver) = (server.tenant("acme").await, server.operator(), Receiver::start().await);
    client.subscribe(&receiver.url(), &json!({})).await;
    let shown = async || operator.get("/api/v1/nodes/log").await.body;
    assert_eq!(shown().await, json!({ "filter": "warn", "sample": 1.0 }));
    assert!(!is_logged(&server, &client).await);

    let changed = operator.put("/api/v1/nodes/log", &json!({ "filter": "info" })).await;
    assert_eq!((changed.status.as_u16(), changed.body), (200, json!({ "filter": "info", "sample": 1.0 })));
    assert!(is_logged(&server, &client).await);
    let wrong = operator.put("/api/v1/nodes/log", &json!({ "filter": "inof" })).await;
    assert_eq!((wrong.status.as_u16(), &wrong.body["errors"][0]["field"]), (422, &json!("filter")));
    assert!(wrong.body["detail"].as_str().unwrap().contains("is info meant?"), "{}", wrong.body);

    fs::write(&file, "log = 'warn,postrider::delivery=info'\nlog_sample = 0.0\n").unwrap();
    server.signal("HUP");
    let expected = json!({ "filter": "warn,postrider::delivery=info", "sample": 0.0 });
    wait_until("the file is read again", async || (shown().await == expected).then_some(())).await;
    assert!(!is_logged(&server, &client).await);
    assert_eq!(operator.put("/api/v1/nodes/log", &json!({ "sample": 1 })).await.status, 200);
    assert!(is_logged(&server, &client).await);

    // A broken file changes nothing, and the server runs on.
    fs::write(&file, "log = 'loud'\n").unwrap();
    server.signal("HUP");
    wait_until("the fault is logged", async || {
        let log = server.process.stderr();
        (log.contains("SIGHUP changed nothing") && log.contains("POSTRIDER_LOG has")).then_some(())
    })
    .await;
    assert_eq!(shown().await["filter"], "warn,postrider::delivery=info");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_succeeded_is_logged_at_debug_with_the_clients_id() {
    let folder = tempfile::tempdir().unwrap();
    let server = json_log(Launch::server(folder.path())).start().await;
    let operator = server.operator();
    assert_eq!(operator.put("/api/v1/nodes/log", &json!({ "filter": "info,postrider::api=debug" })).await.status, 200);
    let answer = operator.with("x-request-id", "the-clients-own-id").get("/api/v1/tenants?limit=1").await;
    assert_eq!(answer.request_id.as_deref(), Some("the-clients-own-id"));
    let line = wait_until("the request is logged", async || {
        let log = server.process.stderr();
        log.lines().find(|line| line.contains("the-clients-own-id")).map(str::to_owned)
    })
    .await;
    let line: Value = serde_json::from_str(&line).unwrap();
    assert_eq!((&line["level"], &line["status"]), (&json!("DEBUG"), &json!(200)), "{line}");
    assert_eq!((&line["method"], &line["path"]), (&json!("GET"), &json!("/api/v1/tenants")), "{line}");
}
