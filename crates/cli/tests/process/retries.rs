//! Retry rules over a kill (SIGKILL): planned retries keep their time, and an expiry is neither forgotten nor undone.

use crate::support::{client::Client, free_port, loopback, receiver::Receiver, server::Launch, wait_until};
use serde_json::{Value, json};
use std::path::Path;
use testing::Postgres;

const SUBSCRIPTIONS: &str = "/api/v1/webhooks/subscriptions";

/// The delivery of a subscription, as soon as it has this status.
async fn delivery(client: &Client, subscription: &str, status: &str) -> Value {
    let path = format!("{SUBSCRIPTIONS}/{subscription}/deliveries?status={status}");
    wait_until(&format!("a delivery is {status}"), async || {
        let list = client.get(&path).await.body;
        list.as_array().unwrap().first().cloned()
    })
    .await
}

async fn retries_survive_a_kill(launch: Launch) {
    let (address, expiring) = (loopback(free_port()), Receiver::start().await);
    let server = launch.start().await;
    let client = server.tenant("acme").await;
    let rules = json!({ "schedule": [3, 3600], "jitter": 0.0 });
    let retried = client.subscribe(&format!("http://{address}/"), &json!({ "retry": rules })).await.id;
    let expires = json!({ "retry": { "expires_after_seconds": 1 }, "is_active": false });
    let expires = client.subscribe(&expiring.url(), &expires).await.id;
    client.publish("invoice.created", 1).await;
    let planned = delivery(&client, &retried, "retrying").await["next_retry_at"].clone();
    server.kill();

    let receiver = Receiver::start_at(address).await;
    let server = launch.start().await;
    let client = client.at(server.address);
    assert_eq!(client.get(&format!("{SUBSCRIPTIONS}/{retried}")).await.body["retry"], rules);
    let shown = delivery(&client, &retried, "success").await;
    assert_eq!((&shown["attempt_number"], receiver.distinct()), (&json!(2), 1));
    let attempts = client.get(&format!("/api/v1/webhooks/deliveries/{}", shown["id"].as_str().unwrap())).await.body;
    let sent_at = attempts["attempts"][1]["started_at"].as_str().unwrap();
    assert!(sent_at >= planned.as_str().unwrap(), "{sent_at} {planned}");

    client.post(&format!("{SUBSCRIPTIONS}/{expires}/activate"), &json!({})).await;
    let shown = delivery(&client, &expires, "failed").await;
    assert!(shown["error_message"].as_str().unwrap().starts_with("Not sent: the delivery expired at "), "{shown}");
    server.kill();

    let server = launch.start().await;
    let client = client.at(server.address);
    assert_eq!(delivery(&client, &expires, "failed").await, shown);
    assert!(client.none("pending").await && client.none("retrying").await);
    assert_eq!(expiring.distinct(), 0);
    assert_eq!(server.stop().await.code, Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn retries_and_expiry_survive_a_kill_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    retries_survive_a_kill(Launch::server(folder.path())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn retries_and_expiry_survive_a_kill_on_postgresql() {
    let (folder, postgres) = (tempfile::tempdir().unwrap(), Postgres::shared());
    let url = postgres.url(&postgres.database());
    retries_survive_a_kill(on(folder.path(), &url)).await;
}

fn on(folder: &Path, url: &str) -> Launch {
    let launch = Launch::server(folder).env("POSTRIDER_STORE", url);
    launch.env("POSTRIDER_MASTER_KEY", super::nodes::MASTER_KEY)
}
