//! Roles of nodes: nodes that only serve the API, and nodes that only deliver.

use super::{Database, shown};
use crate::support::{alone, receiver::Receiver, server::Launch, wait_until};
use serde_json::json;
use testing::Postgres;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_accepted_by_an_api_node_are_delivered_by_a_worker() {
    let _alone = alone().await;
    let database = Database::on(Postgres::shared());
    let api = database.launch().env("POSTRIDER_ROLE", "api").start().await;
    let worker = database.launch().env("POSTRIDER_ROLE", "worker").start().await;
    let client = api.tenant("acme").await;
    let receiver = Receiver::start().await;
    client.subscribe(&receiver.url(), &json!({})).await;
    client.publish_batch("invoice.created", 0..3_000).await;
    wait_until("all are delivered", async || (receiver.distinct() == 3_000).then_some(())).await;
    assert_eq!(receiver.ledger().repeats(), 0);
    let mut roles: Vec<_> = shown(&api).await.iter().map(|one| (one["role"].clone(), one["is_this"].clone())).collect();
    roles.sort_by_key(|(role, _)| role.to_string());
    assert_eq!(roles, [(json!("api"), json!(true)), (json!("worker"), json!(false))]);

    let refused = worker.operator().get("/api/v1/nodes").await;
    assert_eq!(refused.status, 404);
    assert!(refused.body["detail"].as_str().unwrap().contains("worker"), "{}", refused.body);

    wait_until("all outcomes are recorded", async || client.none("pending").await.then_some(())).await;
    // A manual retry on a node that does not deliver.
    let one = client.get("/api/v1/webhooks/deliveries?limit=1").await.body[0]["id"].as_str().unwrap().to_owned();
    let again = client.post(&format!("/api/v1/webhooks/deliveries/{one}/retry"), &json!({})).await;
    assert_eq!(again.status, 400, "a delivered delivery is not retried: {}", again.body);
}

/// Changes on one node reach the others within a second: subscriptions, keys, tenants, event types.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changes_on_one_node_reach_all_nodes() {
    let _alone = alone().await;
    let database = Database::on(Postgres::shared());
    let nodes = database.nodes(2).await;
    let (here, there) = (&nodes[0], &nodes[1]);
    let client = here.tenant("acme").await;
    let made = here.operator().in_tenant("acme").post("/api/v1/keys", &json!({ "name": "k" })).await;
    let key = made.body["key"].as_str().unwrap().to_owned();
    // Immediately, because an unknown key makes a node poll for changes.
    let by_key = crate::support::client::Client::new(there.address, &key);
    assert_eq!(by_key.get("/api/v1/events").await.status, 200);

    let receiver = Receiver::start().await;
    let subscription = client.subscribe(&receiver.url(), &json!({})).await;
    let other = client.at(there.address);
    let mut seq = 0;
    wait_until("the other one sends to it", async || {
        seq += 1;
        other.publish("invoice.created", seq).await;
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        (receiver.distinct() > 0).then_some(())
    })
    .await;
    assert!(seq <= 50, "known only after {seq} tries of 100 ms");

    client.post(&subscription.path("/pause"), &json!({})).await;
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    let before = receiver.distinct();
    other.publish("invoice.created", 1_000).await;
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    assert_eq!(receiver.distinct(), before, "paused on all nodes");
    client.post(&subscription.path("/activate"), &json!({})).await;
    wait_until("the collected event arrives", async || (receiver.missing([1_000]) == 0).then_some(())).await;

    let id = made.body["id"].as_str().unwrap();
    here.operator()
        .in_tenant("acme")
        .try_call(http::Method::DELETE, &format!("/api/v1/keys/{id}"), None)
        .await
        .unwrap();
    wait_until("the key is refused", async || (by_key.get("/api/v1/events").await.status == 401).then_some(())).await;
    // A key that is replaced without an overlap ends on all nodes too, and its successor is known at once.
    let made = here.operator().in_tenant("acme").post("/api/v1/keys", &json!({})).await.body;
    let by =
        |made: &serde_json::Value| crate::support::client::Client::new(there.address, made["key"].as_str().unwrap());
    assert_eq!(by(&made).get("/api/v1/events").await.status, 200);
    let path = format!("/api/v1/keys/{}/rotate", made["id"].as_str().unwrap());
    let next = here.operator().in_tenant("acme").post(&path, &json!({ "overlap_seconds": 0 })).await.body;
    assert_eq!(by(&next).get("/api/v1/events").await.status, 200);
    wait_until("the old key ends", async || (by(&made).get("/api/v1/events").await.status == 401).then_some(())).await;
    let registered = here
        .operator()
        .post("/api/v1/webhooks/events", &json!({ "event_type": "own.thing", "description": "x" }))
        .await;
    assert_eq!(registered.status, 201, "{}", registered.body);
    wait_until("the type is known", async || {
        (other.get("/api/v1/webhooks/events/own.thing").await.status == 200).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn start_up_errors_on_postgresql_are_one_sentence() {
    let database = Database::on(Postgres::shared());
    let without_key = database.launch().without("POSTRIDER_MASTER_KEY").run().await;
    assert!(without_key.sentence().starts_with("POSTRIDER_MASTER_KEY must be given with PostgreSQL"));
    let sqlite = Launch::server(database.folder.path()).env("POSTRIDER_ROLE", "worker").run().await;
    assert!(sqlite.sentence().starts_with("POSTRIDER_ROLE"), "{}", sqlite.stderr);
    let nowhere = database.launch_at("postgres://postrider:c2VjcmV0@127.0.0.1:1/none").run().await;
    assert!(nowhere.sentence().starts_with("POSTRIDER_STORE"), "{}", nowhere.stderr);
    assert!(!nowhere.stderr.contains("c2VjcmV0"));

    let first = database.launch().start().await;
    drop(first);
    let other_key =
        database.launch().env("POSTRIDER_MASTER_KEY", "BAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=").run().await;
    assert!(other_key.sentence().starts_with("POSTRIDER_MASTER_KEY is not the key"), "{}", other_key.stderr);

    // A role that could read other tenants.
    let server = Postgres::shared();
    let own = Postgres::start(testing::Options::default());
    let name = own.database();
    let launch = database.launch_at(&own.url(&name));
    drop(launch.start().await);
    own.sql(&name, "ALTER ROLE postrider_api BYPASSRLS");
    assert!(launch.run().await.sentence().contains("postrider_api is a superuser or has BYPASSRLS"));
    own.sql(&name, "ALTER ROLE postrider_api NOBYPASSRLS; GRANT postrider_worker TO postrider_api");
    assert!(launch.run().await.sentence().contains("is a member of a role that sees every tenant"));
    own.sql(
        &name,
        "REVOKE postrider_worker FROM postrider_api; ALTER TABLE postrider.events NO FORCE ROW LEVEL SECURITY",
    );
    assert!(launch.run().await.sentence().contains("postrider.events has no forced row-level security"));
    let _ = server;
}
