//! Counts of publications by tenant, day and event type. The commit of the first event of a type on a day also writes
//! its count; later increments are gathered in memory and flushed within a second, which saves a statement per commit.

mod gathered;

pub(crate) use gathered::Gathered;

use crate::{
    Inner, PgStore,
    cells::Cells,
    commit,
    connect::{As, Fault, READ_BY_INDEX, Tx, WRITE_BY_INDEX, params},
    error, rows,
    tenants::THERE,
};
use async_trait::async_trait;
use model::{EventType, TenantId, Timestamp};
use std::{sync::Arc, time::Duration};
use storage::{Publication, PublicationCounts, Publications, StorageError, day_of};
use tokio_postgres::Row;

const SUMS: &str = "p.event_type, sum(p.published)::bigint AS published, sum(p.misfits)::bigint AS misfits,
    max(p.last_at) AS last_at";
const MOST_FIRST: &str = "GROUP BY p.event_type ORDER BY 2 DESC, 1 LIMIT $2";

/// Rows per statement.
const PIECE: i64 = 2_000;

/// Flush interval of gathered counts, and thus the maximum loss by a `kill -9`.
const GATHER: Duration = Duration::from_secs(1);

/// Adds to the rows of the commit's own shard; see the migration. The tenant may have been deleted since.
pub(crate) const COUNT: &str = "INSERT INTO postrider.publications AS p (shard, tenant_id, day, event_type, published,
    misfits, last_at)
    SELECT $1, n.* FROM unnest($2::text[], $3::integer[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[])
        AS n (tenant_id, day, event_type)
    WHERE (SELECT NOT deleting FROM postrider.tenants t WHERE t.id = n.tenant_id) ORDER BY 2, 3, 4
    ON CONFLICT (tenant_id, day, event_type, shard) DO UPDATE SET published = p.published + excluded.published,
    misfits = p.misfits + excluded.misfits, last_at = greatest(p.last_at, excluded.last_at)";

/// The last day to which no node adds any more. (A node's clock is the database's. Late increments are merged by the
/// next round.)
const OVER: &str = "(now() AT TIME ZONE 'UTC')::date - date '1970-01-01' - 2";

fn read(row: &Row) -> Result<Publication, StorageError> {
    let cells = Cells::publications(row);
    Ok(Publication {
        event_type: EventType::trusted(cells.get("event_type")),
        published: cells.number::<i64, u64>("published")?,
        misfits: cells.number::<i64, u64>("misfits")?,
        last_at: cells.time("last_at"),
    })
}

/// Adds the increments of one commit.
pub(crate) async fn write(tx: &Tx, shard: i16, tally: &PublicationCounts) -> Result<(), Fault> {
    if tally.is_empty() {
        return Ok(());
    }
    let tenants: Vec<&str> = tally.iter().map(|(tenant, ..)| tenant.as_str()).collect();
    let days: Vec<i32> = tally.iter().map(|(_, day, ..)| day).collect();
    let types: Vec<&str> = tally.iter().map(|(.., event_type, _)| event_type.as_str()).collect();
    let published: Vec<i64> = tally.iter().map(|(.., added)| added.published as i64).collect();
    let misfits: Vec<i64> = tally.iter().map(|(.., added)| added.misfits as i64).collect();
    let last: Vec<i64> = tally.iter().map(|(.., added)| added.last_at.micros()).collect();
    let values = params![
        shard => INT2, tenants => TEXT_ARRAY, days => INT4_ARRAY, types => TEXT_ARRAY, published => INT8_ARRAY,
        misfits => INT8_ARRAY, last => INT8_ARRAY,
    ];
    tx.query(COUNT, values).await.map(drop)
}

/// The counts of a commit: written by it if one of them has no row yet, else by the next flush.
pub(crate) struct Counting {
    tally: PublicationCounts,
    now: bool,
}

impl Counting {
    pub(crate) fn of(store: &PgStore, tally: PublicationCounts) -> Self {
        let now = store.0.gathered.lock().is_first(&tally);
        Self { tally, now }
    }

    pub(crate) async fn write(&self, tx: &Tx, shard: i16) -> Result<(), Fault> {
        if self.now { write(tx, shard, &self.tally).await } else { Ok(()) }
    }

    /// Called after the commit.
    pub(crate) fn committed(self, store: &PgStore) {
        let mut gathered = store.0.gathered.lock();
        if self.now {
            gathered.written(&self.tally);
            return;
        }
        gathered.add(self.tally);
        if gathered.is_empty() || std::mem::replace(&mut gathered.awaited, true) {
            return;
        }
        let store = Arc::downgrade(&store.0);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(GATHER).await;
                let Some(store) = store.upgrade().map(PgStore) else { return };
                if store.0.pool.is_closed() {
                    return;
                }
                if let Err(fault) = store.flush_publications().await {
                    tracing::warn!(error = %fault, "failed to flush the counts of publications; retrying");
                }
                let mut gathered = store.0.gathered.lock();
                if gathered.is_empty() {
                    gathered.awaited = false;
                    return;
                }
            }
        });
    }
}

impl PgStore {
    /// Flushes the gathered counts. A concurrent call waits for the running flush, so that all counts are written when
    /// it returns.
    pub(crate) async fn flush_publications(&self) -> Result<(), StorageError> {
        let Inner { gathered, flushing, .. } = &*self.0;
        let _turn = flushing.lock().await;
        let tally = gathered.lock().take();
        if tally.is_empty() {
            return Ok(());
        }
        let written = async {
            let tx = Tx::open(self.0.pool.get().await.map_err(error::pool)?);
            // Takes the lock of a commit, so that the deletion of a tenant waits for it.
            tx.client().batch_execute(&commit::begin(self.0.must_sync)).await.map_err(error::postgres)?;
            write(&tx, self.shard(), &tally).await?;
            Ok(tx)
        };
        let tx = match written.await {
            Ok(tx) => tx,
            Err(fault) => {
                gathered.lock().add(tally);
                return Err(fault);
            }
        };
        // After a broken connection the flush may have been committed: rather lose counts than count twice.
        Ok(tx.commit().await?)
    }
}

#[async_trait]
impl Publications for PgStore {
    async fn publications(
        &self,
        tenant: &TenantId,
        since: Timestamp,
        limit: u32,
    ) -> Result<Vec<Publication>, StorageError> {
        self.flush_publications().await?;
        let sql = format!(
            "SELECT {SUMS} FROM postrider.publications p WHERE p.tenant_id = $1 AND p.day >= $3 AND {THERE} {MOST_FIRST}"
        );
        let values = params![tenant.as_str() => TEXT, i64::from(limit) => INT8, day_of(since) => INT4];
        self.read(As::Tenant(tenant), &sql, values).await?.iter().map(read).collect()
    }

    async fn all_publications(&self, since: Timestamp, limit: u32) -> Result<Vec<Publication>, StorageError> {
        self.flush_publications().await?;
        // Tenant by tenant, so that only those days of each are read.
        let sql = format!(
            "SELECT {SUMS} FROM postrider.tenants t, LATERAL (
                 SELECT * FROM postrider.publications p WHERE p.tenant_id = t.id AND p.day >= $1 OFFSET 0) p
             WHERE NOT t.deleting {MOST_FIRST}"
        );
        let values = params![day_of(since) => INT4, i64::from(limit) => INT8];
        self.read_in(READ_BY_INDEX, As::Worker, &sql, values).await?.iter().map(read).collect()
    }

    async fn tidy_publications(&self, before: Timestamp) -> Result<(), StorageError> {
        let piece = |days: &str| {
            format!(
                "SELECT p.tenant_id, p.day, p.event_type, p.shard FROM postrider.tenants t, LATERAL (
                     SELECT * FROM postrider.publications p WHERE p.tenant_id = t.id AND {days} LIMIT {PIECE}) p
                 LIMIT {PIECE}"
            )
        };
        let gone = "DELETE FROM postrider.publications p USING old o WHERE p.tenant_id = o.tenant_id AND p.day = o.day
                    AND p.event_type = o.event_type AND p.shard = o.shard";
        let old = piece("p.day < $1");
        let remove = format!("WITH old AS ({old}), gone AS ({gone} RETURNING 1) SELECT count(*) AS rows FROM gone");
        let apart = piece(&format!("p.day BETWEEN greatest($1, {OVER} - 7) AND {OVER} AND p.shard >= 0"));
        let join = format!(
            "WITH old AS ({apart}), gone AS ({gone} RETURNING p.*),
             joined AS (
                 INSERT INTO postrider.publications AS p (tenant_id, day, event_type, shard, published, misfits, last_at)
                 SELECT tenant_id, day, event_type, -1, sum(published), sum(misfits), max(last_at) FROM gone
                 GROUP BY tenant_id, day, event_type ORDER BY 1, 2, 3
                 ON CONFLICT (tenant_id, day, event_type, shard) DO UPDATE SET
                 published = p.published + excluded.published, misfits = p.misfits + excluded.misfits,
                 last_at = greatest(p.last_at, excluded.last_at))
             SELECT count(*) AS rows FROM gone"
        );
        for sql in [remove, join] {
            loop {
                let day = params![day_of(before) => INT4];
                let done = self.write_in(WRITE_BY_INDEX, As::Worker, &sql, day).await?;
                if rows::count::<i64>(&done) < PIECE {
                    break;
                }
            }
        }
        Ok(())
    }

    async fn read_publications(&self, tenant: &TenantId) -> Result<Vec<(i32, Publication)>, StorageError> {
        self.flush_publications().await?;
        let sql = format!(
            "SELECT p.tenant_id, p.day, {SUMS} FROM postrider.publications p WHERE p.tenant_id = $1 AND {THERE}
             GROUP BY p.tenant_id, p.day, p.event_type ORDER BY p.day, p.event_type"
        );
        let rows = self.read(As::Tenant(tenant), &sql, params![tenant.as_str() => TEXT]).await?;
        rows.iter().map(|row| Ok((row.get("day"), read(row)?))).collect()
    }

    async fn write_publications(&self, tenant: &TenantId, days: Vec<(i32, Publication)>) -> Result<(), StorageError> {
        let sql = format!(
            "INSERT INTO postrider.publications (tenant_id, shard, day, event_type, published, misfits, last_at)
             SELECT $1, -1, n.* FROM unnest($2::integer[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[]) AS n
             WHERE {THERE} ON CONFLICT DO NOTHING"
        );
        let types: Vec<&str> = days.iter().map(|(_, one)| one.event_type.as_str()).collect();
        let published: Vec<i64> = days.iter().map(|(_, one)| one.published as i64).collect();
        let misfits: Vec<i64> = days.iter().map(|(_, one)| one.misfits as i64).collect();
        let last: Vec<i64> = days.iter().map(|(_, one)| one.last_at.micros()).collect();
        let days: Vec<i32> = days.iter().map(|(day, _)| *day).collect();
        let values = params![
            tenant.as_str() => TEXT, days => INT4_ARRAY, types => TEXT_ARRAY, published => INT8_ARRAY,
            misfits => INT8_ARRAY, last => INT8_ARRAY,
        ];
        self.write(As::Tenant(tenant), &sql, values).await?;
        Ok(())
    }
}
