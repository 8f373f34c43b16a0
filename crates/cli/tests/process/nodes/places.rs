//! PgBouncer in transaction mode between nodes and database, and a replica for lists.

use super::{Database, Scene, Traffic};
use crate::support::{alone, receiver::Receiver, wait_until};
use serde_json::json;
use std::time::Duration;
use testing::{Options, PgBouncer, Postgres, Replica};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_work_through_pgbouncer() {
    let _alone = alone().await;
    let server = Postgres::shared();
    let bouncer = PgBouncer::start(server, &[("default_pool_size", "12")]);
    let database = Database::on(server);
    let url = bouncer.url(&database.name);
    let nodes = vec![database.launch_at(&url).start().await, database.launch_at(&url).start().await];
    let receiver = Receiver::start().await;
    let client = nodes[0].tenant("acme").await;
    client.subscribe(&receiver.url(), &json!({})).await;
    // PgBouncer transmits no notifications, so nodes poll every half second.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let traffic = Traffic::start(&client, &nodes);
    traffic.more(1_000).await;
    let sql = "SELECT postrider.publish('invoice.created', '{\"seq\": 7000000}', 'acme')";
    server.sql(&database.name, sql);
    wait_until("the outbox is emptied", async || (receiver.missing([7_000_000]) == 0).then_some(())).await;
    let client = client.at(nodes[1].address);
    traffic.settle("through PgBouncer in transaction mode", &receiver, &client).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_come_from_a_replica() {
    let _alone = alone().await;
    let server = Postgres::start(Options::default());
    let scene = Scene::start(&server).await;
    let replica = Replica::start(&server);
    let url = replica.url(&scene.database.name);
    let reader = scene.database.launch().env("POSTRIDER_READ_STORE", &url).start().await;
    let client = scene.client.at(reader.address);
    scene.traffic.more(200).await;
    replica.wait_until_caught_up(&server);
    for path in ["/api/v1/events?limit=5", "/api/v1/webhooks/deliveries?limit=5"] {
        let page = client.get(path).await;
        assert_eq!((page.status.as_u16(), page.body.as_array().unwrap().len()), (200, 5), "{path}");
    }
    let lists = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
                 AND application_name = 'postrider' AND backend_type = 'client backend'";
    assert_ne!(replica.sql(&scene.database.name, lists), "0", "the replica has executed lists");
    // Without the replica, lists come from the primary.
    drop(replica);
    let page = client.get("/api/v1/events?limit=5").await;
    assert_eq!((page.status.as_u16(), page.body.as_array().unwrap().len()), (200, 5));
    // A task of its own writes the log.
    let is_logged = async || reader.process.stderr().contains("POSTRIDER_READ_STORE").then_some(());
    wait_until("the missing replica is logged", is_logged).await;
    scene.settle("a replica that goes away", 0).await;
}
