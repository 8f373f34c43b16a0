//! The conformance suite of the operations for several nodes.

#[allow(dead_code, reason = "other tests use more of it")]
mod support;

use async_trait::async_trait;
use model::{TenantChange, TenantId, Timestamp};
use std::{sync::Arc, time::Duration};
use storage::{
    NewNode, NodeRole, StorageError, Store,
    conformance::shared::{Cluster, Program},
};
use storage_postgres::PgStore;
use support::{Database, migrated, vault};
use testing::Postgres;
use tokio_postgres::{Client, NoTls};

/// A database of its own for each case.
struct Databases(Database);

async fn cluster() -> Databases {
    Databases(migrated())
}

storage::shared_conformance_suite!(cluster);

impl Databases {
    /// Runs SQL as the superuser.
    fn sql(&self, sql: &str) -> String {
        Postgres::shared().sql(&self.0.0, sql)
    }
}

#[async_trait]
impl Cluster for Databases {
    async fn open(&self) -> Arc<dyn Store> {
        Arc::new(PgStore::open(&Postgres::shared().url(&self.0.0), None, vault("shared")).await.unwrap())
    }

    fn now(&self) -> Timestamp {
        let micros = self.sql("SELECT (extract(epoch FROM clock_timestamp()) * 1e6)::bigint");
        Timestamp::from_micros(micros.parse().unwrap())
    }

    fn silence(&self, name: &str, by: Duration) {
        let changed = self.sql(&format!(
            "WITH moved AS (
                 UPDATE postrider.nodes SET heartbeat_at = heartbeat_at - make_interval(secs => {})
                 WHERE name = '{name}' AND state = 0 RETURNING 1)
             SELECT count(*) FROM moved",
            by.as_secs_f64()
        ));
        assert_eq!(changed, "1");
    }

    fn forget_changes(&self) {
        self.sql("DELETE FROM postrider.changes");
    }

    fn create_past_partitions(&self, days: u32) {
        let today = "(now() AT TIME ZONE 'UTC')::date";
        self.sql(&format!("SELECT postrider.make_days({today} - {days}, {today} - 1)"));
    }

    async fn program(&self) -> Box<dyn Program> {
        let url = Postgres::shared().url(&self.0.0);
        let (client, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
        tokio::spawn(connection);
        client.batch_execute("BEGIN; SET LOCAL ROLE postrider_publisher").await.unwrap();
        Box::new(Session(client))
    }
}

/// A transaction of a login that may only publish.
struct Session(Client);

#[async_trait]
impl Program for Session {
    async fn publish(&mut self, tenant: &TenantId, event_type: &str, data: &str, idempotency_key: Option<&str>) {
        let sql = "SELECT postrider.publish($1, $2::text::json, $3, idempotency_key => $4)";
        self.0.query_one(sql, &[&event_type, &data, &tenant.as_str(), &idempotency_key]).await.unwrap();
    }

    async fn commit(self: Box<Self>) {
        self.0.batch_execute("COMMIT").await.unwrap();
    }
}

fn named(name: &str) -> NewNode {
    NewNode { name: name.into(), role: NodeRole::All, version: "1".into() }
}

/// Asserts that a result is the error of an invalid column.
#[track_caller]
fn is_corrupt<T: std::fmt::Debug>(result: Result<T, StorageError>, place: (&str, &str, &str)) {
    let Err(StorageError::Corrupt { table, row, problem }) = &result else { panic!("{place:?}: {result:?}") };
    assert!(*table == place.0 && row.contains(place.1) && problem.starts_with(place.2), "{place:?}: {result:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn invalid_rows_of_nodes_and_changes_are_reported() {
    let cluster = cluster().await;
    let store = cluster.open().await;
    let shared = store.shared().unwrap();
    shared.join(&named("one"), None).await.unwrap();
    for (column, bad, good) in [("role", "'chef'", "'all'"), ("state", "3", "0"), ("state", "-1", "0")] {
        cluster.sql(&format!("UPDATE postrider.nodes SET {column} = {bad}"));
        is_corrupt(shared.nodes().await, ("nodes", "id = 1", column));
        cluster.sql(&format!("UPDATE postrider.nodes SET {column} = {good}"));
    }
    assert!(shared.nodes().await.is_ok());

    let since = shared.version().await.unwrap();
    store.put_tenant(&TenantId::parse("acme").unwrap(), TenantChange::default(), cluster.now()).await.unwrap();
    cluster.sql("UPDATE postrider.changes SET kind = 5");
    is_corrupt(shared.changes(since).await, ("changes", "tenant_id = 'acme'", "kind"));
    cluster.sql("DELETE FROM postrider.config");
    is_corrupt(shared.version().await, ("config", "one", "the row is missing"));
}

/// A take-over is all or nothing: no lane would read a queue that is not reported.
#[tokio::test(flavor = "multi_thread")]
async fn a_take_over_of_an_invalid_row_claims_nothing() {
    let cluster = cluster().await;
    let store = cluster.open().await;
    let shared = store.shared().unwrap();
    shared.join(&named("one"), None).await.unwrap();
    let insert = |id: u8, queue: u8| {
        cluster.sql(&format!(
            "INSERT INTO postrider.waiting (tenant_id, id, subscription_id, event_type, owner, queue, next_attempt_at,
                 updated_at) VALUES ('acme', '{}', '{}', 'a.b', 0, {queue}, 0, 0)",
            uuid(id),
            uuid(1)
        ))
    };
    insert(1, 1);
    insert(2, 7);
    is_corrupt(shared.take_over_deliveries(10).await, ("waiting", &uuid(2), "queue"));
    assert_eq!(cluster.sql("SELECT count(*) FROM postrider.waiting WHERE owner = 0"), "2");
    cluster.sql("UPDATE postrider.waiting SET queue = 4 WHERE queue = 7");
    assert_eq!(shared.take_over_deliveries(10).await.unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invalid_row_of_the_outbox_is_reported_and_kept() {
    let cluster = cluster().await;
    let store = cluster.open().await;
    let (shared, tenant) = (store.shared().unwrap(), TenantId::parse("acme").unwrap());
    shared.join(&named("one"), None).await.unwrap();
    store.put_tenant(&tenant, TenantChange::default(), cluster.now()).await.unwrap();
    let mut program = cluster.program().await;
    program.publish(&tenant, "a.b", "{}", None).await;
    program.commit().await;
    for (column, bad, good) in [("priority", "'urgent'", "'high'"), ("event_type", "'a..b'", "'a.b'")] {
        cluster.sql(&format!("UPDATE postrider.outbox SET {column} = {bad}"));
        let drained = shared.drain_outbox(10, &[], Arc::new(|_| storage::Made::Never)).await;
        is_corrupt(drained.map(|drained| drained.more), ("outbox", "number = 1", column));
        assert_eq!(cluster.sql("SELECT count(*) FROM postrider.outbox"), "1");
        cluster.sql(&format!("UPDATE postrider.outbox SET {column} = {good}"));
    }
}

fn uuid(number: u8) -> String {
    format!("019ca6b2-7980-7007-88f1-4e45fcee00{number:02x}")
}
