//! Retention: removes events older than the retention period, with their deliveries and attempts, in small steps with
//! pauses in which other work uses the store. Publication counts are kept longer.

use super::trust::Trust;
use crate::{dispatcher::Dispatcher, wake::Sleeper};
use model::{Clock, TenantId, Timestamp};
use std::{sync::Arc, time::Duration};
use storage::{Removed, StorageError, Store};

/// Microseconds of a day.
const DAY: i64 = 24 * 60 * 60 * 1_000_000;
/// Retention of publication counts: longer than the longest period that a request can ask for.
const KEEP_COUNTS: Duration = Duration::from_secs(400 * 24 * 60 * 60);
/// Interval between two rounds.
const EVERY: Duration = Duration::from_secs(600);
/// Bounds of the rows of a step, which has as many as the store removes in about [`STEP`].
const ROWS: std::ops::RangeInclusive<usize> = 50..=4_000;
const STEP: Duration = Duration::from_millis(10);

/// The retention job.
pub(crate) struct Retention {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) sleeper: Arc<dyn Sleeper>,
    /// `None`: events are kept for ever.
    pub(crate) keep: Option<Duration>,
    /// Has the pause state of the installation.
    pub(crate) dispatcher: Arc<Dispatcher>,
}

impl Retention {
    /// Runs until it is dropped.
    pub(crate) async fn run(self) {
        let mut trust = loop {
            match Trust::begin(&*self.store, &*self.clock, self.keep).await {
                Ok(trust) => break trust,
                Err(fault) => {
                    tracing::warn!(target: "postrider::retention", error = %fault,
                        "failed to read the last trusted time; retrying");
                }
            }
            self.pause().await;
        };
        loop {
            // Nothing is removed while the installation is paused, for instance to inspect a restored backup.
            if !self.dispatcher.is_paused() {
                let now = trust.time(self.clock.now());
                let done = async {
                    self.store.keep_believed_time(now).await?;
                    self.round(now).await
                };
                if let Err(fault) = done.await {
                    tracing::warn!(target: "postrider::retention", error = %fault,
                        "a retention round failed; the next round continues");
                }
            }
            self.pause().await;
        }
    }

    /// Waits until the next round. A sleep may end early, and the time may be set back meanwhile.
    async fn pause(&self) {
        let next = self.clock.now().after(EVERY);
        while (Duration::from_micros(1)..=EVERY).contains(&next.since(self.clock.now())) {
            self.sleeper.sleep_until(Some(next)).await;
        }
    }

    async fn round(&self, now: Timestamp) -> Result<(), StorageError> {
        let shared = self.store.shared();
        if let Some(shared) = shared {
            shared.create_partitions().await?;
        }
        self.store.tidy_publications(now.before(KEEP_COUNTS)).await?;
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
            let ended = self.clock.now();
            let took = ended.since(began);
            let next = if took > STEP { rows / 2 } else { rows + rows / 4 };
            rows = next.clamp(*ROWS.start(), *ROWS.end());
            // Retention keeps the store busy for half of the time at most.
            self.sleeper.sleep_until(Some(ended.after(took))).await;
        }
    }
}
