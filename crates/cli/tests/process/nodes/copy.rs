//! `postrider copy` from a file into a database: no waiting delivery is lost.

use super::{Database, MASTER_KEY, note};
use crate::support::{alone, free_port, loopback, receiver, receiver::Receiver, server::Launch, wait_until};
use serde_json::json;
use testing::Postgres;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_is_copied_into_a_database() {
    let _alone = alone().await;
    let database = Database::on(Postgres::shared());
    let folder = database.folder.path();
    let old = Launch::server(folder).start().await;
    let client = old.tenant("acme").await;
    let (gone, here) = (loopback(free_port()), Receiver::start().await);
    client.subscribe(&here.url(), &json!({ "events": ["invoice.*"] })).await;
    let waits = client.subscribe(&receiver::url(gone), &json!({ "events": ["customer.*"] })).await;
    let made = old.operator().in_tenant("acme").post("/api/v1/keys", &json!({ "name": "k" })).await;
    let key = made.body["key"].as_str().unwrap().to_owned();
    client.publish_batch("invoice.created", 0..500).await;
    client.publish_batch("customer.created", 1_000..1_300).await;
    wait_until("one half is delivered", async || (here.distinct() == 500).then_some(())).await;
    // Only some of it: after these the circuit breaker is open.
    wait_until("some of the other half was tried", async || (!client.none("retrying").await).then_some(())).await;
    let (before, secret) = (client.get(&waits.path("")).await.body, waits.secret.clone());
    let coverage = "/api/v1/audit/coverage";
    let published = client.get(coverage).await.body["events"].clone();
    let stats = client.get("/api/v1/webhooks/stats").await.body["total"].clone();
    assert_eq!(stats["created"], 800, "{stats}");
    let report = json!({ "schema_version": 1, "generated_at": "2026-01-31T09:30:00Z", "events": [] });
    assert_eq!(old.operator().put("/api/v1/audit/report", &report).await.status, 200);
    old.stop().await;

    let copy = || Launch::new(folder, &["copy", "--from", "sqlite:postrider.db", "--to", &database.url]);
    // With the key that the file was written with, from the key file next to it.
    let copied = copy().run().await;
    assert!(copied.success().starts_with(
        "Copied 1 tenants, 1 keys, 2 subscriptions, 800 events and 800 deliveries, 300 of which wait to be sent."
    ));
    // A second copy creates no duplicates.
    copy().run().await.success();

    let key_file = std::fs::read_to_string(folder.join("postrider.db.key")).unwrap();
    assert_ne!(key_file.trim(), MASTER_KEY);
    let new = database.launch().env("POSTRIDER_MASTER_KEY", key_file.trim()).start().await;
    let late = Receiver::start_at(gone).await;
    let client = client.at(new.address);
    assert_eq!(client.get(coverage).await.body["events"], published, "counts of publications are copied");
    let copied = client.get("/api/v1/webhooks/stats").await.body["total"].clone();
    assert_eq!(
        (&copied["created"], &copied["by_status"]["success"]),
        (&stats["created"], &stats["by_status"]["success"])
    );
    assert_eq!(new.operator().get("/api/v1/audit/report").await.body, report);
    for one in client.deliveries("pending").await.iter().chain(&client.deliveries("retrying").await) {
        client.post(&format!("/api/v1/webhooks/deliveries/{}/retry", one["id"].as_str().unwrap()), &json!({})).await;
    }
    wait_until("the backlog has arrived", async || (late.missing(1_000..1_300) == 0).then_some(())).await;
    wait_until("all ended", async || (client.none("pending").await && client.none("retrying").await).then_some(()))
        .await;
    assert_eq!((here.distinct(), here.ledger().repeats()), (500, 0), "delivered deliveries are not sent again");
    assert_eq!(client.deliveries("success").await.len(), 800);
    let after = client.get(&waits.path("")).await.body;
    assert_eq!(
        (&after["url"], &after["events"], &after["created_at"]),
        (&before["url"], &before["events"], &before["created_at"])
    );
    assert!(!secret.is_empty());
    let by_key = crate::support::client::Client::new(new.address, &key);
    assert_eq!(by_key.get("/api/v1/events?limit=1").await.status, 200);
    note(&format!("copied: 800 acknowledged, {} delivered, 0 lost", here.distinct() + late.distinct()));
}

#[tokio::test]
async fn a_file_that_is_open_or_missing_is_not_copied() {
    let database = Database::on(Postgres::shared());
    let folder = database.folder.path();
    let copy = || Launch::new(folder, &["copy", "--from", "sqlite:postrider.db", "--to", &database.url]);
    assert!(copy().run().await.sentence().contains("does not exist"));
    let server = Launch::server(folder).start().await;
    assert!(copy().run().await.sentence().contains("is open in another process"));
    drop(server);
}
