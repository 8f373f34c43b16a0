//! Credentials in headers, and access tokens of a real token endpoint (Python's HTTP server): one request for many
//! deliveries, another token after a refusal, and nothing of a secret in answers, log or store.

use super::{Place, Recorder, change, delivery, nothing_waits, on_both_stores, publish_to, recorder::Manner, shown};
use crate::{
    nodes::MASTER_KEY,
    support::{
        free_port, loopback,
        server::{Launch, Process},
        wait_until,
    },
};
use serde_json::{Value, json};
use std::{fs, path::PathBuf};
use tempfile::TempDir;
use testing::Postgres;
use tokio::net::TcpStream;

on_both_stores! {
    parallel_deliveries_share_one_token_and_a_refusal_gets_another_one,
    a_token_is_renewed_before_its_end,
    fixed_credentials_are_sent_and_never_shown,
}

/// The token endpoint.
struct Endpoint {
    port: u16,
    folder: TempDir,
    _process: Process,
}

impl Endpoint {
    async fn start(lifetime: f64, delay: f64) -> Self {
        let (port, folder) = (free_port(), tempfile::tempdir().unwrap());
        let program = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/process/shaping/token_endpoint.py");
        let script = format!("exec python3 -B '{}' {port} log {lifetime} {delay}", program.display());
        let process = Launch::script(folder.path(), &script).spawn();
        wait_until("the token endpoint listens", async || TcpStream::connect(loopback(port)).await.ok()).await;
        Self { port, folder, _process: process }
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}/oauth/token", self.port)
    }

    /// The requests so far.
    fn requests(&self) -> Vec<Value> {
        let log = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        log.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

async fn parallel_deliveries_share_one_token_and_a_refusal_gets_another_one(place: Place) {
    let (receiver, endpoint) = (Recorder::start().await, Endpoint::start(3_600.0, 0.5).await);
    let server = place.launch().start().await;
    let client = server.tenant("acme").await;
    let settings = json!({
        "type": "oauth2", "token_url": endpoint.url(), "client_id": "me:1", "client_secret": "hush hush",
        "scope": "a b", "audience": "https://api.example",
    });
    let fields = json!({ "authentication": settings, "retry": { "schedule": [1, 1], "jitter": 0.0 } });
    let made = client.subscribe(&receiver.url("/"), &fields).await;
    receiver.answers(Manner::Wants("Bearer token-1".into()));
    client.publish_batch("invoice.created", 0..20).await;
    receiver.wait(20).await;
    nothing_waits(&client).await;
    assert_eq!(receiver.requests().len(), 20);
    let requests = endpoint.requests();
    assert_eq!(requests.len(), 1, "{requests:?}");
    // RFC 6749, section 2.3.1: id and secret are form-encoded, then joined with a colon.
    assert_eq!(requests[0]["authorization"], "Basic bWUlM0ExOmh1c2graHVzaA==");
    let form = "grant_type=client_credentials&scope=a+b&audience=https%3A%2F%2Fapi.example";
    assert_eq!((&requests[0]["path"], &requests[0]["body"]), (&json!("/oauth/token"), &json!(form)));

    receiver.answers(Manner::Wants("Bearer token-2".into()));
    publish_to(&client, "invoice.paid", &json!({}), 1).await;
    let logged = delivery(&client, "invoice.paid", "success", 2).await;
    assert_eq!((&logged["attempts"][0]["response_code"], endpoint.requests().len()), (&json!(401), 2), "{logged}");
    assert_eq!(logged["attempts"][0]["request_headers"]["authorization"], "***");

    // Other settings are another client, and a secret that is not given keeps its value.
    let other =
        json!({ "type": "oauth2", "token_url": endpoint.url(), "client_id": "other", "client_authentication": "body" });
    let changed = change(&client, &made.id, &json!({ "authentication": other })).await;
    assert!(!changed.to_string().contains("hush"), "{changed}");
    receiver.answers(Manner::Wants("Bearer token-3".into()));
    publish_to(&client, "invoice.voided", &json!({}), 1).await;
    delivery(&client, "invoice.voided", "success", 1).await;
    let last = endpoint.requests()[2].clone();
    let form = "grant_type=client_credentials&client_id=other&client_secret=hush+hush";
    assert_eq!((&last["authorization"], &last["body"]), (&Value::Null, &json!(form)));

    // Tokens are in memory only.
    let server = place.kill_and_start(server, &place.launch()).await;
    let client = client.at(server.address);
    receiver.answers(Manner::Wants("Bearer token-4".into()));
    publish_to(&client, "customer.created", &json!({}), 1).await;
    delivery(&client, "customer.created", "success", 1).await;
    drop(endpoint);

    // Without the endpoint the attempt fails with a reason, and the breaker stays closed.
    let server = place.kill_and_start(server, &place.launch()).await;
    let client = client.at(server.address);
    change(&client, &made.id, &json!({ "circuit_breaker": { "connection_failures": 1 } })).await;
    let before = receiver.requests().len();
    publish_to(&client, "customer.deleted", &json!({}), 1).await;
    let failed = delivery(&client, "customer.deleted", "retrying", 1).await;
    let error = failed["error_message"].as_str().unwrap();
    assert!(error.starts_with("Not sent: no access token: ") && !error.contains("hush"), "{error}");
    assert_eq!(shown(&client, &made).await["breaker"]["state"], "closed");
    assert_eq!(receiver.requests().len(), before);
}

async fn a_token_is_renewed_before_its_end(place: Place) {
    const LIFETIME: f64 = 2.0;
    let (receiver, endpoint) = (Recorder::start().await, Endpoint::start(LIFETIME, 0.0).await);
    let server = place.launch().start().await;
    let client = server.tenant("acme").await;
    let settings = json!({ "type": "oauth2", "token_url": endpoint.url(), "client_id": "me", "client_secret": "hush" });
    client.subscribe(&receiver.url("/"), &json!({ "authentication": settings })).await;
    let mut seq = 0;
    wait_until("three tokens were needed", async || {
        client.publish("invoice.created", seq).await;
        seq += 1;
        receiver.wait(seq as usize).await;
        (endpoint.requests().len() >= 3).then_some(())
    })
    .await;
    nothing_waits(&client).await;
    assert_eq!(client.deliveries("success").await.len() as u64, seq);
    let mut tokens: Vec<String> =
        receiver.requests().iter().map(|one| one.header("authorization").to_owned()).collect();
    tokens.dedup();
    assert_eq!(tokens, ["Bearer token-1", "Bearer token-2", "Bearer token-3"]);
}

async fn fixed_credentials_are_sent_and_never_shown(place: Place) {
    let receiver = Recorder::start().await;
    let server = place.launch().start().await;
    let client = server.tenant("acme").await;
    let rows = [
        (json!({ "type": "basic", "username": "me", "password": "hush-1" }), "authorization", "Basic bWU6aHVzaC0x"),
        (json!({ "type": "bearer", "token": "hush-2" }), "authorization", "Bearer hush-2"),
        (json!({ "type": "api_key", "header": "X-Key", "value": "hush-3" }), "x-key", "hush-3"),
    ];
    let kinds = ["invoice.paid", "invoice.voided", "invoice.created"];
    let mut answers = Vec::new();
    for (at, (authentication, header, value)) in rows.iter().enumerate() {
        let fields = json!({ "authentication": authentication, "events": [kinds[at]] });
        let made = client.subscribe(&receiver.url("/"), &fields).await;
        publish_to(&client, kinds[at], &json!({}), 1).await;
        assert_eq!(receiver.nth(at + 1).await.header(header), *value);
        let logged = delivery(&client, kinds[at], "success", 1).await;
        assert_eq!(logged["attempts"][0]["request_headers"][header], "***", "{logged}");
        answers.extend([shown(&client, &made).await, logged]);
    }
    for path in ["/api/v1/webhooks/subscriptions", "/api/v1/webhooks", "/api/v1/tenant/webhooks/subscriptions"] {
        answers.push(client.get(path).await.body);
    }
    for answer in answers {
        assert!(!answer.to_string().contains("hush"), "{answer}");
    }
    let stopped = server.stop().await;
    assert!(!stopped.stderr.contains("hush"), "{}", stopped.stderr);
    // The store has them sealed.
    let stored = match &place.database {
        None => ["postrider.db", "postrider.db-wal"]
            .iter()
            .flat_map(|name| fs::read(place.folder.path().join(name)).unwrap_or_default())
            .collect(),
        Some(database) => Postgres::shared().sql(database, "SELECT s FROM postrider.subscriptions s").into_bytes(),
    };
    let stored = String::from_utf8_lossy(&stored);
    assert!(stored.contains("invoice.voided") && !stored.contains("hush-") && !stored.contains(MASTER_KEY));
}
