//! Retention: removes events older than the retention period, with their deliveries and attempts, in small steps with
//! pauses in which other work uses the store. Publication counts and statistics are kept longer, and ended sessions are
//! removed.

use super::{rounds::Rounds, trust::Trust};
use crate::{
    dispatcher::Dispatcher,
    limits::Limits,
    wake::{Sleeper, pause},
};
use model::{Clock, EventId, TenantId, Timestamp, statistics::StatisticsRetention};
use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering::Relaxed},
    },
    time::Duration,
};
use storage::{Removed, StorageError, Store};

/// Microseconds of a day.
const DAY: i64 = 24 * 60 * 60 * 1_000_000;
/// Retention of publication counts: longer than the longest period that a request can ask for.
const KEEP_COUNTS: Duration = Duration::from_secs(400 * 24 * 60 * 60);
/// The task in lists.
const NAME: &str = "retention";
/// Interval between two rounds.
const EVERY: Duration = Duration::from_secs(600);
/// Bounds of the rows of a step, which has as many as the store removes in about [`STEP`].
const ROWS: std::ops::RangeInclusive<usize> = 50..=4_000;
const STEP: Duration = Duration::from_millis(10);

/// The last event of each tenant up to which all payloads are erased.
type Cursors = HashMap<TenantId, EventId>;

/// The retention job.
pub(crate) struct Retention {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) sleeper: Arc<dyn Sleeper>,
    /// `None`: events are kept for ever.
    pub(crate) keep: Option<Duration>,
    pub(crate) statistics: StatisticsRetention,
    /// Have the retention of tenants.
    pub(crate) limits: Arc<Limits>,
    /// Has the pause state of the installation.
    pub(crate) dispatcher: Arc<Dispatcher>,
    pub(crate) punctuality: Arc<Punctuality>,
    pub(crate) rounds: Arc<Rounds>,
}

/// When the last complete round began, for the metrics.
#[derive(Debug)]
pub(crate) struct Punctuality {
    /// In microseconds since 1970; the start of the process before the first round.
    complete: AtomicI64,
}

impl Punctuality {
    pub(crate) const fn new(now: Timestamp) -> Self {
        Self { complete: AtomicI64::new(now.micros()) }
    }

    /// The time by which removals are late. A complete round removes everything that was too old when it began.
    pub(crate) fn lag(&self, now: Timestamp) -> Duration {
        now.since(Timestamp::from_micros(self.complete.load(Relaxed))).saturating_sub(EVERY)
    }

    fn completed(&self, began: Timestamp) {
        self.complete.store(began.micros(), Relaxed);
    }
}

impl Retention {
    /// Runs until it is dropped.
    pub(crate) async fn run(self) {
        self.rounds.schedule(NAME, EVERY);
        let mut trust = loop {
            match Trust::begin(&*self.store, &*self.clock, self.keep).await {
                Ok(trust) => break trust,
                Err(fault) => {
                    tracing::warn!(target: "postrider::retention", error = %fault,
                        "failed to read the last trusted time; retrying");
                }
            }
            pause(&*self.clock, &*self.sleeper, EVERY).await;
        };
        let mut erased = Cursors::new();
        loop {
            // Nothing is removed while the installation is paused, for instance to inspect a restored backup.
            if !self.dispatcher.is_paused() {
                let began = self.clock.now();
                let now = trust.time(began);
                let done = async {
                    self.store.keep_believed_time(now).await?;
                    self.round(now).await?;
                    self.round_of_tenants(now, &mut erased).await
                };
                let result = done.await;
                self.rounds.record(NAME, began, self.clock.now(), &result);
                match result {
                    Ok(()) => self.punctuality.completed(began),
                    Err(fault) => tracing::warn!(target: "postrider::retention", error = %fault,
                        "a retention round failed; the next round continues"),
                }
            }
            pause(&*self.clock, &*self.sleeper, EVERY).await;
        }
    }

    async fn round(&self, now: Timestamp) -> Result<(), StorageError> {
        let shared = self.store.shared();
        if let Some(shared) = shared {
            shared.create_partitions().await?;
        }
        self.store.tidy_publications(now.before(KEEP_COUNTS)).await?;
        let kept = self.statistics;
        self.store.tidy_statistics(kept.hours_from(now), kept.days_from(now)).await?;
        self.store.tidy_sessions(now).await?;
        let Some(keep) = self.keep else { return Ok(()) };
        let mut before = now.before(keep);
        if let Some(shared) = shared {
            let dropped = shared.drop_partitions(before).await?;
            if !dropped.days.is_empty() {
                tracing::info!(target: "postrider::retention", days = dropped.days.join(", "), "dropped expired days");
            }
            // Partitions are dropped by whole days. An older event was kept for its waiting deliveries, and is removed
            // when they have ended.
            before = Timestamp::from_micros(before.micros() - before.micros().rem_euclid(DAY));
        }
        let (mut events, mut deliveries) = (0, 0);
        for tenant in self.store.tenants_with_events_before(before).await? {
            let removed = self.tenant_round(&tenant, before).await?;
            events += removed.events;
            deliveries += removed.deliveries;
        }
        if events > 0 {
            tracing::info!(target: "postrider::retention", events, deliveries, %before,
                "removed events older than the retention period");
        }
        Ok(())
    }

    /// Applies the retention of tenants: rows are removed and payloads are erased earlier than the installation does.
    async fn round_of_tenants(&self, now: Timestamp, erased: &mut Cursors) -> Result<(), StorageError> {
        let days = |days: u16| now.before(Duration::from_secs(u64::from(days) * 24 * 60 * 60));
        let retentions = self.limits.retentions();
        erased.retain(|tenant, _| retentions.iter().any(|(with, ..)| with == tenant));
        for (tenant, payload_days, rows_days) in retentions {
            if let Some(before) = rows_days.map(days) {
                let Removed { events, deliveries, .. } = self.tenant_round(&tenant, before).await?;
                if events > 0 {
                    tracing::info!(target: "postrider::retention", %tenant, events, deliveries, %before,
                        "removed events older than the tenant's retention period");
                }
            }
            if let Some(before) = payload_days.map(days) {
                let events = self.erase_round(&tenant, before, now, erased).await?;
                if events > 0 {
                    tracing::info!(target: "postrider::retention", %tenant, events, %before,
                        "erased payloads older than the tenant's retention period");
                }
            }
        }
        Ok(())
    }

    /// Erases old payloads of a tenant; returns the number of events. Begins where the last round of this process ended,
    /// or at the first event with a waiting delivery before that.
    async fn erase_round(
        &self,
        tenant: &TenantId,
        before: Timestamp,
        now: Timestamp,
        erased: &mut Cursors,
    ) -> Result<u64, StorageError> {
        let (mut after, mut rows) = (erased.get(tenant).copied(), 10 * *ROWS.start());
        let (mut events, mut kept) = (0, 0);
        loop {
            let began = self.clock.now();
            let step = self.store.erase_before(tenant, before, after, rows, now).await?;
            (events, kept, after) = (events + step.events, kept + step.kept, step.after);
            if let (0, Some(after)) = (kept, after) {
                erased.insert(tenant.clone(), after);
            }
            if !step.more {
                return Ok(events);
            }
            rows = self.pace(began, rows).await;
        }
    }

    /// Pauses for as long as the last step took, so that retention keeps the store busy for half of the time at most;
    /// returns the rows of the next step.
    async fn pace(&self, began: Timestamp, rows: usize) -> usize {
        let ended = self.clock.now();
        // The clock may have been set meanwhile.
        let took = ended.since(began).min(EVERY);
        self.sleeper.sleep_until(Some(ended.after(took))).await;
        let next = if took > STEP { rows / 2 } else { rows + rows / 4 };
        next.clamp(*ROWS.start(), *ROWS.end())
    }

    async fn tenant_round(&self, tenant: &TenantId, before: Timestamp) -> Result<Removed, StorageError> {
        let (mut sum, mut rows) = (Removed::default(), 10 * *ROWS.start());
        loop {
            let began = self.clock.now();
            let step = self.store.remove_before(tenant, before, sum.after, rows).await?;
            sum.events += step.events;
            sum.deliveries += step.deliveries;
            sum.after = step.after;
            if !step.more {
                return Ok(sum);
            }
            rows = self.pace(began, rows).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn removals_are_late_when_the_next_round_is_not_complete_in_time() {
        let at = |seconds: i64| Timestamp::from_millis(seconds * 1_000);
        let punctuality = Punctuality::new(at(1_000));
        for (now, lag) in [(1_000, 0), (1_600, 0), (1_700, 100), (500, 0)] {
            assert_eq!(punctuality.lag(at(now)), Duration::from_secs(lag), "{now}");
        }
        punctuality.completed(at(1_650));
        assert_eq!(punctuality.lag(at(1_700)), Duration::ZERO);
    }
}
