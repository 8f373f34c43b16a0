//! Section "On the wire": every line of its table, for each of the three profiles.

mod requests;
mod retries;
mod secrets;
mod statuses;

use crate::{
    receiver::Got,
    rows::{World, python_hmac, run},
    server::{On, Server, on_both},
};
use serde_json::{Value, json};

const USER_AGENT: &str = "Contract-Webhooks/1.0";

on_both!(wire);

async fn wire(on: On) {
    let server = Server::for_loopback(
        on,
        &[("WEBHOOK_RETRY_BASE_SECONDS", "1"), ("WEBHOOK_TIMEOUT_SECONDS", "1"), ("WEBHOOK_USER_AGENT", USER_AGENT)],
    );
    // Rows that wait for retries come first.
    let mut rows = retries::rows();
    rows.extend(requests::rows());
    rows.extend(secrets::rows());
    rows.extend(statuses::rows());
    run(&server, 24, rows).await;
}

on_both!(wire_with_other_settings);

async fn wire_with_other_settings(on: On) {
    let server = Server::for_loopback(on, &[("WEBHOOK_RETRY_BASE_SECONDS", "2"), ("WEBHOOK_MAX_RETRIES", "1")]);
    run(&server, 8, retries::rows_with_other_settings()).await;
}

/// Ways to create a subscription of each profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Profile {
    /// Created through the platform API.
    Platform,
    /// Created through the tenant API.
    Tenant,
    /// Created through the platform API, with `profile`.
    Standard,
}

const PROFILES: [Profile; 3] = [Profile::Platform, Profile::Tenant, Profile::Standard];

/// Subscribes to `invoice.created` through the profile's own API; returns the secret, if it is known.
async fn subscribe(w: &World, profile: Profile, url: &str, secret: Option<&str>) -> Option<String> {
    let mut body = json!({ "url": url });
    if let Some(secret) = secret {
        body["secret"] = json!(secret);
    }
    if profile == Profile::Tenant {
        body["event"] = json!("invoice.created");
        w.t("POST /subscriptions", body).await.is(201);
        return secret.map(str::to_owned);
    }
    body["events"] = json!(["invoice.created"]);
    if profile == Profile::Standard {
        body["profile"] = json!("standard");
    }
    w.p("POST /subscriptions", body).await.is(201)["secret"].as_str().map(str::to_owned)
}

/// The delivery's attempts, in the platform API's form.
async fn attempts(w: &World, delivery: &Value) -> Vec<Value> {
    let path = format!("GET /deliveries/{}", delivery["id"].as_str().unwrap());
    w.p(&path, ()).await.is(200)["attempts"].as_array().unwrap().clone()
}

/// Headers of every request that are not specific to webhooks.
fn is_plain_http(name: &str) -> bool {
    ["host", "content-type", "content-length", "user-agent", "accept"].contains(&name)
}

fn own_headers(got: &Got) -> Vec<&str> {
    let mut names: Vec<_> = got.headers.iter().map(|(name, _)| name.as_str()).filter(|n| !is_plain_http(n)).collect();
    names.sort_unstable();
    names
}

fn now() -> i64 {
    #[expect(clippy::disallowed_methods, reason = "a receiver has no clock but the system's")]
    let now = std::time::SystemTime::now();
    now.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() as i64
}

/// Verifies the three Standard Webhooks headers with `key`: by `signing`, and for a key `whsec_…` also by the public
/// crate.
#[track_caller]
pub(crate) fn verify_standard(got: &Got, key: &str) {
    let (id, at) = (got.header("webhook-id"), got.header("webhook-timestamp"));
    let signatures = got.header("webhook-signature");
    assert_eq!(signing::verify_standard(key, id, at, signatures, &got.body, now()), Ok(()), "{signatures}");
    if key.starts_with("whsec_") {
        let mut headers = http::HeaderMap::new();
        for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
            headers.insert(name, got.header(name).parse().unwrap());
        }
        let public = standardwebhooks::Webhook::new(key).unwrap();
        public.verify(&got.body, &headers).unwrap();
        let mut other = got.body.to_vec();
        other.push(b' ');
        assert!(public.verify(&other, &headers).is_err());
    }
}

/// The signature `v1,…` over `id.timestamp.body`, computed by Python.
async fn python_v1(got: &Got, key: &[u8]) -> String {
    let mut content = format!("{}.{}.", got.header("webhook-id"), got.header("webhook-timestamp")).into_bytes();
    content.extend_from_slice(&got.body);
    format!("v1,{}", python_hmac("base64", key, &content).await)
}
