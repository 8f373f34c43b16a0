//! Limits of memory: requests are refused before they are buffered, and responses are bounded by bytes. The server
//! stays under 512 MiB and answers other clients meanwhile.

use crate::support::{
    client::Client,
    raw::Raw,
    server::{ADMIN_KEY, Launch, Server},
};
use serde_json::json;
use std::time::Duration;

const SOON: Duration = Duration::from_secs(5);
/// Maximum memory of the server in MiB.
const MEMORY: u64 = 512;
/// Size of a body of which a tenant may have two at a time: its budget is 32 MiB.
const LARGE: usize = 15 * 1024 * 1024;
const CALLERS: usize = 100;

fn launch(folder: &std::path::Path) -> Launch {
    Launch::server(folder).env("POSTRIDER_MAX_CONNECTIONS_PER_ADDRESS", "1000").env("POSTRIDER_LOG", "error")
}

async fn key(server: &Server, tenant: &str, scope: &str) -> String {
    let made = server.tenant(tenant).await.post("/api/v1/keys", &json!({ "scopes": [scope] })).await;
    made.body["key"].as_str().unwrap().to_owned()
}

/// Sends the head and most of the body of a large batch, and then stops.
fn begin_large(server: &Server, key: &str, piece: &[u8]) -> Raw {
    let mut raw = Raw::connect(server.address);
    let head = format!(
        "POST /api/v1/events/batch HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {key}\r\n\
         content-type: application/json\r\ncontent-length: {LARGE}\r\n\r\n"
    );
    raw.send(head.as_bytes());
    raw.send(piece);
    raw
}

async fn is_served(client: &Client, id: &str) {
    let event = json!({ "type": "invoice.created", "id": id, "data": {} });
    assert_eq!(client.post("/api/v1/events", &event).await.status, 202);
    assert_eq!(client.get("/api/v1/events").await.status, 200);
}

fn check_memory(server: &Server, when: &str) {
    let highest = server.memory("VmHWM");
    println!("memory {when}: highest so far {highest} MiB");
    assert!(highest < MEMORY, "{when}: {highest} MiB");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn large_slow_bodies_are_refused_before_they_are_buffered() {
    let folder = tempfile::tempdir().unwrap();
    let server = launch(folder.path()).start().await;
    let other = server.tenant("other").await;
    let piece = vec![b' '; LARGE - 1];
    // A client without the scope is refused by the head alone.
    let reader = key(&server, "acme", "webhooks:read").await;
    let mut held: Vec<Raw> = (0..CALLERS).map(|_| begin_large(&server, &reader, &piece[..1_000])).collect();
    for raw in &mut held {
        assert_eq!(raw.answer(SOON).map(|(status, _)| status), Some(403));
    }
    // A client with the scope, beyond its share of the budget.
    let publisher = key(&server, "acme", "events:publish").await;
    let mut held: Vec<Raw> = (0..CALLERS).map(|_| begin_large(&server, &publisher, &piece)).collect();
    is_served(&other, "meanwhile").await;
    let refused = held.iter_mut().filter_map(|raw| raw.answer(SOON)).filter(|(status, _)| *status == 503).count();
    assert_eq!(refused, CALLERS - 2);
    check_memory(&server, "with slow bodies");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn responses_with_large_events_are_bounded_by_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let server = launch(folder.path()).start().await;
    let (client, other) = (server.tenant("acme").await, server.tenant("other").await);
    let text = "x".repeat(1_000_000);
    for number in 0..60 {
        let event = json!({ "type": "invoice.created", "id": format!("large-{number}"), "data": { "text": text } });
        assert_eq!(client.post("/api/v1/events", &event).await.status, 202);
    }
    let page = client.get("/api/v1/events?limit=200").await;
    let shown = page.body.as_array().unwrap().len();
    assert!((1..=5).contains(&shown), "{shown} events of a megabyte on a page");
    // No client reads its response.
    let held: Vec<Raw> = (0..CALLERS)
        .map(|_| {
            let mut raw = Raw::connect(server.address);
            let call = format!(
                "GET /api/v1/events?limit=200 HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {ADMIN_KEY}\r\n\
                 x-tenant-id: acme\r\n\r\n"
            );
            raw.send(call.as_bytes());
            raw
        })
        .collect();
    is_served(&other, "meanwhile").await;
    check_memory(&server, "with large answers");
    drop(held);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn metadata_is_bounded_so_that_the_server_can_restart() {
    let folder = tempfile::tempdir().unwrap();
    let server = launch(folder.path()).start().await;
    let client = server.tenant("acme").await;
    let subscription = |bytes: usize| json!({ "url": "http://127.0.0.1:9/", "events": ["*"], "custom_metadata": { "text": "x".repeat(bytes) } });
    let refused = client.post("/api/v1/webhooks/subscriptions", &subscription(LARGE - 1_000)).await;
    assert_eq!(refused.status, 413, "{}", refused.body);
    let refused = client.post("/api/v1/webhooks/subscriptions", &subscription(66_000)).await;
    assert_eq!(refused.status, 422, "{}", refused.body);
    assert!(refused.body.to_string().contains("custom_metadata"), "{}", refused.body);
    for _ in 0..40 {
        let made = client.post("/api/v1/webhooks/subscriptions", &subscription(65_000)).await;
        assert_eq!(made.status, 201, "{}", made.body);
    }
    let tenant = json!({ "metadata": { "text": "x".repeat(66_000) } });
    let refused = server.operator().put("/api/v1/tenants/acme", &tenant).await;
    assert_eq!(refused.status, 422, "{}", refused.body);
    check_memory(&server, "with metadata");
    server.stop().await.success();
    let server = launch(folder.path()).start().await;
    check_memory(&server, "after a start");
}
