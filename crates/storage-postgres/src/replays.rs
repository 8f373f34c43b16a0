//! Replays. One node at a time makes the steps of a replay: a step renews the node's lease of it.

mod ids;
mod queue;
mod row;
mod walk;

use crate::{
    PgStore,
    cells::Cells,
    codes::{DELETED, LIVE, RUNNING, owner},
    connect::{As, Fault, READ_BY_INDEX, Tx, WRITE_BY_INDEX, params},
    rows,
    tenants::THERE,
};
use async_trait::async_trait;
use model::{Replay, ReplayId, ReplaySelection, ReplayState, SubscriptionId, TenantId, Timestamp};
use row::{COLUMNS, read};
use storage::{
    InsertReplay, Page, REPLAY_LEASE, REPLAY_STEP, REPLAYS_KEPT, ReplayChange, ReplayChosen, ReplayCount, ReplaySample,
    ReplayStep, ReplayStepped, Replays, StorageError, Wants, codec,
};

/// Claims a running replay for this node (`$3`), or renews its lease of it (`$4`, in seconds).
fn claim_query() -> String {
    format!(
        "UPDATE postrider.replays r SET worker = $3, leased_until = clock_timestamp() + make_interval(secs => $4)
         WHERE r.tenant_id = $1 AND r.id = $2 AND r.state = {RUNNING} AND {THERE}
         AND (r.worker = $3 OR r.leased_until < clock_timestamp() OR NOT EXISTS (
             SELECT 1 FROM postrider.nodes n WHERE n.id = r.worker AND n.state = {LIVE}))
         RETURNING {COLUMNS}"
    )
}

impl PgStore {
    async fn find_replay(&self, tx: &Tx, tenant: &TenantId, id: ReplayId) -> Result<Option<Replay>, Fault> {
        let sql = format!(
            "SELECT {COLUMNS} FROM postrider.replays r WHERE r.tenant_id = $1 AND r.id = $2 AND {THERE} FOR UPDATE"
        );
        let rows = tx.query(&sql, params![tenant.as_str() => TEXT, id.uuid() => UUID]).await?;
        Ok(rows.first().map(read).transpose()?)
    }

    async fn try_step(
        &self,
        tenant: &TenantId,
        id: ReplayId,
        step: ReplayStep,
        wants: Option<&Wants>,
    ) -> Result<ReplayStepped, Fault> {
        let tx = Tx::begin_with(&self.0.pool, As::Worker, WRITE_BY_INDEX).await?;
        let node = owner(self.appends_to());
        let values = params![
            tenant.as_str() => TEXT, id.uuid() => UUID, node => INT4, REPLAY_LEASE.as_secs_f64() => FLOAT8,
        ];
        let claimed = tx.query(&claim_query(), values).await?;
        let Some(replay) = claimed.first().map(read).transpose()? else {
            let known = self.find_replay(&tx, tenant, id).await?;
            tx.commit().await?;
            let is_running = known.is_some_and(|replay| replay.state == ReplayState::Running);
            return Ok(if is_running { ReplayStepped::Leased } else { ReplayStepped::NotRunning });
        };
        let walk = walk::Walk { tenant, subscription: replay.subscription, selection: &replay.selection, wants };
        let (sql, values) = walk.waiting_replays(step.waiting_max);
        let waiting: u32 = rows::count(&tx.query(&sql, &values.params()).await?);
        let room = step.rows.min(step.waiting_max.saturating_sub(waiting) as usize);
        if room == 0 {
            tx.commit().await?;
            return Ok(ReplayStepped::Done { replay: Box::new(replay), queued: 0, delayed: None, is_full: true });
        }
        let (sql, values) = walk.candidates(replay.position, REPLAY_STEP);
        let candidates = tx.query(&sql, &values.params()).await?;
        let chosen = walk.choose(replay.position, &candidates, (room, REPLAY_STEP))?;
        let queued = queue::Queueing { store: self, tx: &tx, tenant, replay: &replay, node, now: step.now };
        let queued = queued.run(&walk, &chosen).await?;
        let replay = self.advance(&tx, replay.clone(), (queued.queued, queued.skipped), &chosen, step.now).await?;
        // Last, in the order in which commits lock tables. A deletion of the subscription waits for this transaction, and
        // then cancels what it has queued; after a deletion nothing is queued (the transaction is dropped).
        let there = format!(
            "SELECT 1 FROM postrider.subscriptions WHERE tenant_id = $1 AND id = $2 AND state <> {DELETED} FOR SHARE"
        );
        let of = params![tenant.as_str() => TEXT, replay.subscription.uuid() => UUID];
        if tx.query(&there, of).await?.is_empty() {
            return Ok(ReplayStepped::NotRunning);
        }
        tx.commit().await?;
        Ok(ReplayStepped::Done {
            replay: Box::new(replay),
            queued: queued.queued,
            delayed: queued.delayed,
            is_full: false,
        })
    }

    /// Writes the progress of a step.
    async fn advance(
        &self,
        tx: &Tx,
        mut replay: Replay,
        (queued, skipped): (u32, u32),
        chosen: &ReplayChosen,
        now: Timestamp,
    ) -> Result<Replay, Fault> {
        replay.queued += u64::from(queued);
        replay.skipped += u64::from(skipped);
        replay.updated_at = now;
        replay.position = chosen.next.unwrap_or(chosen.reached);
        if chosen.next.is_none() {
            (replay.state, replay.ended_at) = (ReplayState::Completed, Some(now));
        }
        let sql = "UPDATE postrider.replays SET queued = $3, skipped = $4, part = $5, place = $6, state = $7,
                   updated_at = $8, ended_at = $9 WHERE tenant_id = $1 AND id = $2";
        let values = params![
            replay.tenant.as_str() => TEXT, replay.id.uuid() => UUID, replay.queued as i64 => INT8,
            replay.skipped as i64 => INT8, i16::from(replay.position.part()) => INT2,
            replay.position.id().map(rows::uuid) => UUID, i16::from(replay.state.code()) => INT2,
            now.micros() => INT8, replay.ended_at.map(Timestamp::micros) => INT8,
        ];
        tx.query(sql, values).await?;
        Ok(replay)
    }

    async fn change_state(
        &self,
        (tenant, id): (&TenantId, ReplayId),
        to: ReplayState,
        reason: Option<&str>,
        now: Timestamp,
    ) -> Result<ReplayChange, Fault> {
        let tx = Tx::begin(&self.0.pool, As::Tenant(tenant)).await?;
        let known = self.find_replay(&tx, tenant, id).await?;
        let change = match known {
            None => ReplayChange::Missing,
            Some(known) if !known.state.may_become(to) => ReplayChange::Ended(known.state),
            Some(known) if known.state == to => ReplayChange::Done(Box::new(known)),
            Some(known) => {
                let ended_at = to.has_ended().then_some(now);
                let sql = "UPDATE postrider.replays SET state = $3, reason = $4, updated_at = $5, ended_at = $6
                           WHERE tenant_id = $1 AND id = $2";
                let values = params![
                    tenant.as_str() => TEXT, id.uuid() => UUID, i16::from(to.code()) => INT2, reason => TEXT,
                    now.micros() => INT8, ended_at.map(Timestamp::micros) => INT8,
                ];
                tx.query(sql, values).await?;
                let reason = reason.map(str::to_owned);
                ReplayChange::Done(Box::new(Replay { state: to, reason, updated_at: now, ended_at, ..known }))
            }
        };
        tx.commit().await?;
        Ok(change)
    }

    async fn try_insert(&self, replay: &Replay, most: u32) -> Result<InsertReplay, Fault> {
        let tenant = replay.tenant.as_str();
        let tx = Tx::begin(&self.0.pool, As::Tenant(&replay.tenant)).await?;
        // Serialises insertions of one tenant, so that the maximum holds.
        let locked = "SELECT 1 FROM postrider.tenants WHERE id = $1 AND NOT deleting FOR UPDATE";
        if tx.query(locked, params![tenant => TEXT]).await?.is_empty() {
            tx.commit().await?;
            return Ok(InsertReplay::NoTenant);
        }
        let kept_from = replay.created_at.before(REPLAYS_KEPT).micros();
        let forget = "DELETE FROM postrider.replays WHERE tenant_id = $1 AND ended_at < $2";
        tx.query(forget, params![tenant => TEXT, kept_from => INT8]).await?;
        let open = "SELECT count(*) AS rows FROM postrider.replays WHERE tenant_id = $1 AND ended_at IS NULL";
        let open: u32 = rows::count(&tx.query(open, params![tenant => TEXT]).await?);
        if open >= most {
            tx.commit().await?;
            return Ok(InsertReplay::TooMany);
        }
        let sql = format!(
            "INSERT INTO postrider.replays ({COLUMNS})
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)"
        );
        let selection = &replay.selection;
        let values = params![
            tenant => TEXT, replay.id.uuid() => UUID, replay.subscription.uuid() => UUID,
            codec::statuses_text(&selection.statuses) => TEXT, codec::patterns_text(&selection.event_types) => TEXT,
            codec::patterns_text(&selection.missed) => TEXT, selection.after.map(Timestamp::micros) => INT8,
            selection.before.micros() => INT8, replay.rate.map(|rate| rate as i32) => INT4,
            i16::from(replay.state.code()) => INT2, replay.reason => TEXT, replay.found as i64 => INT8,
            replay.is_found_capped => BOOL, replay.queued as i64 => INT8, replay.skipped as i64 => INT8,
            i16::from(replay.position.part()) => INT2, replay.position.id().map(rows::uuid) => UUID,
            replay.created_at.micros() => INT8, replay.updated_at.micros() => INT8,
            replay.ended_at.map(Timestamp::micros) => INT8,
        ];
        tx.query(&sql, values).await?;
        tx.commit().await?;
        Ok(InsertReplay::Done)
    }
}

#[async_trait]
impl Replays for PgStore {
    async fn insert_replay(&self, replay: &Replay, most: u32) -> Result<InsertReplay, StorageError> {
        Ok(self.try_insert(replay, most).await?)
    }

    async fn replay(&self, tenant: &TenantId, id: ReplayId) -> Result<Option<Replay>, StorageError> {
        let sql = format!("SELECT {COLUMNS} FROM postrider.replays WHERE tenant_id = $1 AND id = $2 AND {THERE}");
        let rows = self.read(As::Tenant(tenant), &sql, params![tenant.as_str() => TEXT, id.uuid() => UUID]).await?;
        rows.first().map(read).transpose()
    }

    async fn replays(&self, tenant: &TenantId, page: Page<ReplayId>) -> Result<Vec<Replay>, StorageError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM postrider.replays WHERE tenant_id = $1 AND ($2::uuid IS NULL OR id < $2) AND {THERE}
             ORDER BY id DESC LIMIT $3 OFFSET $4"
        );
        let below = page.cursor.map(ReplayId::uuid);
        let values = params![
            tenant.as_str() => TEXT, below => UUID, i64::from(page.limit) => INT8, i64::from(page.offset) => INT8,
        ];
        self.read(As::Tenant(tenant), &sql, values).await?.iter().map(read).collect()
    }

    async fn set_replay_state(
        &self,
        tenant: &TenantId,
        id: ReplayId,
        to: ReplayState,
        reason: Option<&str>,
        now: Timestamp,
    ) -> Result<ReplayChange, StorageError> {
        Ok(self.change_state((tenant, id), to, reason, now).await?)
    }

    async fn running_replays(&self) -> Result<Vec<Replay>, StorageError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM postrider.replays WHERE state = {RUNNING} AND ended_at IS NULL
             AND tenant_id NOT IN (SELECT id FROM postrider.tenants WHERE deleting)"
        );
        self.read(As::Worker, &sql, &[]).await?.iter().map(read).collect()
    }

    async fn step_replay(
        &self,
        tenant: &TenantId,
        id: ReplayId,
        step: ReplayStep,
        wants: Option<&Wants>,
    ) -> Result<ReplayStepped, StorageError> {
        let mut tries = 0;
        loop {
            match self.try_step(tenant, id, step, wants).await {
                Err(fault) if fault.is_collision() && tries < 5 => tries += 1,
                stepped => return Ok(stepped?),
            }
        }
    }

    async fn count_replay(
        &self,
        tenant: &TenantId,
        subscription: SubscriptionId,
        selection: &ReplaySelection,
        (most, sample): (u32, usize),
        wants: Option<&Wants>,
    ) -> Result<ReplayCount, StorageError> {
        let walk = walk::Walk { tenant, subscription, selection, wants };
        let (mut counted, mut left) = (ReplayCount::default(), most as usize);
        let mut at = Some(selection.begin());
        while let Some(position) = at {
            if left == 0 {
                counted.is_capped = true;
                break;
            }
            let limit = left.min(REPLAY_STEP);
            let who = As::Tenant(tenant);
            let (sql, values) = walk.candidates(position, limit);
            let candidates = self.read_in(READ_BY_INDEX, who, &sql, &values.params()).await?;
            let mut chosen = walk.choose(position, &candidates, (limit, limit))?;
            if !chosen.events.is_empty() {
                let (sql, values) = walk.missed(&chosen.events);
                let missed = self.read_in(READ_BY_INDEX, who, &sql, &values.params()).await?;
                chosen.events = missed.iter().map(|row| Cells::events(row).event_id("event_id")).collect();
                chosen.events.sort_unstable();
                for piece in std::mem::take(&mut chosen.events).chunks(walk::PIECE) {
                    let Some((sql, values)) = walk.contents(piece) else {
                        chosen.events.extend(piece);
                        continue;
                    };
                    chosen
                        .events
                        .extend(walk.wanted(&self.read_in(READ_BY_INDEX, who, &sql, &values.params()).await?)?);
                }
            }
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
}
