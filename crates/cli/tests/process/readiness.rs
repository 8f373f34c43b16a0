//! Readiness and liveness of real servers, on both stores: each check fails with its reason when its fault is there.

use crate::support::{
    client::Client,
    server::{Launch, Server},
    wait_until,
};
use serde_json::Value;
use std::{path::Path, process::Command};
use testing::Postgres;

/// The failed checks of `/readyz` with their reasons; none when the server is ready.
async fn failed(client: &Client) -> Vec<(String, String)> {
    let answer = client.get("/readyz").await;
    let checks = answer.body["checks"].as_array().unwrap_or_else(|| panic!("no checks: {}", answer.body));
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let failed = checks.iter().filter(|check| check["status"] != "ok");
    let failed: Vec<_> = failed.map(|check| (text(&check["name"]), text(&check["reason"]))).collect();
    assert_eq!(answer.status == 200, failed.is_empty(), "{}", answer.body);
    if let Some((_, reason)) = failed.first() {
        assert_eq!((&answer.body["status"], answer.body["detail"].as_str()), (&503.into(), Some(reason.as_str())));
    }
    failed
}

/// Waits until exactly these checks fail.
async fn fails(client: &Client, expected: &[(&str, &str)]) {
    wait_until(&format!("these checks fail: {expected:?}"), async || {
        let failed = failed(client).await;
        let failed: Vec<_> = failed.iter().map(|(name, reason)| (name.as_str(), reason.as_str())).collect();
        (failed == expected).then_some(())
    })
    .await;
    assert_eq!(client.get("/healthz").await.status, 200, "no restart mends this");
}

const NOT_WRITABLE: (&str, &str) = ("store_writable", "The store is not writable now");
const NOT_READABLE: (&str, &str) = ("backlog_readable", "Waiting deliveries cannot be read from the store now");
const LEASE_LOST: (&str, &str) = ("lease", "The node has lost its lease; other nodes may send its deliveries");
const DRAINING: (&str, &str) = ("accepting", "The node is about to stop; send requests to another one");

fn sqlite(store: &Path, sql: &str) {
    let done = Command::new("sqlite3").arg(store).arg(sql).status().expect("the command sqlite3");
    assert!(done.success(), "{sql}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unreadable_backlog_of_sqlite_is_not_ready() {
    let folder = tempfile::tempdir().unwrap();
    let server = Launch::server(folder.path()).start().await;
    let (client, store) = (server.operator(), folder.path().join("postrider.db"));
    sqlite(&store, "ALTER TABLE deliveries RENAME TO hidden");
    fails(&client, &[NOT_READABLE]).await;
    sqlite(&store, "ALTER TABLE hidden RENAME TO deliveries");
    fails(&client, &[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unwritable_file_of_sqlite_is_not_ready() {
    let folder = tempfile::tempdir().unwrap();
    let server = Launch::server(folder.path()).start().await;
    let (client, store) = (server.operator(), folder.path().join("postrider.db"));
    sqlite(&store, "CREATE TRIGGER refuse BEFORE INSERT ON meta BEGIN SELECT raise(ABORT, 'refused'); END");
    fails(&client, &[NOT_WRITABLE]).await;
    sqlite(&store, "DROP TRIGGER refuse");
    fails(&client, &[]).await;
}

async fn on_postgres(server: &Postgres, folder: &Path) -> (String, Server) {
    let database = server.database();
    let launch = Launch::server(folder)
        .env("POSTRIDER_STORE", &server.url(&database))
        .env("POSTRIDER_MASTER_KEY", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    let node = launch.start().await;
    (database, node)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unreadable_backlog_of_postgresql_is_not_ready() {
    let (postgres, folder) = (Postgres::shared(), tempfile::tempdir().unwrap());
    let (database, node) = on_postgres(postgres, folder.path()).await;
    postgres.sql(&database, "ALTER TABLE postrider.waiting RENAME TO hidden");
    fails(&node.operator(), &[NOT_READABLE]).await;
    postgres.sql(&database, "ALTER TABLE postrider.hidden RENAME TO waiting");
    fails(&node.operator(), &[]).await;
}

/// As after a failover, when the former primary takes no writes: the heartbeats fail too, so the lease ends.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_only_database_is_not_ready_and_then_the_lease_is_lost() {
    let (postgres, folder) = (Postgres::shared(), tempfile::tempdir().unwrap());
    let (database, node) = on_postgres(postgres, folder.path()).await;
    let client = node.operator();
    let drop_connections = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                            WHERE datname = current_database() AND pid <> pg_backend_pid()";
    postgres.sql("postgres", &format!("ALTER DATABASE {database} SET default_transaction_read_only = on"));
    postgres.sql(&database, drop_connections);
    fails(&client, &[NOT_WRITABLE]).await;
    fails(&client, &[NOT_WRITABLE, LEASE_LOST]).await;
    postgres.sql("postgres", &format!("ALTER DATABASE {database} RESET default_transaction_read_only"));
    postgres.sql(&database, drop_connections);
    fails(&client, &[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_lease_alone_is_not_ready() {
    let (postgres, folder) = (Postgres::shared(), tempfile::tempdir().unwrap());
    let (database, node) = on_postgres(postgres, folder.path()).await;
    let client = node.operator();
    // Only heartbeats write this table.
    postgres.sql(&database, "ALTER TABLE postrider.nodes RENAME TO hidden");
    fails(&client, &[LEASE_LOST]).await;
    assert_eq!(client.get("/readyz").await.body["code"], "lease_lost");
    postgres.sql(&database, "ALTER TABLE postrider.hidden RENAME TO nodes");
    fails(&client, &[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_draining_node_is_not_ready_before_it_refuses_connections() {
    let (postgres, folders) = (Postgres::shared(), [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()]);
    let on_postgres = Launch::server(folders[1].path())
        .env("POSTRIDER_STORE", &postgres.url(&postgres.database()))
        .env("POSTRIDER_MASTER_KEY", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    for launch in [Launch::server(folders[0].path()), on_postgres] {
        let server = launch.env("POSTRIDER_DRAIN_SECONDS", "300").start().await;
        let client = server.tenant("acme").await;
        server.signal("TERM");
        fails(&client, &[DRAINING]).await;
        assert_eq!(client.get("/readyz").await.body["code"], "draining");
        // Requests that arrive before the load balancer has noticed are served.
        client.publish("invoice.created", 1).await;
        // A second signal ends the wait.
        let ended = server.stop().await;
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_shows_its_checks_too() {
    let (postgres, folder) = (Postgres::shared(), tempfile::tempdir().unwrap());
    let worker = Launch::server(folder.path())
        .env("POSTRIDER_STORE", &postgres.url(&postgres.database()))
        .env("POSTRIDER_MASTER_KEY", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
        .env("POSTRIDER_ROLE", "worker")
        .start()
        .await;
    let checks = worker.operator().get("/readyz").await.body["checks"].clone();
    let names: Vec<&str> = checks.as_array().unwrap().iter().map(|check| check["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["store_writable", "backlog_readable", "lease", "accepting", "journal_depth"]);
}
