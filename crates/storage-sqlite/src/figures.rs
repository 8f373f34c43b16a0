//! Figures for metrics: waiting deliveries, sizes of files, connections.

use crate::{
    SqliteStore,
    cells::Cells,
    codes::{ACTIVE, PAUSED_REPLAY, RUNNING},
    error::sqlite,
    query,
};
use async_trait::async_trait;
use const_format::formatcp;
use model::{EventId, Queue, Timestamp};
use std::{io, path::Path};
use storage::{Figures, OpenReplays, PoolUse, StorageError, StoreFacts, StoreSize, Waiting};

/// One pass along the index of due deliveries, without a sort: it has the order of the groups.
const WAITING: &str = formatcp!(
    "SELECT g.queue AS queue, sum(g.waiting) AS waiting,
            min(CASE WHEN s.state = {ACTIVE} AND s.breaker IS NULL AND g.due <= ?1 THEN g.due END) AS oldest
     FROM (SELECT tenant_id, subscription_id, queue, count(*) AS waiting, min(next_attempt_at) AS due
           FROM deliveries INDEXED BY deliveries_due WHERE next_attempt_at IS NOT NULL
           GROUP BY tenant_id, subscription_id, queue) g
     LEFT JOIN subscriptions s ON s.tenant_id = g.tenant_id AND s.id = g.subscription_id
     GROUP BY g.queue"
);

const OPEN_REPLAYS: &str = formatcp!(
    "SELECT count(*) FILTER (WHERE state = {RUNNING}) AS running, count(*) FILTER (WHERE state = {PAUSED_REPLAY}) AS paused
     FROM replays INDEXED BY replays_open WHERE ended_at IS NULL"
);

/// The first event of each tenant.
const OLDEST: &str = "SELECT min((SELECT min(id) FROM events WHERE tenant_id = t.id)) AS oldest FROM tenants t";

#[async_trait]
impl Figures for SqliteStore {
    async fn waiting(&self, now: Timestamp) -> Result<Waiting, StorageError> {
        let read = move |connection: &rusqlite::Connection| {
            let mut statement = connection.prepare_cached(WAITING).map_err(sqlite)?;
            let mut waiting = Waiting::default();
            let rows = query::all(&mut statement, [now.micros()], |row| {
                let cells = Cells::deliveries(row);
                let queue = cells.code("queue", Queue::from_code)?;
                Ok((queue, cells.get::<u64>("waiting")?, cells.time_or_none("oldest")?))
            })?;
            for (queue, number, oldest) in rows {
                waiting.queues.push((queue, number));
                waiting.oldest_due = [waiting.oldest_due, oldest].into_iter().flatten().min();
            }
            Ok(waiting)
        };
        self.readers.read(read).await
    }

    async fn size(&self) -> Result<StoreSize, StorageError> {
        let (database, log) = (self.place.path().to_owned(), self.place.log());
        let read = move || -> io::Result<StoreSize> {
            let disk = rustix::fs::statvfs(&database)?;
            Ok(StoreSize {
                database: length(&database)?,
                log: Some(length(&log)?),
                free: Some(disk.f_bavail.saturating_mul(disk.f_frsize)),
            })
        };
        // A disk that hangs must not keep a thread of the runtime.
        let found = tokio::task::spawn_blocking(read).await.map_err(crate::error::closed)?;
        found.map_err(StorageError::unavailable)
    }

    async fn facts(&self) -> Result<StoreFacts, StorageError> {
        let read = |connection: &rusqlite::Connection| {
            let mut statement = connection.prepare_cached(OLDEST).map_err(sqlite)?;
            query::one(&mut statement, [], |row| {
                let cells = Cells::events(row);
                let oldest = cells.get::<Option<[u8; 14]>>("oldest")?;
                oldest.map(|_| cells.event_id("oldest").map(EventId::made_at)).transpose()
            })
        };
        let oldest_event = self.readers.read(read).await?;
        Ok(StoreFacts { version: rusqlite::version().into(), oldest_event, partitions: Vec::new() })
    }

    async fn open_replays(&self) -> Result<OpenReplays, StorageError> {
        let read = |connection: &rusqlite::Connection| {
            let mut statement = connection.prepare_cached(OPEN_REPLAYS).map_err(sqlite)?;
            let count = |row: &rusqlite::Row<'_>| Ok(OpenReplays { running: row.get(0)?, paused: row.get(1)? });
            statement.query_row([], count).map_err(sqlite)
        };
        self.readers.read(read).await
    }

    fn pools(&self) -> Vec<PoolUse> {
        let (idle, in_use, max) = self.readers.usage();
        vec![PoolUse { pool: "read", idle, in_use, max }]
    }
}

/// The length of a file. Does not ask for its times; see [`crate::identity`].
#[cfg(target_os = "linux")]
fn length(path: &Path) -> io::Result<u64> {
    use rustix::fs::{AtFlags, CWD, StatxFlags, statx};
    Ok(statx(CWD, path, AtFlags::empty(), StatxFlags::SIZE)?.stx_size)
}

#[cfg(not(target_os = "linux"))]
fn length(path: &Path) -> io::Result<u64> {
    std::fs::metadata(path).map(|metadata| metadata.len())
}
