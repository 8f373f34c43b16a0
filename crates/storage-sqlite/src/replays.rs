//! Replays.

mod queue;
mod row;
mod walk;

use crate::{SqliteStore, codes, error::sqlite, existence, query};
use async_trait::async_trait;
use model::{Replay, ReplayId, ReplaySelection, ReplayState, SubscriptionId, TenantId, Timestamp};
use queue::Planned;
use row::{COLUMNS, find, read};
use rusqlite::{Connection, named_params};
use storage::{
    InsertReplay, Page, REPLAY_STEP, REPLAYS_KEPT, ReplayChange, ReplayCount, ReplaySample, ReplayStep, ReplayStepped,
    Replays, StorageError, Wants, codec,
};

/// Result of planning a step.
enum Plan {
    Queue(Box<Planned>),
    Full(Box<Replay>),
    NotRunning,
}

fn insert(connection: &Connection, replay: &Replay, most: u32) -> Result<InsertReplay, StorageError> {
    let tenant = replay.tenant.as_str();
    let forget = "DELETE FROM replays WHERE tenant_id = ?1 AND ended_at < ?2";
    let kept_from = replay.created_at.before(REPLAYS_KEPT).micros();
    connection.execute(forget, (tenant, kept_from)).map_err(sqlite)?;
    let open = "SELECT count(*) FROM replays WHERE tenant_id = ?1 AND ended_at IS NULL";
    let open: u32 = connection.query_row(open, [tenant], |row| row.get(0)).map_err(sqlite)?;
    if open >= most {
        return Ok(InsertReplay::TooMany);
    }
    let (columns, selection) = (COLUMNS, &replay.selection);
    connection
        .execute(
            &format!(
                "INSERT INTO replays ({columns}) VALUES (:tenant, :id, :subscription, :statuses, :event_types, :missed,
                 :after, :before, :rate, :state, :reason, :found, :found_capped, :queued, :skipped, :part, :place,
                 :created_at, :updated_at, :ended_at)"
            ),
            named_params! {
                ":tenant": tenant,
                ":id": replay.id.bytes(),
                ":subscription": replay.subscription.bytes(),
                ":statuses": codec::statuses_text(&selection.statuses),
                ":event_types": codec::patterns_text(&selection.event_types),
                ":missed": codec::patterns_text(&selection.missed),
                ":after": selection.after.map(Timestamp::micros),
                ":before": selection.before.micros(),
                ":rate": replay.rate,
                ":state": replay.state.code(),
                ":reason": replay.reason,
                ":found": replay.found,
                ":found_capped": replay.is_found_capped,
                ":queued": replay.queued,
                ":skipped": replay.skipped,
                ":part": replay.position.part(),
                ":place": replay.position.id(),
                ":created_at": replay.created_at.micros(),
                ":updated_at": replay.updated_at.micros(),
                ":ended_at": replay.ended_at.map(Timestamp::micros),
            },
        )
        .map_err(sqlite)?;
    Ok(InsertReplay::Done)
}

#[async_trait]
impl Replays for SqliteStore {
    async fn insert_replay(&self, replay: &Replay, most: u32) -> Result<InsertReplay, StorageError> {
        let (tenant, replay) = (&replay.tenant, replay.clone());
        self.writer.transaction_of(tenant, InsertReplay::NoTenant, move |tx, _| insert(tx, &replay, most)).await
    }

    async fn replay(&self, tenant: &TenantId, id: ReplayId) -> Result<Option<Replay>, StorageError> {
        self.readers.read_of(tenant, move |connection, tenant| find(connection, tenant, id)).await
    }

    async fn replays(&self, tenant: &TenantId, page: Page<ReplayId>) -> Result<Vec<Replay>, StorageError> {
        self.readers
            .read_of(tenant, move |connection, tenant| {
                let sql = format!(
                    "SELECT {COLUMNS} FROM replays WHERE tenant_id = ?1 AND (?2 IS NULL OR id < ?2)
                     ORDER BY id DESC LIMIT ?3 OFFSET ?4"
                );
                let mut statement = connection.prepare_cached(&sql).map_err(sqlite)?;
                let below = page.cursor.map(|id| *id.bytes());
                query::all(&mut statement, (tenant.as_str(), below, page.limit, page.offset), read)
            })
            .await
    }

    async fn set_replay_state(
        &self,
        tenant: &TenantId,
        id: ReplayId,
        to: ReplayState,
        reason: Option<&str>,
        now: Timestamp,
    ) -> Result<ReplayChange, StorageError> {
        let reason = reason.map(str::to_owned);
        self.writer
            .transaction_of(tenant, ReplayChange::Missing, move |tx, tenant| {
                let Some(known) = find(tx, tenant, id)? else { return Ok(ReplayChange::Missing) };
                if !known.state.may_become(to) {
                    return Ok(ReplayChange::Ended(known.state));
                }
                if known.state == to {
                    return Ok(ReplayChange::Done(Box::new(known)));
                }
                let ended_at = to.has_ended().then_some(now);
                tx.execute(
                    "UPDATE replays SET state = ?3, reason = ?4, updated_at = ?5, ended_at = ?6
                     WHERE tenant_id = ?1 AND id = ?2",
                    (tenant.as_str(), id.bytes(), to.code(), &reason, now.micros(), ended_at.map(Timestamp::micros)),
                )
                .map_err(sqlite)?;
                Ok(ReplayChange::Done(Box::new(Replay { state: to, reason, updated_at: now, ended_at, ..known })))
            })
            .await
    }

    async fn running_replays(&self) -> Result<Vec<Replay>, StorageError> {
        self.readers
            .read(|connection| {
                let sql = format!(
                    "SELECT {COLUMNS} FROM replays INDEXED BY replays_open WHERE state = {} AND ended_at IS NULL
                     AND tenant_id IN (SELECT id FROM tenants WHERE deleting = 0)",
                    codes::RUNNING
                );
                query::all(&mut *connection.prepare_cached(&sql).map_err(sqlite)?, [], read)
            })
            .await
    }

    async fn step_replay(
        &self,
        tenant: &TenantId,
        id: ReplayId,
        step: ReplayStep,
        wants: Option<&Wants>,
    ) -> Result<ReplayStepped, StorageError> {
        let (of, wants) = (tenant.clone(), wants.cloned());
        let plan = self.readers.read(move |connection| plan(connection, &of, id, step, wants.as_ref())).await?;
        let planned = match plan {
            Plan::Queue(planned) => planned,
            Plan::Full(replay) => return Ok(ReplayStepped::Done { replay, queued: 0, delayed: None, is_full: true }),
            Plan::NotRunning => return Ok(ReplayStepped::NotRunning),
        };
        let (tenant, marks) = (tenant.clone(), self.marks.clone());
        self.writer
            .call(move |connection| {
                let mut marks = marks.lock();
                let written = queue::write(connection, &tenant, *planned, step.now, &mut marks);
                match written {
                    Ok(_) => marks.limit(),
                    Err(_) => marks.forget(),
                }
                written
            })
            .await
    }

    async fn count_replay(
        &self,
        tenant: &TenantId,
        subscription: SubscriptionId,
        selection: &ReplaySelection,
        (most, sample): (u32, usize),
        wants: Option<&Wants>,
    ) -> Result<ReplayCount, StorageError> {
        let (selection, wants) = (selection.clone(), wants.cloned());
        self.readers
            .read_of(tenant, move |connection, tenant| {
                let snapshot = connection.unchecked_transaction().map_err(sqlite)?;
                let walk = walk::Walk { tenant, subscription, selection: &selection, wants: wants.as_ref() };
                count(&snapshot, &walk, most, sample)
            })
            .await
    }
}

/// Reads what the next step queues.
fn plan(
    connection: &Connection,
    tenant: &TenantId,
    id: ReplayId,
    step: ReplayStep,
    wants: Option<&Wants>,
) -> Result<Plan, StorageError> {
    if !existence::exists(connection, tenant)? {
        return Ok(Plan::NotRunning);
    }
    let snapshot = connection.unchecked_transaction().map_err(sqlite)?;
    let found = find(&snapshot, tenant, id)?.filter(|replay| replay.state == ReplayState::Running);
    let Some(replay) = found else { return Ok(Plan::NotRunning) };
    let walk = walk::Walk { tenant, subscription: replay.subscription, selection: &replay.selection, wants };
    let waiting = walk.waiting_replays(&snapshot, step.waiting_max)?;
    let rows = step.rows.min((step.waiting_max - waiting) as usize);
    if rows == 0 {
        return Ok(Plan::Full(Box::new(replay)));
    }
    let chosen = walk.choose(&snapshot, replay.position, (rows, REPLAY_STEP))?;
    Ok(Plan::Queue(Box::new(Planned { chosen, replay })))
}

fn count(
    connection: &Connection,
    walk: &walk::Walk<'_>,
    most: u32,
    sample: usize,
) -> Result<ReplayCount, StorageError> {
    let (mut counted, mut left) = (ReplayCount::default(), most as usize);
    let mut at = Some(walk.selection.begin());
    while let Some(position) = at {
        if left == 0 {
            counted.is_capped = true;
            break;
        }
        let limit = left.min(REPLAY_STEP);
        let chosen = walk.choose(connection, position, (limit, limit))?;
        counted.deliveries += chosen.deliveries.len() as u32;
        counted.missed += chosen.events.len() as u32;
        let samples = chosen.deliveries.into_iter().map(ReplaySample::Delivery);
        let samples = samples.chain(chosen.events.into_iter().map(ReplaySample::Missed));
        counted.sample.extend(samples.take(sample.saturating_sub(counted.sample.len())));
        left -= chosen.read.min(left);
        at = chosen.next;
    }
    Ok(counted)
}
