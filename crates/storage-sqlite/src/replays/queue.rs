//! The writing half of a step: queues the chosen deliveries and writes the replay's new position.

use super::{row::find, walk::received};
use crate::{
    codes::{AGAIN_IN, AGAIN_KEY, DELETED, IN_DELAYED, IN_REPLAY, PENDING},
    error::{at_commit, sqlite},
    existence,
    marks::{List, Marks},
    rows,
    statistics::changes::Changes,
};
use const_format::formatcp;
use model::{DeliveryId, EventId, Replay, ReplayState, SubscriptionId, TenantId, Timestamp};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior::Immediate};
use storage::{ReplayChosen, ReplayStepped, StorageError};

const ADD: &str = formatcp!(
    "INSERT INTO deliveries (tenant_id, id, subscription_id, status, queue, next_attempt_at, updated_at)
     VALUES (?1, ?2, ?3, {PENDING}, ?4, ?5, ?6)"
);

/// The highest number among an event's deliveries. `?2` and `?3`: the first id, and the id of a test's delivery.
const NEWEST: &str = "SELECT max(id) FROM deliveries WHERE tenant_id = ?1 AND id >= ?2 AND id < ?3";

/// Work of one step, read outside of the writer.
pub(super) struct Planned {
    pub(super) replay: Replay,
    pub(super) chosen: ReplayChosen,
}

/// Writes a step, unless the replay has changed since it was planned.
pub(super) fn write(
    connection: &mut Connection,
    tenant: &TenantId,
    planned: Planned,
    now: Timestamp,
    marks: &mut Marks,
) -> Result<ReplayStepped, StorageError> {
    let tx = connection.transaction_with_behavior(Immediate).map_err(sqlite)?;
    let Planned { replay: before, chosen } = planned;
    let is_there = existence::exists(&tx, tenant)? && is_receiving(&tx, tenant, before.subscription)?;
    let known = if is_there { find(&tx, tenant, before.id)? } else { None };
    let is_as_planned = |now: &Replay| now.state == ReplayState::Running && now.position == before.position;
    let Some(mut replay) = known.filter(is_as_planned) else { return Ok(ReplayStepped::NotRunning) };
    let (mut queued, mut delayed) = (0, None);
    let mut changes = Changes::new(&tx, tenant);
    {
        let mut back = tx.prepare_cached(&back(&replay)).map_err(sqlite)?;
        for id in &chosen.deliveries {
            let row = (tenant.as_str(), id.bytes(), id.made_at().micros(), now.micros());
            queued += changes.of(*id, || back.execute(row))?;
        }
        for event in &chosen.events {
            let (id, later) = match add(&tx, tenant, replay.subscription, *event, now, marks)? {
                Added::Due(id) => (id, None),
                Added::At(id, at) => (id, Some(at)),
                Added::No => continue,
            };
            changes.created(id)?;
            queued += 1;
            delayed = delayed.into_iter().chain(later).min();
        }
    }
    changes.write()?;
    let queued = queued as u32;
    replay.queued += u64::from(queued);
    replay.skipped += chosen.len() as u64 - u64::from(queued);
    replay.updated_at = now;
    replay.position = chosen.next.unwrap_or(chosen.reached);
    if chosen.next.is_none() {
        (replay.state, replay.ended_at) = (ReplayState::Completed, Some(now));
    }
    tx.prepare_cached(
        "UPDATE replays SET queued = ?3, skipped = ?4, part = ?5, place = ?6, state = ?7, updated_at = ?8, ended_at = ?9
         WHERE tenant_id = ?1 AND id = ?2",
    )
    .and_then(|mut update| {
        update.execute((
            tenant.as_str(),
            replay.id.bytes(),
            replay.queued,
            replay.skipped,
            replay.position.part(),
            replay.position.id(),
            replay.state.code(),
            now.micros(),
            replay.ended_at.map(Timestamp::micros),
        ))
    })
    .map_err(sqlite)?;
    tx.commit().map_err(at_commit)?;
    Ok(ReplayStepped::Done { replay: Box::new(replay), queued, delayed, is_full: false })
}

/// False for a deleted subscription, whose waiting deliveries were cancelled.
fn is_receiving(tx: &Transaction<'_>, tenant: &TenantId, id: SubscriptionId) -> Result<bool, StorageError> {
    let sql = formatcp!("SELECT 1 FROM subscriptions WHERE tenant_id = ?1 AND id = ?2 AND state <> {DELETED}");
    tx.prepare_cached(sql).and_then(|mut known| known.exists((tenant.as_str(), id.bytes()))).map_err(sqlite)
}

/// Makes a delivery pending again, since its creation (`?3`), if its status is still selected and its event has its
/// payload.
fn back(replay: &Replay) -> String {
    let codes: Vec<String> = replay.selection.statuses.iter().map(|status| status.code().to_string()).collect();
    format!(
        "UPDATE deliveries SET status = {PENDING}, queue = {AGAIN_IN}, order_key = {AGAIN_KEY},
         earlier_attempts = attempts, next_attempt_at = ?3, updated_at = ?4 WHERE tenant_id = ?1 AND id = ?2 AND status IN ({})
         AND EXISTS (SELECT 1 FROM events e WHERE e.tenant_id = ?1 AND e.id = substr(?2, 1, 14)
         AND e.payload_erased_at IS NULL)",
        codes.join(",")
    )
}

/// Result of adding a delivery of an old event.
enum Added {
    Due(DeliveryId),
    /// The event is to be delivered at this time.
    At(DeliveryId, Timestamp),
    /// The event is gone or its payload was erased, it has a delivery to the subscription by now, or can have no more deliveries.
    No,
}

/// Adds a delivery of an old event.
fn add(
    tx: &Transaction<'_>,
    tenant: &TenantId,
    subscription: SubscriptionId,
    event: EventId,
    now: Timestamp,
    marks: &mut Marks,
) -> Result<Added, StorageError> {
    let known = tx
        .prepare_cached(
            "SELECT deliveries, deliver_at FROM events WHERE tenant_id = ?1 AND id = ?2 AND payload_erased_at IS NULL",
        )
        .and_then(|mut known| {
            let key = (tenant.as_str(), rows::event_key(&event));
            known.query_row(key, |row| Ok((row.get::<_, u32>(0)?, row.get::<_, Option<i64>>(1)?))).optional()
        })
        .map_err(sqlite)?;
    let Some((counted, deliver_at)) = known else { return Ok(Added::No) };
    if received(tx, tenant, subscription, event)? {
        return Ok(Added::No);
    }
    let (first, test) = event.delivery_range();
    let newest: Option<[u8; 16]> = tx
        .prepare_cached(NEWEST)
        .and_then(|mut newest| newest.query_row((tenant.as_str(), first.bytes(), test.bytes()), |row| row.get(0)))
        .map_err(sqlite)?;
    // Numbers of removed deliveries are not used again while the event counts them.
    let highest = newest.map_or(0, |id| u32::from(DeliveryId::from_bytes(id).number())).max(counted);
    let Some(id) = event.delivery(highest as usize + 1) else { return Ok(Added::No) };
    marks.add(tx, tenant, List::Deliveries, id.bytes())?;
    marks.add(tx, tenant, List::DeliveriesOf(subscription), id.bytes())?;
    let later = deliver_at.map(Timestamp::from_micros).filter(|at| *at > now);
    let (queue, due) = later.map_or((IN_REPLAY, id.made_at()), |at| (IN_DELAYED, at));
    let row = (tenant.as_str(), id.bytes(), subscription.bytes(), queue, due.micros(), now.micros());
    tx.prepare_cached(ADD).and_then(|mut add| add.execute(row)).map_err(sqlite)?;
    tx.prepare_cached("UPDATE events SET deliveries = ?3 WHERE tenant_id = ?1 AND id = ?2")
        .and_then(|mut count| count.execute((tenant.as_str(), rows::event_key(&event), highest + 1)))
        .map_err(sqlite)?;
    Ok(later.map_or(Added::Due(id), |at| Added::At(id, at)))
}
