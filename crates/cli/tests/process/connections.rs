//! Connections that no client library opens: their responses, when they are closed, and their limits.

use crate::support::{
    raw::{End, Raw},
    server::{ADMIN_KEY, Launch, Server},
    wait_until,
};
use serde_json::json;
use std::{collections::HashSet, net::Ipv4Addr, time::Duration};

/// Timeout of a response that is expected at once.
const SOON: Duration = Duration::from_secs(5);

async fn server() -> (tempfile::TempDir, Server) {
    let folder = tempfile::tempdir().unwrap();
    let server = Launch::server(folder.path()).start().await;
    server.tenant("acme").await;
    (folder, server)
}

/// A request that publishes an event.
fn publish(id: &str) -> String {
    let body = format!(r#"{{"type": "invoice.created", "id": "{id}", "data": {{}}}}"#);
    format!(
        "POST /api/v1/events HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {ADMIN_KEY}\r\nx-tenant-id: acme\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

#[tokio::test]
async fn a_request_is_answered_whatever_bytes_follow_its_body() {
    let (_folder, server) = server().await;
    let next = "GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n";
    for (number, cut) in [0, 1, 3, 12, next.len() - 1].into_iter().enumerate() {
        let mut raw = Raw::connect(server.address);
        raw.send(format!("{}{}", publish(&format!("cut-{number}")), &next[..cut]).as_bytes());
        let (status, body) = raw.answer(SOON).unwrap_or_else(|| panic!("no answer before {:?}", &next[..cut]));
        assert_eq!(status, 202, "{body}");
        raw.send(&next.as_bytes()[cut..]);
        assert_eq!(raw.answer(SOON).map(|(status, _)| status), Some(200), "the next request, cut after {cut}");
    }
    // Some old clients send a line end after the body (RFC 9112, section 2.2).
    let mut raw = Raw::connect(server.address);
    raw.send(format!("{}\r\n", publish("line")).as_bytes());
    assert_eq!(raw.answer(SOON).map(|(status, _)| status), Some(202));
    raw.send(next.as_bytes());
    assert_eq!(raw.answer(SOON).map(|(status, _)| status), Some(200));
}

#[tokio::test]
async fn pipelined_requests_are_answered_in_order() {
    let (_folder, server) = server().await;
    let mut raw = Raw::connect(server.address);
    let ids: Vec<String> = (0..40).map(|number| format!("pipelined-{number}")).collect();
    raw.send(ids.iter().map(|id| publish(id)).collect::<String>().as_bytes());
    for id in &ids {
        let (status, body) = raw.answer(SOON).unwrap_or_else(|| panic!("no answer to {id}"));
        assert!(status == 202 && body.contains(&format!("\"id\":\"{id}\"")), "{status} {body}");
    }
}

#[tokio::test]
async fn an_error_response_of_the_http_library_reaches_the_client() {
    let (_folder, server) = server().await;
    let many: String = (0..200).map(|number| format!("x-{number}: y\r\n")).collect();
    let large = format!("x: {}\r\n", "y".repeat(1024 * 1024));
    let rows = [
        (400, "NOT HTTP\r\nhost: a\r\n\r\nand more".to_owned()),
        (400, "GET / HTTP/1.1\r\nno colon\r\n\r\nGET / HTTP/1.1\r\n".into()),
        (400, format!("{}\0\0\0\r\n\r\n", publish("before-nonsense"))),
        (414, format!("GET /{} HTTP/1.1\r\nhost: a\r\n\r\nand more", "y".repeat(70_000))),
        (431, format!("GET / HTTP/1.1\r\nhost: a\r\n{many}\r\nand more")),
        (431, format!("GET / HTTP/1.1\r\nhost: a\r\n{large}\r\nand more")),
    ];
    for (expected, request) in rows {
        let mut raw = Raw::connect(server.address);
        raw.send(request.as_bytes());
        let begin: String = request.chars().take(40).collect();
        let mut answer = raw.answer(SOON).unwrap_or_else(|| panic!("no answer to {begin:?}"));
        if answer.0 == 202 {
            answer = raw.answer(SOON).unwrap_or_else(|| panic!("no second answer to {begin:?}"));
        }
        assert_eq!(answer.0, expected, "{begin:?}");
    }
}

/// A request that two parsers could interpret differently (RFC 9112, sections 2.2, 3.2 and 6.1).
#[tokio::test]
async fn an_ambiguous_request_is_refused_and_publishes_nothing() {
    let (_folder, server) = server().await;
    let with = |headers: &str, id: &str| publish(id).replacen("host: a\r\n", headers, 1);
    let chunked = "host: a\r\ntransfer-encoding: chunked\r\n";
    let rows = [
        ("a bare line feed in the header", publish("lf").replace("\r\n", "\n")),
        ("one bare line feed", publish("one-lf").replacen("host: a\r\n", "host: a\n", 1)),
        ("a bare carriage return", publish("cr").replacen("host: a\r\n", "host: a\rx: y\r\n", 1)),
        ("length and chunks", with(chunked, "both")),
        ("two lengths", with("host: a\r\ncontent-length: 1\r\n", "lengths")),
        ("two hosts", with("host: a\r\nhost: b\r\n", "hosts")),
        ("two tenants", with("host: a\r\nx-tenant-id: other\r\n", "tenants")),
    ];
    for (name, request) in rows {
        let mut raw = Raw::connect(server.address);
        raw.send(request.as_bytes());
        let (status, body) = raw.answer(SOON).unwrap_or_else(|| panic!("no answer to {name}"));
        assert_eq!(status, 400, "{name}: {body}");
    }
    let events = server.tenant("acme").await.get("/api/v1/events").await.body;
    assert_eq!(events, json!([]));
}

const HEALTHZ: &[u8] = b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n";

/// (The exact timeouts are tested with a paused clock in `serve/http/connection.rs`.)
#[tokio::test]
async fn a_silent_connection_is_closed() {
    let (_folder, server) = server().await;
    let silent = ["", "PRI * HTTP/2.0\r\n", "GET /healthz HT"].map(|begin| {
        let mut raw = Raw::connect(server.address);
        raw.send(begin.as_bytes());
        raw
    });
    let mut used = Raw::connect(server.address);
    used.send(HEALTHZ);
    assert_eq!(used.answer(SOON).unwrap().0, 200);
    for raw in silent {
        assert_eq!(raw.end(Duration::from_secs(45)), End::Closed);
    }
    used.send(HEALTHZ);
    assert_eq!(used.answer(SOON).map(|(status, _)| status), Some(200), "a used connection is kept longer");
}

#[tokio::test]
async fn one_address_cannot_exhaust_the_connections_of_others() {
    let folder = tempfile::tempdir().unwrap();
    let server = Launch::server(folder.path())
        .env("POSTRIDER_MAX_CONNECTIONS_PER_ADDRESS", "5")
        .env("POSTRIDER_TRUSTED_PROXIES", "127.0.0.1")
        .start()
        .await;
    let [greedy, other] = [Ipv4Addr::new(127, 0, 0, 2), Ipv4Addr::new(127, 0, 0, 3)];
    let mut held = Vec::new();
    for _ in 0..5 {
        let mut raw = Raw::connect_from(greedy, server.address).await;
        raw.send(HEALTHZ);
        assert_eq!(raw.answer(SOON).unwrap().0, 200);
        held.push(raw);
    }
    let mut refused = Raw::connect_from(greedy, server.address).await;
    refused.send(HEALTHZ);
    let (status, body) = refused.answer(SOON).expect("a response with the reason");
    assert_eq!(status, 429, "{body}");
    let body: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!((&body["status"], &body["code"]), (&json!(429), &json!("too_many_connections")));
    let warning = wait_until("the log says so", async || {
        let log = server.process.stderr();
        log.lines().find(|line| line.contains("too many connections")).map(str::to_owned)
    })
    .await;
    assert!(warning.contains("127.0.0.2") && warning.contains("POSTRIDER_MAX_CONNECTIONS_PER_ADDRESS"), "{warning}");

    // Other addresses, and the reverse proxy with the connections of all its clients, are not limited.
    let mut raw = Raw::connect_from(other, server.address).await;
    raw.send(HEALTHZ);
    assert_eq!(raw.answer(SOON).unwrap().0, 200);
    let mut proxied: Vec<Raw> = (0..20).map(|_| Raw::connect(server.address)).collect();
    for raw in &mut proxied {
        raw.send(HEALTHZ);
        assert_eq!(raw.answer(SOON).unwrap().0, 200);
    }
    // A released connection can be reused.
    drop(held);
    wait_until("a connection is available again", async || {
        let mut raw = Raw::connect_from(greedy, server.address).await;
        raw.send(HEALTHZ);
        raw.answer(SOON).filter(|(status, _)| *status == 200)
    })
    .await;
}

#[tokio::test]
async fn at_the_total_limit_clients_get_a_reason_and_loopback_still_connects() {
    let folder = tempfile::tempdir().unwrap();
    let server = Launch::server(folder.path())
        .env("POSTRIDER_MAX_CONNECTIONS", "32")
        .env("POSTRIDER_MAX_CONNECTIONS_PER_ADDRESS", "1000")
        .env("POSTRIDER_TRUSTED_PROXIES", "127.0.0.1")
        .start()
        .await;
    let mut held = Vec::new();
    for last in 2..=60 {
        let mut raw = Raw::connect_from(Ipv4Addr::new(127, 0, 0, last), server.address).await;
        raw.send(HEALTHZ);
        match raw.answer(SOON) {
            Some((200, _)) => held.push(raw),
            Some((503, body)) => {
                assert!(body.contains("too many connections to this server"), "{body}");
                break;
            }
            other => panic!("{other:?}"),
        }
    }
    // All except those reserved for trusted addresses, one of which the test's own client may use.
    assert!((28..=30).contains(&held.len()), "{}", held.len());
    let mut here = Raw::connect(server.address);
    here.send(HEALTHZ);
    assert_eq!(here.answer(SOON).unwrap().0, 200);
}

/// The line "Max open files" of /proc/PID/limits.
fn open_files(server: &Server) -> Vec<String> {
    let text = std::fs::read_to_string(format!("/proc/{}/limits", server.process.id())).unwrap();
    let line = text.lines().find(|line| line.starts_with("Max open files")).unwrap();
    line.split_whitespace().skip(3).take(2).map(str::to_owned).collect()
}

fn limited(folder: &std::path::Path, limits: &str) -> Launch {
    let script = format!("{limits}; exec '{}' serve --listen 127.0.0.1:0", env!("CARGO_BIN_EXE_postrider"));
    Launch::script(folder, &script)
        .env("POSTRIDER_ADMIN_KEY", ADMIN_KEY)
        .env("POSTRIDER_ALLOW_HTTP", "true")
        .env("POSTRIDER_ALLOW_NETWORKS", "127.0.0.0/8")
        .env("POSTRIDER_LOG", "warn")
}

#[tokio::test]
async fn the_soft_limit_of_descriptors_is_raised_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let server = limited(folder.path(), "ulimit -Sn 256; ulimit -Hn 3000").start().await;
    assert_eq!(open_files(&server), ["3000", "3000"]);
}

/// All descriptors are in use, but clients are accepted nevertheless.
#[tokio::test]
async fn without_descriptors_clients_are_still_accepted() {
    let (_folder, server) = server().await;
    let id = server.process.id().to_string();
    let open: HashSet<u32> = std::fs::read_dir(format!("/proc/{id}/fd"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap().parse().unwrap())
        .collect();
    let first_free = (0..).find(|number| !open.contains(number)).unwrap();
    let set = std::process::Command::new("prlimit")
        .args(["--pid", &id, &format!("--nofile={first_free}:{first_free}")])
        .status()
        .expect("the command prlimit");
    assert!(set.success());
    let mut clients = Vec::new();
    for _ in 0..8 {
        let mut raw = Raw::connect(server.address);
        raw.send(HEALTHZ);
        let (status, _) = raw.answer(SOON).expect("a response without free descriptors");
        assert_eq!(status, 200);
        clients.push(raw);
    }
    let log = server.process.stderr();
    assert_eq!(log.matches("failed to accept a connection").count(), 1, "logged once: {log}");
}
