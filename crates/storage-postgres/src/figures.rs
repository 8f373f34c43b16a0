//! Figures for metrics: waiting deliveries, the size of the database, connections.

use crate::{
    PgStore,
    cells::Cells,
    codes::{ACTIVE, PAUSED_REPLAY, RUNNING},
    connect::{As, params},
};
use async_trait::async_trait;
use const_format::formatcp;
use deadpool_postgres::Pool;
use model::{EventId, Queue, Timestamp};
use storage::{Figures, OpenReplays, Partition, PoolUse, StorageError, StoreFacts, StoreSize, Waiting};
use tokio_postgres::Row;
use uuid::Uuid;

/// Reads all waiting deliveries, which are in a table of their own.
const WAITING: &str = formatcp!(
    "SELECT g.queue, sum(g.waiting)::bigint AS waiting,
            min(g.due) FILTER (WHERE s.state = {ACTIVE} AND s.breaker IS NULL AND g.due <= $1) AS oldest
     FROM (SELECT tenant_id, subscription_id, queue, count(*) AS waiting, min(next_attempt_at) AS due
           FROM postrider.waiting GROUP BY tenant_id, subscription_id, queue) g
     LEFT JOIN postrider.subscriptions s ON s.tenant_id = g.tenant_id AND s.id = g.subscription_id
     GROUP BY g.queue"
);

const SIZE: &str = "SELECT pg_database_size(current_database()) AS bytes";

const OPEN_REPLAYS: &str = formatcp!(
    "SELECT count(*) FILTER (WHERE state = {RUNNING}) AS running, count(*) FILTER (WHERE state = {PAUSED_REPLAY}) AS paused
     FROM postrider.replays WHERE ended_at IS NULL AND state IN ({RUNNING}, {PAUSED_REPLAY})"
);

/// The first event of each tenant.
const OLDEST: &str =
    "SELECT (SELECT e.id FROM postrider.events e WHERE e.tenant_id = t.id ORDER BY e.id LIMIT 1) AS oldest
                      FROM postrider.tenants t";

/// The tables of a day have its date at the end of their names.
const PARTITIONS: &str = "SELECT day::text AS day, sum(pg_total_relation_size(c.oid))::bigint AS bytes
     FROM postrider.days() AS day (day)
     JOIN pg_class c ON c.relnamespace = 'postrider'::regnamespace AND c.relkind = 'r'
          AND c.relname IN ('events_' || to_char(day, 'YYYYMMDD'), 'deliveries_' || to_char(day, 'YYYYMMDD'),
                            'attempts_' || to_char(day, 'YYYYMMDD'))
     GROUP BY day ORDER BY day";

#[async_trait]
impl Figures for PgStore {
    async fn waiting(&self, now: Timestamp) -> Result<Waiting, StorageError> {
        let mut waiting = Waiting::default();
        for row in self.read(As::Operator, WAITING, params![now.micros() => INT8]).await? {
            let cells = Cells::waiting(&row);
            let queue = cells.code("queue", Queue::from_code)?;
            waiting.queues.push((queue, cells.number::<i64, u64>("waiting")?));
            waiting.oldest_due = [waiting.oldest_due, cells.time_or_none("oldest")].into_iter().flatten().min();
        }
        Ok(waiting)
    }

    async fn size(&self) -> Result<StoreSize, StorageError> {
        let rows = self.read(As::Operator, SIZE, &[]).await?;
        let bytes: i64 = rows.first().map_or(0, |row| row.get("bytes"));
        Ok(StoreSize { database: u64::try_from(bytes).unwrap_or(0), log: None, free: None })
    }

    async fn facts(&self) -> Result<StoreFacts, StorageError> {
        let version = self.read(As::Operator, "SELECT current_setting('server_version') AS version", &[]).await?;
        let oldest = self.read(As::Worker, OLDEST, &[]).await?;
        let oldest = oldest.iter().filter_map(|row| row.get::<_, Option<Uuid>>("oldest")).min();
        let days = self.read(As::Worker, PARTITIONS, &[]).await?;
        let partition = |row: &Row| Partition {
            day: row.get("day"),
            bytes: u64::try_from(row.get::<_, i64>("bytes")).unwrap_or(0),
        };
        Ok(StoreFacts {
            version: version.first().map_or_else(String::new, |row| row.get("version")),
            oldest_event: oldest.map(|id| EventId::from_uuid(id).made_at()),
            partitions: days.iter().map(partition).collect(),
        })
    }

    async fn open_replays(&self) -> Result<OpenReplays, StorageError> {
        let rows = self.read(As::Operator, OPEN_REPLAYS, &[]).await?;
        let count = |column| rows.first().map_or(0, |row| u64::try_from(row.get::<_, i64>(column)).unwrap_or(0));
        Ok(OpenReplays { running: count("running"), paused: count("paused") })
    }

    fn pools(&self) -> Vec<PoolUse> {
        let mut pools =
            vec![usage("main", &self.0.pool), usage("commit", &self.0.writers), usage("heartbeat", &self.0.pulse)];
        if self.0.has_replica {
            pools.push(usage("replica", &self.0.reads));
        }
        pools
    }
}

fn usage(pool: &'static str, of: &Pool) -> PoolUse {
    let status = of.status();
    PoolUse { pool, idle: status.available, in_use: status.size.saturating_sub(status.available), max: status.max_size }
}
