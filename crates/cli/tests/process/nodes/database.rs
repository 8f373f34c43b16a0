//! Faults of the database: crashes, dropped connections, and no free connections.

use super::{Database, Scene, count_in_state};
use crate::support::{alone, disk::Disk, wait_until};
use serde_json::json;
use std::time::Duration;
use testing::{Options, Postgres};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_survive_a_crash_of_the_database() {
    let _alone = alone().await;
    let server = Postgres::start(Options::durable());
    let scene = Scene::start(&server).await;
    server.restart_immediately();
    scene.traffic.more(500).await;
    assert_eq!(count_in_state(&scene.nodes[0], "live").await, 3);
    scene.settle("PostgreSQL restarted with -m immediate", 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_outage_of_the_database_longer_than_a_lease_loses_no_node() {
    let _alone = alone().await;
    let server = Postgres::start(Options::durable());
    let scene = Scene::start(&server).await;
    server.stop_immediately();
    tokio::time::sleep(Duration::from_secs(15)).await;
    server.start_again();
    scene.traffic.more(500).await;
    // No node had died: none could reach the database.
    assert_eq!(count_in_state(&scene.nodes[0], "live").await, 3);
    assert_eq!(count_in_state(&scene.nodes[0], "lost").await, 0);
    scene.settle("PostgreSQL away for 15 s", 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_survive_dropped_connections() {
    let _alone = alone().await;
    let server = Postgres::shared();
    let scene = Scene::start(server).await;
    for _ in 0..5 {
        let sql = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                   WHERE datname = current_database() AND pid <> pg_backend_pid()";
        let dropped: usize = server.sql(&scene.database.name, sql).parse().unwrap();
        assert!(dropped > 0);
        scene.traffic.more(200).await;
    }
    assert_eq!(count_in_state(&scene.nodes[0], "live").await, 3);
    scene.settle("pg_terminate_backend of all connections, five times", 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_survive_a_database_without_free_connections() {
    let _alone = alone().await;
    let server = Postgres::start(Options::durable().with("max_connections", "60"));
    let scene = Scene::start(&server).await;
    // A role that may not use the connections reserved for superusers.
    server.sql(&scene.database.name, "CREATE ROLE guest LOGIN");
    let full = std::sync::atomic::AtomicUsize::new(0);
    let (acknowledged, name) = (scene.traffic.acknowledged(), &scene.database.name);
    std::thread::scope(|scope| {
        for _ in 0..80 {
            scope.spawn(|| {
                if server.try_sql("guest", name, "SELECT pg_sleep(8)").is_err() {
                    full.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                }
            });
        }
        std::thread::sleep(Duration::from_secs(2));
        // Close the nodes' connections, so that they need new ones while none are free.
        let sql = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                   WHERE usename = 'postrider' AND pid <> pg_backend_pid()";
        server.sql(name, sql);
    });
    assert!(full.load(std::sync::atomic::Ordering::Relaxed) > 0, "the limit was reached");
    println!("{} acknowledged while no connection was free", scene.traffic.acknowledged() - acknowledged);
    scene.traffic.more(500).await;
    wait_until("all nodes are live", async || (count_in_state(&scene.nodes[0], "live").await == 3).then_some(())).await;
    scene.settle("connection limit filled for 8 s", 0).await;
}

/// The server commits, and the connection breaks before the answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unsure_commit_tells_the_publisher_that_the_event_may_have_been_accepted() {
    let _alone = alone().await;
    let server = Postgres::start(Options::durable());
    let database = Database::on(&server);
    let node = database.launch().start().await;
    let client = node.tenant("acme").await;
    // Each commit is flushed to disk and then waits for a replica that does not exist.
    server.sql("postgres", "ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
    server.sql("postgres", "SELECT pg_reload_conf()");
    let event = json!({ "type": "invoice.created", "id": "order-1", "data": { "seq": 1 } });
    let publishing = tokio::spawn({
        let (client, event) = (client.clone(), event.clone());
        async move { client.post("/api/v1/events", &event).await }
    });
    let waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND query = 'COMMIT'";
    wait_until("the commit waits", async || (server.sql("postgres", waits) != "0").then_some(())).await;
    server.stop_immediately();
    let answer = publishing.await.unwrap();
    assert_eq!(answer.status, 503);
    let detail = answer.body["detail"].as_str().unwrap();
    assert!(detail.contains("may have been accepted") && detail.contains("with the same id"), "{detail}");

    // No event can be accepted during the outage.
    let other = json!({ "type": "invoice.created", "id": "order-2", "data": { "seq": 2 } });
    let answer = client.post("/api/v1/events", &other).await;
    assert_eq!(answer.status, 503);
    assert!(answer.body["detail"].as_str().unwrap().contains("nothing was accepted"), "{}", answer.body);

    server.start_again();
    server.sql("postgres", "ALTER SYSTEM RESET synchronous_standby_names");
    server.sql("postgres", "SELECT pg_reload_conf()");
    let again = wait_until("the event is accepted", async || {
        let answer = client.post("/api/v1/events", &event).await;
        (answer.status == 202).then_some(answer)
    })
    .await;
    assert_eq!(again.body["duplicate"], true, "{}", again.body);
    assert_eq!(client.post("/api/v1/events", &other).await.body["duplicate"], false);
}

/// The database's files are on a separate disk, so that PostgreSQL itself continues.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_of_the_database_is_not_ready() {
    let _alone = alone().await;
    let server = Postgres::start(Options::durable());
    let disk = Disk::of(64);
    disk.give_to_owner_of(server.folder());
    server.sql("postgres", &format!("CREATE TABLESPACE small LOCATION '{}'", disk.path().display()));
    server.sql("postgres", "CREATE DATABASE small TABLESPACE small");
    let database = Database::on(&server);
    let node = database.launch_at(&server.url("small")).start().await;
    let client = node.tenant("acme").await;
    client.publish("invoice.created", 1).await;
    disk.fill();
    wait_until("the server is not ready", async || (client.get("/readyz").await.status == 503).then_some(())).await;
    assert_eq!(client.get("/healthz").await.status, 200);
    let data = json!({ "seq": 2, "text": "x".repeat(900_000) });
    wait_until("publishing is refused", async || {
        let answer = client.post("/api/v1/events", &json!({ "type": "invoice.created", "data": data })).await;
        (answer.status == 503).then_some(())
    })
    .await;
    disk.clear();
    wait_until("the server is ready again", async || (client.get("/readyz").await.status == 200).then_some(())).await;
    client.publish("invoice.created", 3).await;
}
