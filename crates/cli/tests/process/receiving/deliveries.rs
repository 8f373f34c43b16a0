//! Real deliveries: a server, subscriptions of every profile with every form of secret, one event, and a receiver that
//! records each request.

use crate::support::{
    client::{Client, Subscription},
    loopback,
    server::Launch,
    wait_until,
};
use axum::{Router, body::Bytes, extract::State};
use http::{HeaderMap, Uri};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};
use tokio::{net::TcpListener, task::JoinHandle};

/// A given secret in the form of Standard Webhooks.
pub(super) const WHSEC: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// Given secrets of no special form.
const PLAIN: &str = "a-plain-\u{fc}n\u{ef}code-secret-\u{1f511}";
const SHORT: &str = "12345678";
/// The given secrets whose text is the key. A library gets the bytes of these, and all other secrets unchanged, in
/// particular generated ones.
pub(super) const PLAIN_SECRETS: [&str; 2] = [PLAIN, SHORT];
const WHSK: &str = "whsk_AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=";

/// A recorded request.
#[derive(Clone, Debug)]
pub(super) struct Delivery {
    /// Kind of its subscription.
    pub(super) name: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    /// The secrets that verify it; for `whsk_` secrets the public keys.
    pub(super) keys: Vec<String>,
    /// Expired secrets.
    pub(super) old: Vec<String>,
}

impl Delivery {
    #[track_caller]
    pub(super) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).unwrap_or_else(|| panic!("{} has no {name}", self.name));
        value.to_str().unwrap()
    }

    /// The profile's own signature header, if it has one.
    pub(super) fn own(&self) -> Option<&str> {
        let value = ["x-webhook-signature", "x-signature"].iter().find_map(|name| self.headers.get(*name))?;
        Some(value.to_str().unwrap())
    }
}

type Received = Arc<Mutex<HashMap<String, (HeaderMap, Bytes)>>>;

/// Records requests by their path.
struct Receiver {
    base: String,
    received: Received,
    task: JoinHandle<()>,
}

impl Receiver {
    async fn start() -> Self {
        let listener = TcpListener::bind(loopback(0)).await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let received = Received::default();
        let router = Router::new().fallback(keep).with_state(received.clone());
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { base, received, task }
    }

    fn url(&self, name: &str) -> String {
        format!("{}/{name}", self.base)
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn keep(State(received): State<Received>, uri: Uri, headers: HeaderMap, body: Bytes) {
    received.lock().unwrap().insert(uri.path().trim_start_matches('/').to_owned(), (headers, body));
}

/// A subscription whose request is expected.
struct Expected {
    name: String,
    keys: Vec<String>,
    old: Vec<String>,
}

/// Creates subscriptions, with the secrets that verify their requests.
struct Desk {
    client: Client,
    receiver: Receiver,
    expected: Vec<Expected>,
}

/// The text with which a receiver verifies: the public key for an ed25519 secret, else the secret.
fn key_of(secret: &str) -> String {
    signing::Secret::parse(secret).unwrap().public_key().map_or_else(|| secret.to_owned(), |key| key.to_string())
}

impl Desk {
    fn expect(&mut self, name: &str, keys: &[&str], old: &[&str]) {
        let all = |secrets: &[&str]| secrets.iter().map(|secret| key_of(secret)).collect();
        self.expected.push(Expected { name: name.into(), keys: all(keys), old: all(old) });
    }

    /// Creates a subscription through the platform API, with the given or a generated secret.
    async fn made(&mut self, name: &str, profile: &str, secret: Option<&str>) -> Subscription {
        let body = json!({ "profile": profile, "secret": secret });
        let made = self.client.subscribe(&self.receiver.url(name), &body).await;
        assert!(secret.is_none_or(|given| given == made.secret));
        made
    }

    async fn rotate(&self, path: &str, grace: u64) -> String {
        let answer = self.client.post(&format!("{path}/rotate-secret"), &json!({ "grace_seconds": grace })).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body["secret"].as_str().unwrap().to_owned()
    }

    async fn every_profile_and_form(&mut self) {
        let rows: [(&str, &[Option<&str>]); 3] = [
            ("platform", &[None, Some(WHSEC), Some(PLAIN), Some(WHSK)]),
            ("standard", &[None, Some(WHSEC), Some(WHSK)]),
            ("tenant", &[Some(WHSEC), Some(PLAIN), Some(WHSK)]),
        ];
        for (profile, secrets) in rows {
            for secret in secrets {
                let form = match secret {
                    None => "generated",
                    Some(WHSEC) => "whsec",
                    Some(WHSK) => "whsk",
                    Some(_) => "plain",
                };
                let name = format!("{profile}-{form}");
                let made = self.made(&name, profile, *secret).await;
                self.expect(&name, &[&made.secret], &[]);
            }
        }
    }

    /// During the grace period both secrets verify, afterwards only the new one.
    async fn rotated(&mut self) {
        for profile in ["platform", "standard", "tenant"] {
            for (form, secret) in [("whsec", WHSEC), ("whsk", WHSK)] {
                let name = format!("{profile}-{form}-rotated");
                let made = self.made(&name, profile, Some(secret)).await;
                let new = self.rotate(&made.path(""), 3_600).await;
                self.expect(&name, &[&new, secret], &[]);
            }
            let name = format!("{profile}-rotated-without-grace");
            let made = self.made(&name, profile, Some(WHSEC)).await;
            let new = self.rotate(&made.path(""), 0).await;
            self.expect(&name, &[&new], &[WHSEC]);
        }
        let made = self.made("platform-generated-rotated-twice", "platform", None).await;
        let second = self.rotate(&made.path(""), 3_600).await;
        let third = self.rotate(&made.path(""), 3_600).await;
        self.expect("platform-generated-rotated-twice", &[&third, &second, &made.secret], &[]);
    }

    /// Subscriptions through the short form and the tenant API.
    async fn other_ways(&mut self) {
        let body = json!({ "url": self.receiver.url("short-form"), "events": ["*"] });
        let made = self.client.post("/api/v1/webhooks", &body).await;
        assert_eq!(made.status, 201, "{}", made.body);
        self.expect("short-form", &[made.body["secret"].as_str().unwrap()], &[]);
        // Spaces around a secret are removed, and eight characters are enough.
        for (name, secret) in [("tenant-api-whsec", WHSEC), ("tenant-api-short", SHORT)] {
            let body = json!({
                "url": self.receiver.url(name), "event": "invoice.created", "secret": format!("  {secret}\t\n"),
            });
            let made = self.client.post("/api/v1/tenant/webhooks/subscriptions", &body).await;
            assert_eq!(made.status, 201, "{}", made.body);
            self.expect(name, &[secret], &[]);
        }
        let name = "tenant-api-rotated-without-a-secret";
        let body = json!({ "url": self.receiver.url(name), "event": "invoice.created" });
        let made = self.client.post("/api/v1/tenant/webhooks/subscriptions", &body).await;
        let path = format!("/api/v1/webhooks/subscriptions/{}", made.body["id"].as_str().unwrap());
        let secret = self.rotate(&path, 0).await;
        self.expect(name, &[&secret], &[]);
    }
}

/// The deliveries of one event to every kind of subscription.
pub(super) async fn all() -> Vec<Delivery> {
    let folder = tempfile::tempdir().unwrap();
    let server = Launch::server(folder.path()).start().await;
    let client = server.tenant("acme").await;
    let mut desk = Desk { client, receiver: Receiver::start().await, expected: Vec::new() };
    desk.every_profile_and_form().await;
    desk.rotated().await;
    desk.other_ways().await;
    let event: Value =
        json!({ "type": "invoice.created", "data": { "text": "\u{e9} \u{1f600} \"quoted\"", "amount": 119.5 } });
    let accepted = desk.client.post("/api/v1/events", &event).await;
    assert_eq!((accepted.status.as_u16(), &accepted.body["deliveries"]), (202, &json!(desk.expected.len())));
    let received = wait_until("every subscription got the event", async || {
        let received = desk.receiver.received.lock().unwrap();
        (received.len() == desk.expected.len()).then(|| received.clone())
    })
    .await;
    let arrived = |Expected { name, keys, old }: &Expected| {
        let (headers, body) = received[name].clone();
        Delivery { name: name.clone(), headers, body, keys: keys.clone(), old: old.clone() }
    };
    desk.expected.iter().map(arrived).collect()
}
