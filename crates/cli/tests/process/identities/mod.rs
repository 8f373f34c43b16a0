//! Callers with JSON Web Tokens of a provider that Node runs, and keys with networks and an end, with the real binary.

use crate::support::{
    alone,
    client::Client,
    server::{Launch, Server},
    wait_until,
};
use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
    process::{Child, Command, Stdio},
};

const EVENTS: &str = "/api/v1/events";

/// The provider; it ends with the test.
pub(crate) struct Provider {
    child: Child,
    client: Client,
    address: SocketAddr,
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Provider {
    pub(crate) fn start() -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/process/identities/provider.mjs");
        let mut node = Command::new("node");
        let mut child = node.arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("node");
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = SocketAddr::from(([127, 0, 0, 1], line.trim().parse().expect("a port")));
        Self { child, client: Client::new(address, "none"), address }
    }

    async fn ask(&self, path: &str, body: &Value) -> Value {
        let answer = self.client.post(path, body).await;
        assert_eq!(answer.status, 200, "{path}");
        answer.body
    }

    /// The names of its keys.
    async fn keys(&self) -> Vec<String> {
        serde_json::from_value(self.ask("/keys", &json!({})).await).unwrap()
    }

    /// The settings of a server that trusts the provider.
    pub(crate) fn trusted_by(&self, launch: Launch) -> Launch {
        launch
            .env("POSTRIDER_JWT_JWKS_URL", &format!("http://{}/jwks", self.address))
            .env("POSTRIDER_JWT_ISSUER", "https://id.example")
            .env("POSTRIDER_JWT_AUDIENCE", "postrider")
            .env("POSTRIDER_JWT_ALGORITHMS", "RS256,ES256,EdDSA")
            .env("POSTRIDER_JWT_PERMISSIONS_CLAIM", "/app/scope")
            .env("POSTRIDER_JWT_ROLE_CLAIM", "groups")
            .env("POSTRIDER_JWT_ROLES", "platform-admins=operator,helpdesk=support,auditors=viewer")
    }

    /// A token for an hour with these further claims.
    pub(crate) async fn token(&self, path: &str, kid: &str, more: &Value) -> String {
        let now = model::Clock::now(&model::SystemClock).seconds();
        let mut claims =
            json!({ "iss": "https://id.example", "aud": ["postrider"], "sub": "user-7", "exp": now + 3_600 });
        for (name, value) in more.as_object().unwrap() {
            claims[name] = value.clone();
        }
        self.ask(path, &json!({ "kid": kid, "claims": claims })).await.as_str().unwrap().to_owned()
    }

    /// A user of acme who reads.
    async fn reader(&self, server: &Server, kid: &str) -> Client {
        let more = json!({ "tenant_id": "acme", "app": { "scope": "openid webhooks:read" } });
        Client::new(server.address, &self.token("/token", kid, &more).await)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_of_every_algorithm_are_accepted_and_keys_are_exchanged_while_serving() {
    let _alone = alone().await;
    let provider = Provider::start();
    let folder = tempfile::tempdir().unwrap();
    let server = provider.trusted_by(Launch::server(folder.path())).start().await;
    server.tenant("acme").await;
    let keys = provider.keys().await;
    assert_eq!(keys, ["RS256-1", "ES256-2", "EdDSA-3"]);
    for kid in &keys {
        let reader = provider.reader(&server, kid).await;
        // The first token may come before the keys are read.
        wait_until("the token is accepted", async || (reader.get(EVENTS).await.status == 200).then_some(())).await;
        let who = reader.get("/api/v1/session").await.body;
        assert_eq!((&who["tenant_id"], &who["subject"]), (&json!("acme"), &json!("user-7")));
        let event = json!({ "type": "invoice.paid", "data": {} });
        assert_eq!(reader.post(EVENTS, &event).await.status, 403);
        let text = provider.token("/confused", kid, &json!({ "tenant_id": "acme" })).await;
        assert_eq!(Client::new(server.address, &text).get(EVENTS).await.status, 401);
    }
    for (group, may) in [("platform-admins", 200), ("helpdesk", 403), ("auditors", 403)] {
        let text = provider.token("/token", &keys[0], &json!({ "groups": ["x", group] })).await;
        let staff = Client::new(server.address, &text);
        assert_eq!(staff.get("/api/v1/admin/overview").await.status, 200, "{group}");
        let paused = staff.post("/api/v1/nodes/pause", &json!({})).await;
        assert_eq!(paused.status, may, "{group}: {}", paused.body);
    }

    // A new key is accepted soon, and one that was withdrawn is not, without a restart.
    let new = provider.ask("/add", &json!({ "alg": "ES256" })).await;
    provider.ask("/withdraw", &json!({ "kid": "ES256-2" })).await;
    let (old, new) = (provider.reader(&server, "ES256-2").await, provider.reader(&server, new.as_str().unwrap()).await);
    assert_eq!(old.get(EVENTS).await.status, 200, "the keys are not read for each token");
    wait_until("the new key is accepted", async || (new.get(EVENTS).await.status == 200).then_some(())).await;
    assert_eq!(old.get(EVENTS).await.status, 401);

    // The provider goes away: its keys stay valid, and a restarted server, which cannot read them, says so.
    drop(provider);
    assert_eq!(new.get(EVENTS).await.status, 200);
    let log = server.stop().await;
    assert!(!log.stderr.contains(new.key()) && !log.stdout.contains(new.key()), "no token is logged");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_starts_without_its_provider_and_recovers() {
    let _alone = alone().await;
    let provider = Provider::start();
    let folder = tempfile::tempdir().unwrap();
    let launch = provider.trusted_by(Launch::server(folder.path()));
    let text = provider.token("/token", "EdDSA-3", &json!({ "groups": "auditors" })).await;
    drop(provider);
    let server = launch.start().await;
    let staff = Client::new(server.address, &text);
    let answer = staff.get("/api/v1/admin/overview").await;
    assert_eq!((answer.status.as_u16(), &answer.body["code"]), (503, &json!("unavailable")), "{}", answer.body);
    assert_eq!(server.operator().get("/api/v1/tenants").await.status, 200, "keys still work");
    let log = server.stop().await;
    assert!(log.stderr.contains("failed to read the keys of the identity provider"), "{}", log.stderr);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_is_accepted_from_its_networks_only() {
    let folder = tempfile::tempdir().unwrap();
    let server = Launch::server(folder.path()).start().await;
    server.tenant("acme").await;
    let operator = server.operator().in_tenant("acme");
    for (networks, expected) in [(json!(["127.0.0.0/8"]), 200), (json!(["10.0.0.0/8", "::1"]), 401)] {
        let made = operator.post("/api/v1/keys", &json!({ "networks": networks })).await;
        let client = Client::new(server.address, made.body["key"].as_str().unwrap());
        let answer = client.get(EVENTS).await;
        assert_eq!(answer.status, expected, "{networks}: {}", answer.body);
    }
}
