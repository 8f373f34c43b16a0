//! Features that choose events and shape requests, over HTTP with real receivers: filters, channels, transformations,
//! batches, references to payloads, methods and paths, compression, public keys, credentials, client certificates, and the check of a URL's ownership.
//! Independent programs verify what arrives. Each test runs on SQLite and on PostgreSQL unless it needs one of them.

mod aws;
mod batching;
mod copy;
mod filters;
mod hostile;
mod oauth;
mod order;
mod ownership;
mod public_keys;
mod recorder;
mod references;
mod requests;
mod scripts;
mod tls;

use crate::{
    protection::{Place, nothing_waits, on_both_stores, shown},
    support::{client::Client, wait_until},
};
use recorder::{Manner, Recorded, Recorder};
use serde_json::{Value, json};

const SUBSCRIPTIONS: &str = "/api/v1/webhooks/subscriptions";

/// Publishes an event; returns the answer.
async fn publish(client: &Client, event: &Value) -> Value {
    let answer = client.post("/api/v1/events", event).await;
    assert_eq!(answer.status, 202, "{}", answer.body);
    answer.body
}

/// Publishes an event that has deliveries to this number of subscriptions.
async fn publish_to(client: &Client, event_type: &str, data: &Value, deliveries: u64) -> String {
    let answer = publish(client, &json!({ "type": event_type, "data": data })).await;
    assert_eq!(answer["deliveries"], deliveries, "{answer}");
    answer["id"].as_str().unwrap().to_owned()
}

/// Changes a subscription; returns it.
async fn change(client: &Client, subscription: &str, fields: &Value) -> Value {
    let answer = client.patch(&format!("{SUBSCRIPTIONS}/{subscription}"), fields).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body
}

/// The only delivery of an event type, as soon as it has one of these statuses and at least this number of attempts.
async fn delivery(client: &Client, event_type: &str, status: &str, attempts: u64) -> Value {
    let path = format!("/api/v1/webhooks/deliveries?event_type={event_type}");
    let id = wait_until(&format!("the delivery of {event_type} is {status}"), async || {
        let list = client.get(&path).await.body;
        let one = list.as_array().unwrap().first()?.clone();
        let fits = one["status"] == status && one["attempt_number"].as_u64()? >= attempts;
        fits.then(|| one["id"].as_str().unwrap().to_owned())
    })
    .await;
    client.get(&format!("/api/v1/webhooks/deliveries/{id}")).await.body
}

/// Verifies a signature by the official library of Standard Webhooks.
#[track_caller]
fn verify(secret: &str, request: &Recorded) {
    let webhook = standardwebhooks::Webhook::new(secret).unwrap();
    webhook.verify(&request.body, &request.headers).unwrap_or_else(|fault| panic!("{fault}: {request:?}"));
}

/// Status and body of a request that curl makes.
async fn curl(arguments: &[&str]) -> (u16, String) {
    let mut command = tokio::process::Command::new("curl");
    let output =
        command.args(["-s", "--max-time", "20", "-w", "\n%{http_code}"]).args(arguments).output().await.unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let (body, status) = text.rsplit_once('\n').unwrap();
    (status.parse().unwrap(), body.to_owned())
}
