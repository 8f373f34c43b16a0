//! Erasure of payloads.

use crate::{
    PgStore,
    cells::Cells,
    codes::CANCELLED,
    connect::{As, Fault, Tx, WRITE_BY_INDEX, params},
    rows, statistics,
    tenants::THERE,
};
use async_trait::async_trait;
use const_format::formatcp;
use model::{DeliveryId, EventId, TenantId, Timestamp};
use storage::{EraseStep, ErasedByAge, Erasure, ErasureOutcome, PAYLOAD_ERASED, StorageError, codec};
use uuid::Uuid;

/// Finds an event whose payload was erased. The lock keeps a concurrent erasure waiting until this transaction has ended,
/// so that it sees its rows.
pub(crate) const IS_ERASED: &str = "SELECT 1 FROM (
        SELECT payload_erased_at FROM postrider.events WHERE tenant_id = $1 AND id = $2 FOR SHARE) e
    WHERE payload_erased_at IS NOT NULL";

/// The part of a column's error text that quotes nothing: see [`model::attempt::unquoted`].
const UNQUOTED: &str = "split_part(error, ': ', 1)";

/// Locks the event until the transaction has ended.
pub(crate) const MARK: &str = "UPDATE postrider.events SET data = '{}', metadata = '',
    payload_erased_at = coalesce(payload_erased_at, $3)
    WHERE tenant_id = $1 AND id = $2 AND (SELECT NOT deleting FROM postrider.tenants WHERE id = $1)
    RETURNING payload_erased_at";

/// The last delivery of a step: the one of number `$4` after `$2`.
pub(crate) const CUT: &str = "SELECT id FROM (
        (SELECT id FROM postrider.waiting WHERE tenant_id = $1 AND id > $2 AND id <= $3 ORDER BY id LIMIT $4)
        UNION ALL
        (SELECT id FROM postrider.deliveries WHERE tenant_id = $1 AND id > $2 AND id <= $3 ORDER BY id LIMIT $4)
    ) d ORDER BY id LIMIT 1 OFFSET $4 - 1";

pub(crate) const CANCEL: &str = formatcp!(
    "WITH gone AS (
        DELETE FROM postrider.waiting WHERE tenant_id = $1 AND id > $2 AND id <= $3 RETURNING {columns}
    ), logged AS (
        INSERT INTO postrider.deliveries ({columns}) SELECT tenant_id, id, subscription_id, event_type, given_id,
            {CANCELLED}, attempts, earlier_attempts, $4, response_code, '{PAYLOAD_ERASED}', duration_us FROM gone
    )
    SELECT tenant_id, id, subscription_id, event_type FROM gone",
    columns = rows::BOTH
);

pub(crate) const ERRORS: &str = formatcp!(
    "UPDATE postrider.deliveries SET error = {UNQUOTED}
    WHERE tenant_id = $1 AND id > $2 AND id <= $3 AND position(': ' IN error) > 0"
);

pub(crate) const ATTEMPTS: &str = formatcp!(
    "UPDATE postrider.attempts SET request_headers = '', response_headers = '', response_body = '', request_body = NULL, note = NULL,
    error = {UNQUOTED} WHERE tenant_id = $1 AND delivery_id > $2 AND delivery_id <= $3"
);

/// Events before `$3` and after `$2`, with whether they are erased or wait.
pub(crate) const OLD: &str = formatcp!(
    "SELECT e.tenant_id, e.id AS event_id, e.payload_erased_at IS NOT NULL AS is_erased
    FROM postrider.events e WHERE e.tenant_id = $1 AND e.id > $2 AND e.id < $3 AND {THERE} ORDER BY e.id LIMIT $4"
);

/// The first of a range of waiting deliveries.
const WAITS: &str = "SELECT 1 FROM postrider.waiting WHERE tenant_id = $1 AND id > $2 AND id <= $3 ORDER BY id LIMIT 1";

/// Tries of a transaction that deadlocked with the journal.
const TRIES: usize = 5;

/// A range of deliveries, without its lower bound.
#[derive(Clone, Copy)]
struct Range<'a> {
    tenant: &'a TenantId,
    after: Uuid,
    to: Uuid,
}

impl<'a> Range<'a> {
    /// The deliveries of an event after `after`. All of them have greater ids than their event.
    fn of(tenant: &'a TenantId, event: EventId, after: Option<DeliveryId>) -> Self {
        let (_, last) = event.delivery_range();
        Self { tenant, after: after.map_or(event.uuid(), DeliveryId::uuid), to: last.uuid() }
    }

    /// Erases the attempts of ended deliveries.
    async fn erase(self, tx: &Tx) -> Result<(), Fault> {
        for sql in [ERRORS, ATTEMPTS] {
            tx.query(sql, params![self.tenant.as_str() => TEXT, self.after => UUID, self.to => UUID]).await?;
        }
        Ok(())
    }
}

/// Erases the event's own columns. Returns the time of its first erasure; `None` when there is no such event.
async fn mark(tx: &Tx, tenant: &TenantId, event: EventId, now: Timestamp) -> Result<Option<Timestamp>, Fault> {
    let values = params![tenant.as_str() => TEXT, event.uuid() => UUID, now.micros() => INT8];
    let found = tx.query(MARK, values).await?;
    Ok(found.first().map(|row| Timestamp::from_micros(row.get("payload_erased_at"))))
}

/// Notes that the erasure of an event began or ended; other nodes look for new rows.
async fn note(tx: &Tx, tenant: &TenantId, event: EventId, is_done: bool) -> Result<(), Fault> {
    let note = "INSERT INTO postrider.erasures (tenant_id, event_id, is_done) VALUES ($1, $2, $3)
                ON CONFLICT (tenant_id, event_id) DO UPDATE SET is_done = $3, noted_at = clock_timestamp()";
    tx.query(note, params![tenant.as_str() => TEXT, event.uuid() => UUID, is_done => BOOL]).await?;
    tx.query("SELECT pg_notify('postrider', 'erasures')", &[]).await?;
    Ok(())
}

async fn step(
    store: &PgStore,
    (tenant, event): (&TenantId, EventId),
    after: Option<DeliveryId>,
    rows: usize,
    now: Timestamp,
) -> Result<ErasureOutcome, Fault> {
    let tx = Tx::begin(&store.0.pool, As::Worker).await?;
    let Some(erased_at) = mark(&tx, tenant, event, now).await? else {
        let sql = "DELETE FROM postrider.erasures WHERE tenant_id = $1 AND event_id = $2";
        tx.query(sql, params![tenant.as_str() => TEXT, event.uuid() => UUID]).await?;
        tx.commit().await?;
        return Ok(ErasureOutcome::Missing);
    };
    let mut range = Range::of(tenant, event, after);
    let values = params![tenant.as_str() => TEXT, range.after => UUID, range.to => UUID, rows.max(1) as i64 => INT8];
    let cut = tx.query(CUT, values).await?.first().map(|row| Cells::waiting(row).delivery_id("id"));
    range.to = cut.map_or(range.to, DeliveryId::uuid);
    let values = params![tenant.as_str() => TEXT, range.after => UUID, range.to => UUID, now.micros() => INT8];
    let gone = tx.query(CANCEL, values).await?;
    statistics::changes::cancelled(store, &tx, tenant, &gone, now).await?;
    let cancelled = gone.len() as u64;
    range.erase(&tx).await?;
    if after.is_none() || cut.is_none() {
        note(&tx, tenant, event, cut.is_none()).await?;
    }
    tx.commit().await?;
    Ok(ErasureOutcome::Erased(EraseStep { erased_at, cancelled, next: cut }))
}

async fn step_before(
    store: &PgStore,
    tenant: &TenantId,
    before: Timestamp,
    after: Option<EventId>,
    rows: usize,
    now: Timestamp,
) -> Result<ErasedByAge, Fault> {
    let mut erased = ErasedByAge { after, ..ErasedByAge::default() };
    let (_, bound) = codec::id_bounds(None, Some(before));
    let from = after.map_or(Uuid::nil(), EventId::uuid);
    let tx = Tx::begin(&store.0.pool, As::Worker).await?;
    let values = params![tenant.as_str() => TEXT, from => UUID, rows::uuid(&bound) => UUID, rows as i64 => INT8];
    let old = tx.query(OLD, values).await?;
    erased.more = old.len() == rows;
    for row in &old {
        let event = Cells::events(row).event_id("event_id");
        let range = Range::of(tenant, event, None);
        let waits = params![tenant.as_str() => TEXT, range.after => UUID, range.to => UUID];
        if row.get::<_, bool>("is_erased") {
            // Erased by an earlier round or on request.
        } else if !tx.query(WAITS, waits).await?.is_empty() {
            erased.kept += 1;
        } else {
            mark(&tx, tenant, event, now).await?;
            range.erase(&tx).await?;
            erased.events += 1;
        }
        erased.after = Some(event);
    }
    tx.commit().await?;
    Ok(erased)
}

#[async_trait]
impl Erasure for PgStore {
    async fn erase_payload(
        &self,
        tenant: &TenantId,
        event: EventId,
        after: Option<DeliveryId>,
        rows: usize,
        now: Timestamp,
    ) -> Result<ErasureOutcome, StorageError> {
        let tidy = "DELETE FROM postrider.erasures
                    WHERE is_done AND noted_at < clock_timestamp() - interval '1 minute'";
        if after.is_none() {
            self.write_in(WRITE_BY_INDEX, As::Worker, tidy, &[]).await?;
        }
        let mut tries = 0;
        loop {
            tries += 1;
            match step(self, (tenant, event), after, rows, now).await {
                Err(fault) if fault.is_collision() && tries < TRIES => {}
                done => return Ok(done?),
            }
        }
    }

    async fn unfinished_erasures(&self) -> Result<Vec<(TenantId, EventId)>, StorageError> {
        let sql = "SELECT tenant_id, event_id FROM postrider.erasures WHERE NOT is_done";
        let rows = self.read(As::Worker, sql, &[]).await?;
        Ok(rows
            .iter()
            .map(|row| (Cells::events(row).tenant("tenant_id"), Cells::events(row).event_id("event_id")))
            .collect())
    }

    async fn erase_before(
        &self,
        tenant: &TenantId,
        before: Timestamp,
        after: Option<EventId>,
        rows: usize,
        now: Timestamp,
    ) -> Result<ErasedByAge, StorageError> {
        let mut tries = 0;
        loop {
            tries += 1;
            match step_before(self, tenant, before, after, rows, now).await {
                Err(fault) if fault.is_collision() && tries < TRIES => {}
                done => return Ok(done?),
            }
        }
    }
}

/// Erasures that began or ended in the last ten seconds, by the database's clock.
pub(crate) async fn recent(store: &PgStore) -> Result<Vec<(TenantId, EventId)>, StorageError> {
    let sql =
        "SELECT tenant_id, event_id FROM postrider.erasures WHERE noted_at > clock_timestamp() - interval '10 seconds'";
    let rows = store.read(As::Worker, sql, &[]).await?;
    Ok(rows
        .iter()
        .map(|row| (Cells::events(row).tenant("tenant_id"), Cells::events(row).event_id("event_id")))
        .collect())
}
