//! Dropping partitions of a running server.

use super::Database;
use crate::support::{alone, receiver::Receiver, wait_until};
use serde_json::json;
use testing::Postgres;

/// Moves all rows of the only partition to a day long ago.
const AGE: &str = "SELECT postrider.make_days(current_date - 40, current_date - 40);
    CREATE FUNCTION pg_temp.aged(id uuid) RETURNS uuid LANGUAGE sql AS $$
        SELECT (left(postrider.day_start(current_date - 40)::text, 13) || right(id::text, 23))::uuid $$;
    UPDATE postrider.events SET id = pg_temp.aged(id);
    UPDATE postrider.deliveries SET id = pg_temp.aged(id);
    UPDATE postrider.waiting SET id = pg_temp.aged(id);
    UPDATE postrider.attempts SET delivery_id = pg_temp.aged(delivery_id);
    UPDATE postrider.event_keys SET event_id = pg_temp.aged(event_id)";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn waiting_deliveries_of_a_dropped_day_are_still_delivered() {
    let _alone = alone().await;
    let server = Postgres::shared();
    let database = Database::on(server);
    let node = database.launch().start().await;
    let client = node.tenant("acme").await;
    let receiver = Receiver::start().await;
    let subscription = client.subscribe(&receiver.url(), &json!({})).await;
    client.publish_batch("invoice.created", 0..50).await;
    wait_until("they are delivered", async || client.none("pending").await.then_some(())).await;
    client.post(&subscription.path("/pause"), &json!({})).await;
    client.publish_batch("invoice.created", 50..60).await;
    node.stop().await;
    server.sql(&database.name, AGE);
    assert_eq!(server.sql(&database.name, "SELECT count(*) FROM postrider.days()"), "5");

    let node = database.launch().env("POSTRIDER_RETENTION_DAYS", "30").start().await;
    let client = client.at(node.address);
    wait_until("the day is gone", async || {
        (server.sql(&database.name, "SELECT count(*) FROM postrider.days()") == "4").then_some(())
    })
    .await;
    assert_eq!(client.get("/api/v1/events?limit=100").await.body.as_array().unwrap().len(), 10);
    client.post(&subscription.path("/activate"), &json!({})).await;
    wait_until("the backlog is delivered", async || (receiver.missing(50..60) == 0).then_some(())).await;
    assert!(client.none("failed").await);
}
