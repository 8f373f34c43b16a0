//! `postrider sink`, the test receiver.

use crate::support::{
    client::{Client, Subscription},
    receiver,
    server::{Launch, Process, Server},
    wait_until,
};
use serde_json::{Value, json};
use std::net::SocketAddr;
use tempfile::TempDir;

/// A server with a tenant.
struct Desk {
    folder: TempDir,
    _server: Server,
    client: Client,
}

impl Desk {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let server = Launch::server(folder.path()).start().await;
        let client = server.tenant("acme").await;
        Self { folder, _server: server, client }
    }

    async fn sink(&self, arguments: &[&str]) -> Sink {
        let arguments = [&["sink", "--port", "0"], arguments].concat();
        let process = Launch::new(self.folder.path(), &arguments).spawn();
        let address = wait_until("the sink listens", async || {
            process.stdout().lines().find_map(|line| line.strip_prefix("Receiving on http://")?.parse().ok())
        })
        .await;
        Sink { process, address }
    }

    /// Creates a subscription with a secret chosen by the test, so that the sink can be started first.
    async fn subscribe(&self, sink: &Sink, more: Value) -> Subscription {
        self.client.subscribe(&receiver::url(sink.address), &more).await
    }

    /// Waits until the only delivery has this status; returns it.
    async fn delivery(&self, status: &str) -> Value {
        let mut found = wait_until("the delivery has its status", async || {
            Some(self.client.deliveries(status).await).filter(|found| !found.is_empty())
        })
        .await;
        assert_eq!(found.len(), 1);
        found.remove(0)
    }
}

struct Sink {
    process: Process,
    address: SocketAddr,
}

impl Sink {
    /// The line about an event, and the event's body.
    async fn received(&self) -> (String, Value) {
        wait_until("the sink prints an event", async || {
            let text = self.process.stdout();
            let mut lines = text.lines().skip_while(|line| !line.contains(" invoice.created "));
            Some((lines.next()?.to_owned(), serde_json::from_str(lines.next()?.trim()).unwrap()))
        })
        .await
    }
}

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sink_verifies_every_profiles_signatures() {
    let rows = [
        ("platform", "verified (webhook-signature, x-webhook-signature)"),
        ("tenant", "verified (webhook-signature, x-signature)"),
        ("standard", "verified (webhook-signature)"),
    ];
    for (profile, verdict) in rows {
        let desk = Desk::open().await;
        let sink = desk.sink(&["--secret", SECRET]).await;
        desk.subscribe(&sink, json!({ "secret": SECRET, "profile": profile })).await;
        let event = desk.client.publish("user.updated", 1).await;
        let line = wait_until("the sink prints it", async || {
            sink.process.stdout().lines().find(|line| line.contains(&event)).map(str::to_owned)
        })
        .await;
        assert!(line.ends_with(verdict), "{profile}: {line}");
        desk.delivery("success").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sink_verifies_generated_and_rotated_secrets() {
    let desk = Desk::open().await;
    let first = desk.sink(&[]).await;
    let made = desk.subscribe(&first, json!({})).await;
    desk.client.publish("invoice.created", 1).await;
    let (line, body) = first.received().await;
    assert!(line.ends_with(" not verified"), "{line}");
    assert_eq!(
        (&body["type"], &body["tenant_id"], &body["data"]["seq"]),
        (&json!("invoice.created"), &json!("acme"), &json!(1))
    );

    let rotated = desk.client.post(&made.path("/rotate-secret"), &json!({})).await;
    let new = rotated.body["secret"].as_str().unwrap();
    // The old secret continues to sign: a sink with both secrets verifies every header, whatever their order.
    let second = desk.sink(&["--secret", &made.secret, "--secret", new]).await;
    let url = receiver::url(second.address);
    let moved = desk.client.patch(&made.path(""), &json!({ "url": url })).await;
    assert_eq!(moved.status, 200, "{}", moved.body);
    desk.client.publish("invoice.created", 2).await;
    let (line, _) = second.received().await;
    assert!(line.ends_with(" verified (webhook-signature, x-webhook-signature)"), "{line}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sink_verifies_ed25519_signatures_with_either_key() {
    let private = "whsk_AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=";
    let public = signing::Secret::parse(private).unwrap().public_key().unwrap().to_string();
    let rows = [
        // The profile's own header requires the private key.
        (public.as_str(), " verified (webhook-signature)"),
        (private, " verified (webhook-signature, x-webhook-signature)"),
    ];
    for (key, verdict) in rows {
        let desk = Desk::open().await;
        let sink = desk.sink(&["--secret", key]).await;
        desk.subscribe(&sink, json!({ "secret": private })).await;
        desk.client.publish("invoice.created", 1).await;
        let (line, _) = sink.received().await;
        assert!(line.ends_with(verdict), "{line}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sink_names_the_headers_that_do_not_verify() {
    let desk = Desk::open().await;
    let sink = desk.sink(&["--secret", "another-secret"]).await;
    desk.subscribe(&sink, json!({ "secret": SECRET })).await;
    desk.client.publish("invoice.created", 1).await;
    let (line, _) = sink.received().await;
    assert!(line.contains(" NOT VERIFIED: webhook-signature: "), "{line}");
    assert!(line.contains("; x-webhook-signature: "), "{line}");
    // The sink responds as a receiver should.
    assert_eq!(desk.delivery("retrying").await["response_code"], 401);
}

/// A health check is not a webhook.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_of_other_methods_are_answered_without_verification() {
    let desk = Desk::open().await;
    let sink = desk.sink(&["--secret", SECRET]).await;
    let client = Client::new(sink.address, "none");
    assert_eq!(client.get("/").await.status, 200);
    let deleted = client.delete("/").await;
    assert_eq!(deleted.status, 405);
    for method in [http::Method::POST, http::Method::PUT, http::Method::PATCH] {
        let answer = client.try_call(method, "/", Some(&json!({}))).await.unwrap();
        assert_eq!(answer.status, 401);
    }
    let printed = sink.process.stdout();
    assert_eq!(printed.matches("NOT VERIFIED: the request has no signature").count(), 3, "{printed}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sink_responds_with_the_given_status() {
    let desk = Desk::open().await;
    let sink = desk.sink(&["--status", "503"]).await;
    desk.subscribe(&sink, json!({})).await;
    desk.client.publish("invoice.created", 1).await;
    sink.received().await;
    let delivery = desk.delivery("retrying").await;
    assert_eq!(delivery["response_code"], 503);
    assert!(delivery["next_retry_at"].is_string(), "{delivery}");
    let refused = Launch::new(desk.folder.path(), &["sink", "--status", "100"]).run().await;
    assert_eq!(refused.code, Some(2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sink_waits_before_it_responds() {
    let desk = Desk::open().await;
    let sink = desk.sink(&["--delay", "1"]).await;
    desk.subscribe(&sink, json!({})).await;
    desk.client.publish("invoice.created", 1).await;
    let delivery = desk.delivery("success").await;
    assert!(delivery["duration_ms"].as_u64().unwrap() >= 1_000, "{delivery}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sink_that_waits_too_long_causes_a_timeout() {
    let desk = Desk::open().await;
    let sink = desk.sink(&["--delay", "600"]).await;
    desk.subscribe(&sink, json!({ "timeout_seconds": 5 })).await;
    desk.client.publish("invoice.created", 1).await;
    let delivery = desk.delivery("retrying").await;
    assert_eq!(delivery["response_code"], Value::Null);
    assert!(delivery["error_message"].as_str().unwrap().to_lowercase().contains("timeout"), "{delivery}");
}
