//! The conformance suite of the operations for several nodes.

#[allow(dead_code, reason = "other tests use more of it")]
mod support;

use async_trait::async_trait;
use model::{TenantId, Timestamp};
use std::{sync::Arc, time::Duration};
use storage::{
    Store,
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
