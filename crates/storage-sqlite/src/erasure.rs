//! Erasure of payloads.

use crate::{
    SqliteStore,
    cells::Cells,
    codes::{CANCELLED, WAITS},
    error::sqlite,
    existence, query, rows,
    statistics::changes::Changes,
};
use async_trait::async_trait;
use const_format::formatcp;
use model::{DeliveryId, EventId, TenantId, Timestamp};
use rusqlite::{CachedStatement, Connection, OptionalExtension, Transaction, TransactionBehavior::Immediate};
use storage::{EraseStep, ErasedByAge, Erasure, ErasureOutcome, PAYLOAD_ERASED, StorageError, codec};

/// The part of a column's error text that quotes nothing: see [`model::attempt::unquoted`].
const UNQUOTED: &str = "CASE instr(error, ': ') WHEN 0 THEN error ELSE substr(error, 1, instr(error, ': ') - 1) END";

#[async_trait]
impl Erasure for SqliteStore {
    async fn erase_payload(
        &self,
        tenant: &TenantId,
        event: EventId,
        after: Option<DeliveryId>,
        rows: usize,
        now: Timestamp,
    ) -> Result<ErasureOutcome, StorageError> {
        let tenant = tenant.clone();
        let erase = move |tx: &Transaction<'_>| {
            if !existence::exists(tx, &tenant)? {
                return Ok(ErasureOutcome::Missing);
            }
            let mut erasing = Erasing::prepare(tx, &tenant, now).map_err(sqlite)?;
            let Some(erased_at) = erasing.mark(event).map_err(sqlite)? else {
                erasing.finish(event).map_err(sqlite)?;
                return Ok(ErasureOutcome::Missing);
            };
            if after.is_none() {
                erasing.begin(event).map_err(sqlite)?;
            }
            let (cancelled, next) = erasing.deliveries(event, after, rows)?;
            let mut changes = Changes::new(tx, &tenant);
            cancelled.iter().try_for_each(|id| changes.ended(*id))?;
            changes.write()?;
            let cancelled = cancelled.len() as u64;
            if next.is_none() {
                erasing.finish(event).map_err(sqlite)?;
            }
            Ok(ErasureOutcome::Erased(EraseStep { erased_at, cancelled, next }))
        };
        self.writer.call(move |connection| overwriting(connection, erase)).await
    }

    async fn unfinished_erasures(&self) -> Result<Vec<(TenantId, EventId)>, StorageError> {
        self.readers
            .read(move |connection| {
                let sql = "SELECT tenant_id, event_id FROM erasures";
                let mut statement = connection.prepare_cached(sql).map_err(sqlite)?;
                query::all(&mut statement, [], |row| {
                    let cells = Cells::events(row);
                    Ok((cells.tenant("tenant_id")?, cells.event_id("event_id")?))
                })
            })
            .await
    }

    async fn erase_before(
        &self,
        tenant: &TenantId,
        before: Timestamp,
        after: Option<EventId>,
        rows: usize,
        now: Timestamp,
    ) -> Result<ErasedByAge, StorageError> {
        let tenant = tenant.clone();
        let erase = move |tx: &Transaction<'_>| {
            let mut erased = ErasedByAge { after, ..ErasedByAge::default() };
            if existence::exists(tx, &tenant)? {
                Erasing::prepare(tx, &tenant, now).map_err(sqlite)?.old(tx, before, rows, &mut erased)?;
            }
            Ok(erased)
        };
        self.writer.call(move |connection| overwriting(connection, erase)).await
    }
}

/// Runs a transaction that overwrites what it frees with zeros (`secure_delete`), so that no erased bytes stay in unused
/// parts of the file.
fn overwriting<T>(
    connection: &mut Connection,
    job: impl FnOnce(&Transaction<'_>) -> Result<T, StorageError>,
) -> Result<T, StorageError> {
    connection.pragma_update(None, "secure_delete", true).map_err(sqlite)?;
    let run = |connection: &mut Connection| {
        let tx = connection.transaction_with_behavior(Immediate).map_err(sqlite)?;
        let result = job(&tx)?;
        tx.commit().map_err(sqlite)?;
        Ok(result)
    };
    let result = run(connection);
    connection.pragma_update(None, "secure_delete", false).map_err(sqlite)?;
    result
}

struct Erasing<'c> {
    tenant: &'c str,
    now: Timestamp,
    mark: CachedStatement<'c>,
    begin: CachedStatement<'c>,
    finish: CachedStatement<'c>,
    cut: CachedStatement<'c>,
    cancel: CachedStatement<'c>,
    errors: CachedStatement<'c>,
    attempts: CachedStatement<'c>,
}

impl<'c> Erasing<'c> {
    fn prepare(tx: &'c Transaction<'_>, tenant: &'c TenantId, now: Timestamp) -> rusqlite::Result<Self> {
        const RANGE: &str = "tenant_id = ?1 AND id > ?2 AND id <= ?3";
        Ok(Self {
            tenant: tenant.as_str(),
            now,
            mark: tx.prepare_cached(
                "UPDATE events SET data = x'7b7d', metadata = x'', payload_erased_at = coalesce(payload_erased_at, ?3)
                 WHERE tenant_id = ?1 AND id = ?2 RETURNING payload_erased_at",
            )?,
            begin: tx.prepare_cached("INSERT OR IGNORE INTO erasures (tenant_id, event_id) VALUES (?1, ?2)")?,
            finish: tx.prepare_cached("DELETE FROM erasures WHERE tenant_id = ?1 AND event_id = ?2")?,
            cut: tx
                .prepare_cached(formatcp!("SELECT id FROM deliveries WHERE {RANGE} ORDER BY id LIMIT 1 OFFSET ?4"))?,
            cancel: tx.prepare_cached(formatcp!(
                "UPDATE deliveries SET status = {CANCELLED}, next_attempt_at = NULL, error = '{PAYLOAD_ERASED}',
                 updated_at = ?4 WHERE {RANGE} AND {WAITS} RETURNING tenant_id, id"
            ))?,
            errors: tx.prepare_cached(formatcp!(
                "UPDATE deliveries SET error = {UNQUOTED} WHERE {RANGE} AND instr(error, ': ') > 0"
            ))?,
            attempts: tx.prepare_cached(formatcp!(
                "UPDATE attempts SET request_headers = '', response_headers = '', response_body = x'', request_body = NULL, note = NULL,
                 error = {UNQUOTED} WHERE tenant_id = ?1 AND delivery_id > ?2 AND delivery_id <= ?3"
            ))?,
        })
    }

    /// Erases the event's own columns. Returns the time of its first erasure; `None` when there is no such event.
    fn mark(&mut self, event: EventId) -> rusqlite::Result<Option<Timestamp>> {
        let key = rows::event_key(&event);
        let found = self.mark.query_row((self.tenant, key, self.now.micros()), |row| row.get(0)).optional()?;
        Ok(found.map(Timestamp::from_micros))
    }

    fn begin(&mut self, event: EventId) -> rusqlite::Result<()> {
        self.begin.execute((self.tenant, rows::event_key(&event))).map(drop)
    }

    fn finish(&mut self, event: EventId) -> rusqlite::Result<()> {
        self.finish.execute((self.tenant, rows::event_key(&event))).map(drop)
    }

    /// Cancels and erases up to `rows` deliveries after `after`. Returns the cancelled ones, and the last delivery of
    /// this step when there may be more.
    fn deliveries(
        &mut self,
        event: EventId,
        after: Option<DeliveryId>,
        rows: usize,
    ) -> Result<(Vec<DeliveryId>, Option<DeliveryId>), StorageError> {
        let (_, last) = event.delivery_range();
        // All deliveries have greater ids than their event.
        let low = after.as_ref().map_or(event.bytes(), DeliveryId::bytes);
        let offset = rows.saturating_sub(1);
        let cut: Option<[u8; 16]> = self
            .cut
            .query_row((self.tenant, low, last.bytes(), offset), |row| row.get(0))
            .optional()
            .map_err(sqlite)?;
        let cut = cut.map(DeliveryId::from_bytes);
        let high = cut.unwrap_or(last);
        let range = (self.tenant, low, high.bytes());
        let values = (range.0, range.1, range.2, self.now.micros());
        let cancelled = query::all(&mut self.cancel, values, |row| Cells::deliveries(row).delivery_id("id"))?;
        self.errors.execute(range).map_err(sqlite)?;
        self.attempts.execute(range).map_err(sqlite)?;
        Ok((cancelled, cut))
    }

    /// Erases events created before `before`, after `erased.after`.
    fn old(
        &mut self,
        tx: &Transaction<'_>,
        before: Timestamp,
        rows: usize,
        erased: &mut ErasedByAge,
    ) -> Result<(), StorageError> {
        let (_, bound) = codec::id_bounds(None, Some(before));
        // Rows of erased events are read too, without their data.
        let sql = "SELECT tenant_id, id AS event_id, payload_erased_at IS NOT NULL AS is_erased FROM events
                   WHERE tenant_id = ?1 AND id > ?2 AND id < ?3 ORDER BY id LIMIT ?4";
        let mut old = tx.prepare_cached(sql).map_err(sqlite)?;
        let mut waits = tx
            .prepare_cached(formatcp!(
                "SELECT 1 FROM deliveries WHERE tenant_id = ?1 AND id BETWEEN ?2 AND ?3 AND {WAITS} LIMIT 1"
            ))
            .map_err(sqlite)?;
        let last: &[u8] = erased.after.as_ref().map_or(&[], |id| rows::event_key(id));
        let found = query::all(&mut old, (self.tenant, last, &bound[..14], rows), |row| {
            let cells = Cells::events(row);
            Ok((cells.event_id("event_id")?, cells.flag("is_erased")?))
        })?;
        erased.more = found.len() == rows;
        let mut left = rows;
        for (event, is_erased) in found {
            if left == 0 {
                erased.more = true;
                break;
            }
            let (_, last) = event.delivery_range();
            let range = (self.tenant, event.bytes(), last.bytes());
            if is_erased {
                // Erased by an earlier round or on request.
            } else if waits.exists(range).map_err(sqlite)? {
                erased.kept += 1;
            } else {
                self.mark(event).map_err(sqlite)?;
                self.errors.execute(range).map_err(sqlite)?;
                self.attempts.execute(range).map_err(sqlite)?;
                left = left.saturating_sub(1);
                erased.events += 1;
            }
            erased.after = Some(event);
        }
        Ok(())
    }
}
