//! Retention: removes events that are older than the installation keeps, with all that hangs on them, in small steps
//! between which everybody else gets at the store. What was counted is kept longer.

use crate::{engine::Engine, wake::Sleeper};
use model::{TenantId, Timestamp};
use std::{sync::Arc, time::Duration};
use storage::{Removed, StorageError};

/// Microseconds of a day.
const DAY: i64 = 24 * 60 * 60 * 1_000_000;
/// So long it is known how much was published: longer than the longest that one can ask for.
const KEEP_COUNTS: Duration = Duration::from_secs(400 * 24 * 60 * 60);
/// Between two rounds.
const EVERY: Duration = Duration::from_secs(600);
/// Rows of a step: as many as the store removes in about [`STEP`].
const ROWS: std::ops::RangeInclusive<usize> = 50..=4_000;
const STEP: Duration = Duration::from_millis(10);

/// Runs until the process ends.
pub(crate) async fn run(engine: Arc<Engine>, sleeper: Arc<dyn Sleeper>, keep: Option<Duration>) {
    loop {
        // Whoever looks at a restored copy wants to see all of it.
        if engine.is_paused() {
            sleeper.sleep_until(Some(engine.clock.now().after(EVERY))).await;
            continue;
        }
        if let Err(fault) = round(&engine, &*sleeper, keep).await {
            tracing::warn!(target: "postrider::retention", error = %fault, "a round failed; the next one goes on");
        }
        sleeper.sleep_until(Some(engine.clock.now().after(EVERY))).await;
    }
}

async fn round(engine: &Engine, sleeper: &dyn Sleeper, keep: Option<Duration>) -> Result<(), StorageError> {
    let shared = engine.store.shared();
    if let Some(shared) = shared {
        shared.make_days().await?;
    }
    engine.store.tidy_publications(engine.clock.now().before(KEEP_COUNTS)).await?;
    let Some(keep) = keep else { return Ok(()) };
    let mut before = engine.clock.now().before(keep);
    if let Some(shared) = shared {
        let dropped = shared.drop_days(before).await?;
        if !dropped.days.is_empty() {
            tracing::info!(target: "postrider::retention", days = dropped.days.join(", "), "dropped whole days");
        }
        // Of a day that is not over everything stays; what is older has outlived its day and goes when it has ended.
        before = Timestamp::from_micros(before.micros() - before.micros().rem_euclid(DAY));
    }
    let (mut events, mut deliveries) = (0, 0);
    for tenant in engine.store.tenants_with_events_before(before).await? {
        let removed = tenant_round(engine, sleeper, &tenant, before).await?;
        events += removed.events;
        deliveries += removed.deliveries;
    }
    if events > 0 {
        tracing::info!(target: "postrider::retention", events, deliveries, %before,
            "removed what is older than the retention");
    }
    Ok(())
}

async fn tenant_round(
    engine: &Engine,
    sleeper: &dyn Sleeper,
    tenant: &TenantId,
    before: Timestamp,
) -> Result<Removed, StorageError> {
    let (mut sum, mut rows) = (Removed::default(), 10 * *ROWS.start());
    loop {
        let began = engine.clock.now();
        let step = engine.store.remove_before(tenant, before, sum.after, rows).await?;
        sum.events += step.events;
        sum.deliveries += step.deliveries;
        sum.after = step.after;
        if !step.more {
            return Ok(sum);
        }
        let ended = engine.clock.now();
        let took = ended.since(began);
        let next = if took > STEP { rows / 2 } else { rows + rows / 4 };
        rows = next.clamp(*ROWS.start(), *ROWS.end());
        // The store is busy with this for half of the time at most.
        sleeper.sleep_until(Some(ended.after(took))).await;
    }
}
