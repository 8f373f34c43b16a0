//! Counts of publications by tenant, day and event type.

use crate::{SqliteStore, cells::Cells, error::sqlite, query};
use async_trait::async_trait;
use model::{EventType, TenantId, Timestamp};
use rusqlite::{CachedStatement, Row, Transaction};
use storage::{Publication, PublicationCounts, Publications, StorageError, day_of};

/// Rows per transaction, so that other writes do not wait long.
const PIECE: usize = 2_000;

const SUMS: &str = "p.event_type AS event_type, sum(p.published) AS published, sum(p.misfits) AS misfits,
    max(p.last_at) AS last_at";
const MOST_FIRST: &str = "GROUP BY p.event_type ORDER BY 2 DESC, 1 LIMIT ?2";

/// Old counts, tenant by tenant along the primary key, because no index begins with the day.
const OLD: &str = "SELECT p.tenant_id, p.day, p.event_type FROM tenants t CROSS JOIN publications p
    WHERE p.tenant_id = t.id AND p.day < ?1 LIMIT ?2";

fn read(row: &Row<'_>) -> Result<Publication, StorageError> {
    let cells = Cells::publications(row);
    Ok(Publication {
        event_type: EventType::trusted(cells.text("event_type")?),
        published: cells.get("published")?,
        misfits: cells.get("misfits")?,
        last_at: cells.time("last_at")?,
    })
}

pub(crate) fn prepare<'c>(tx: &'c Transaction<'_>) -> rusqlite::Result<CachedStatement<'c>> {
    tx.prepare_cached(
        "INSERT INTO publications (tenant_id, day, event_type, published, misfits, last_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (tenant_id, day, event_type) DO UPDATE SET
         published = published + ?4, misfits = misfits + ?5, last_at = max(last_at, ?6)",
    )
}

/// Adds the increments of one batch.
pub(crate) fn write(count: &mut CachedStatement<'_>, tally: &PublicationCounts) -> rusqlite::Result<()> {
    for (tenant, day, event_type, added) in tally.iter() {
        let last_at = added.last_at.micros();
        count.execute((tenant.as_str(), day, event_type.as_str(), added.published, added.misfits, last_at))?;
    }
    Ok(())
}

#[async_trait]
impl Publications for SqliteStore {
    async fn publications(
        &self,
        tenant: &TenantId,
        since: Timestamp,
        limit: u32,
    ) -> Result<Vec<Publication>, StorageError> {
        self.readers
            .read_of(tenant, move |connection, tenant| {
                let sql =
                    format!("SELECT {SUMS} FROM publications p WHERE p.tenant_id = ?3 AND p.day >= ?1 {MOST_FIRST}");
                let mut statement = connection.prepare_cached(&sql).map_err(sqlite)?;
                query::all(&mut statement, (day_of(since), limit, tenant.as_str()), read)
            })
            .await
    }

    async fn all_publications(&self, since: Timestamp, limit: u32) -> Result<Vec<Publication>, StorageError> {
        self.readers
            .read(move |connection| {
                let sql = format!(
                    "SELECT {SUMS} FROM tenants t CROSS JOIN publications p
                     WHERE t.deleting = 0 AND p.tenant_id = t.id AND p.day >= ?1 {MOST_FIRST}"
                );
                let mut statement = connection.prepare_cached(&sql).map_err(sqlite)?;
                query::all(&mut statement, (day_of(since), limit), read)
            })
            .await
    }

    async fn tidy_publications(&self, before: Timestamp) -> Result<(), StorageError> {
        let day = day_of(before);
        loop {
            // Look for old counts on a reader first: mostly there are none, and the writer stays free.
            let any = self.readers.read(move |connection| {
                let mut statement = connection.prepare_cached(OLD).map_err(sqlite)?;
                statement.exists((day, 1)).map_err(sqlite)
            });
            if !any.await? {
                return Ok(());
            }
            let sql = format!("DELETE FROM publications WHERE (tenant_id, day, event_type) IN ({OLD})");
            self.writer.transaction(move |tx| tx.execute(&sql, (day, PIECE)).map_err(sqlite)).await?;
        }
    }

    async fn read_publications(&self, tenant: &TenantId) -> Result<Vec<(i32, Publication)>, StorageError> {
        self.readers
            .read_of(tenant, |connection, tenant| {
                let sql = "SELECT tenant_id, day, event_type, published, misfits, last_at FROM publications
                           WHERE tenant_id = ?1 ORDER BY day, event_type";
                let mut statement = connection.prepare_cached(sql).map_err(sqlite)?;
                query::all(&mut statement, [tenant.as_str()], |row| {
                    Ok((Cells::publications(row).get("day")?, read(row)?))
                })
            })
            .await
    }

    async fn write_publications(&self, tenant: &TenantId, days: Vec<(i32, Publication)>) -> Result<(), StorageError> {
        self.writer
            .transaction_of(tenant, (), move |tx, tenant| {
                let sql = "INSERT OR IGNORE INTO publications (tenant_id, day, event_type, published, misfits, last_at)
                           VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
                let mut statement = tx.prepare_cached(sql).map_err(sqlite)?;
                for (day, one) in &days {
                    let (event_type, last_at) = (one.event_type.as_str(), one.last_at.micros());
                    statement
                        .execute((tenant.as_str(), day, event_type, one.published, one.misfits, last_at))
                        .map_err(sqlite)?;
                }
                Ok(())
            })
            .await
    }
}
