//! Retention: removal of events that are older than the installation keeps.

use crate::{SqliteStore, cells::Cells, error::sqlite, marks, query, rows};
use async_trait::async_trait;
use model::{EventId, TenantId, Timestamp};
use rusqlite::{CachedStatement, OptionalExtension, Transaction};
use std::time::Duration;
use storage::{Removed, Retention, StorageError, codec};

#[async_trait]
impl Retention for SqliteStore {
    async fn believed_time(&self) -> Result<Option<Timestamp>, StorageError> {
        self.readers
            .read(move |connection| {
                let sql = "SELECT name, value FROM meta WHERE name = 'believed_time'";
                let mut statement = connection.prepare_cached(sql).map_err(sqlite)?;
                let kept = query::first(&mut statement, [], |row| Cells::meta(row).get("value"))?;
                Ok(kept.map(|micros| Timestamp::from_micros(i64::from_be_bytes(micros))))
            })
            .await
    }

    async fn keep_believed_time(&self, time: Timestamp) -> Result<(), StorageError> {
        let value = time.micros().to_be_bytes();
        let sql = "INSERT OR REPLACE INTO meta (name, value) VALUES ('believed_time', ?1)";
        self.writer.transaction(move |tx| tx.execute(sql, [value]).map(drop).map_err(sqlite)).await
    }

    async fn newest_event(&self, until: Timestamp) -> Result<Option<Timestamp>, StorageError> {
        let (_, bound) = codec::id_bounds(None, Some(until.after(Duration::from_millis(1))));
        self.readers
            .read(move |connection| {
                let sql = "SELECT max((SELECT max(id) FROM events WHERE tenant_id = t.id AND id < ?1)) AS newest
                           FROM tenants t";
                let mut statement = connection.prepare_cached(sql).map_err(sqlite)?;
                query::one(&mut statement, [&bound[..14]], |row| {
                    let cells = Cells::events(row);
                    let newest = cells.get::<Option<[u8; 14]>>("newest")?;
                    newest.map(|_| cells.event_id("newest").map(EventId::made_at)).transpose()
                })
            })
            .await
    }

    async fn tenants_with_events_before(&self, before: Timestamp) -> Result<Vec<TenantId>, StorageError> {
        let (_, bound) = codec::id_bounds(None, Some(before));
        self.readers
            .read(move |connection| {
                let sql = "SELECT id FROM tenants t WHERE deleting = 0 AND EXISTS
                           (SELECT 1 FROM events WHERE tenant_id = t.id AND id < ?1)";
                let mut statement = connection.prepare_cached(sql).map_err(sqlite)?;
                query::all(&mut statement, [&bound[..14]], |row| Cells::tenants(row).tenant("id"))
            })
            .await
    }

    async fn remove_before(
        &self,
        tenant: &TenantId,
        before: Timestamp,
        after: Option<EventId>,
        rows: usize,
    ) -> Result<Removed, StorageError> {
        let (nothing, marks) = (Removed { after, ..Removed::default() }, self.marks.clone());
        let (_, bound) = codec::id_bounds(None, Some(before));
        self.writer
            .transaction_of(tenant, nothing, move |tx, tenant| {
                if after.is_none() {
                    marks::cut(tx, tenant, &bound).map_err(sqlite)?;
                }
                // Before the removal: an unnecessary recount does no harm.
                marks.lock().removed(tenant, &bound);
                Removal::prepare(tx, tenant).map_err(sqlite)?.run(before, after, rows)
            })
            .await
    }
}

struct Removal<'c> {
    tenant: &'c str,
    old: CachedStatement<'c>,
    waits: CachedStatement<'c>,
    cut: CachedStatement<'c>,
    attempts: CachedStatement<'c>,
    deliveries: CachedStatement<'c>,
    keys: CachedStatement<'c>,
    event: CachedStatement<'c>,
}

impl<'c> Removal<'c> {
    fn prepare(tx: &'c Transaction<'_>, tenant: &'c TenantId) -> rusqlite::Result<Self> {
        Ok(Self {
            tenant: tenant.as_str(),
            old: tx.prepare_cached(
                "SELECT tenant_id, id AS event_id FROM events WHERE tenant_id = ?1 AND id > ?2 AND id < ?3
                 ORDER BY id LIMIT ?4",
            )?,
            waits: tx.prepare_cached(
                "SELECT 1 FROM deliveries WHERE tenant_id = ?1 AND id BETWEEN ?2 AND ?3
                 AND next_attempt_at IS NOT NULL LIMIT 1",
            )?,
            cut: tx.prepare_cached(
                "SELECT id FROM deliveries WHERE tenant_id = ?1 AND id BETWEEN ?2 AND ?3
                 ORDER BY id LIMIT 1 OFFSET ?4",
            )?,
            attempts: tx
                .prepare_cached("DELETE FROM attempts WHERE tenant_id = ?1 AND delivery_id BETWEEN ?2 AND ?3")?,
            deliveries: tx.prepare_cached("DELETE FROM deliveries WHERE tenant_id = ?1 AND id BETWEEN ?2 AND ?3")?,
            keys: tx.prepare_cached("DELETE FROM event_keys WHERE tenant_id = ?1 AND event_id = ?2")?,
            event: tx.prepare_cached("DELETE FROM events WHERE tenant_id = ?1 AND id = ?2")?,
        })
    }

    fn run(mut self, before: Timestamp, after: Option<EventId>, rows: usize) -> Result<Removed, StorageError> {
        let mut removed = Removed { after, ..Removed::default() };
        let (_, bound) = codec::id_bounds(None, Some(before));
        let last: &[u8] = after.as_ref().map_or(&[], |id| rows::event_key(id));
        let values = (self.tenant, last, &bound[..14], rows);
        let old = query::all(&mut self.old, values, |row| Cells::events(row).event_id("event_id"))?;
        let mut left = rows;
        removed.more = old.len() == rows;
        for event in old {
            if left == 0 || !self.remove(event, &mut left, &mut removed).map_err(sqlite)? {
                removed.more = true;
                break;
            }
            removed.after = Some(event);
        }
        Ok(removed)
    }

    /// Removes an event. Returns `false` when it has more deliveries than `left` allows and was removed only in part.
    fn remove(&mut self, event: EventId, left: &mut usize, removed: &mut Removed) -> rusqlite::Result<bool> {
        let (first, last) = event.delivery_range();
        *left -= 1;
        if self.waits.exists((self.tenant, first.bytes(), last.bytes()))? {
            return Ok(true);
        }
        let cut: Option<[u8; 16]> =
            self.cut.query_row((self.tenant, first.bytes(), last.bytes(), *left), |row| row.get(0)).optional()?;
        // Up to and including the delivery at the cut, so that every step advances.
        let last = cut.as_ref().unwrap_or_else(|| last.bytes());
        self.attempts.execute((self.tenant, first.bytes(), last))?;
        let gone = self.deliveries.execute((self.tenant, first.bytes(), last))?;
        removed.deliveries += gone as u64;
        *left = left.saturating_sub(gone);
        if cut.is_some() {
            return Ok(false);
        }
        self.keys.execute((self.tenant, rows::event_key(&event)))?;
        self.event.execute((self.tenant, rows::event_key(&event)))?;
        removed.events += 1;
        Ok(true)
    }
}
