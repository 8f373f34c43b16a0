//! Creation of the store with a month of history, and its top-up after retention has removed a part.

use crate::{
    bulk::{self, Seeded},
    context::Context,
    kept::Kept,
    rig::TYPES,
};
use anyhow::Context as _;
use bytes::Bytes;
use model::{Clock, EventType, SubscriptionId, SystemClock, TenantId, Timestamp};
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};
use storage::{ListScope, Page, SubscriptionFilter, Subscriptions};
use storage_sqlite::SqliteStore;

const EVENTS: u64 = 1_000_000;
/// Deliveries per event.
pub(super) const EACH: usize = 10;
const DAYS: u32 = 30;
/// Every run of the retention scenario removes a day; with fewer days than this the store is created again.
const LEAST_DAYS: u32 = 10;
pub(super) const DAY: Duration = Duration::from_secs(24 * 3_600);

/// The tenants, and their shares of a hundred events. The first has the most, and its lists are measured.
const TENANTS: [(&str, u64); 5] =
    [("history-a", 80), ("history-b", 10), ("history-c", 5), ("history-d", 3), ("history-e", 2)];
pub(super) const LARGEST: &str = TENANTS[0].0;

/// Subscriptions per tenant; an event goes to only a part of the largest tenant's.
const SUBSCRIPTIONS: [usize; 5] = [40, 20, 10, 10, 10];

/// Reciprocal of the share of failed deliveries.
const FAILED: u64 = 10_000;

/// Contents of the store.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Note {
    /// Number of events at creation; fewer remain after retention, until the next top-up.
    pub(super) full: u64,
    pub(super) events: u64,
    pub(super) oldest_us: i64,
    pub(super) newest_us: i64,
}

impl Note {
    /// Estimated number of events older than this: they are evenly distributed.
    pub(super) fn older_than(&self, cut: Timestamp) -> u64 {
        let all = (self.newest_us - self.oldest_us).max(1) as f64;
        let old = (cut.micros() - self.oldest_us) as f64;
        (self.events as f64 * (old / all).clamp(0.0, 1.0)) as u64
    }
}

pub(super) struct History {
    pub(super) kept: Kept,
    pub(super) note: Note,
}

impl History {
    /// The kept store, created or topped up if necessary.
    pub(super) async fn prepare(context: &Context) -> anyhow::Result<Self> {
        let full = context.scaled(EVENTS);
        let kept = Kept::named(context, "history", full * EACH as u64)?;
        let now = SystemClock.now();
        let fits = |note: &Note| note.full == full && note.oldest_us < now.before(DAY * LEAST_DAYS).micros();
        let note = match kept.holds::<Note>().filter(fits) {
            Some(note) => note,
            None => {
                println!("creating a store with {} deliveries, which is kept", full * EACH as u64);
                kept.clear()?;
                make_tenants(&kept, now.before(DAY * DAYS)).await?;
                let start = now.before(DAY * DAYS).micros();
                Note { full, events: 0, oldest_us: start, newest_us: start }
            }
        };
        let mut history = Self { kept, note };
        // A few events may be missing, because the number that retention removed is an estimate.
        if history.note.events + full / 200 < full {
            history.top_up(now).await?;
        }
        Ok(history)
    }

    /// Writes the missing events, evenly from the newest existing event until now.
    async fn top_up(&mut self, now: Timestamp) -> anyhow::Result<()> {
        let missing = self.note.full - self.note.events;
        let began = Instant::now();
        let store = bulk::open(&self.kept.store())?;
        let owners = owners(&store).await?;
        fill(&store, owners, missing, Timestamp::from_micros(self.note.newest_us), now).await?;
        bulk::close(store).await?;
        println!("wrote {missing} events with {EACH} deliveries each in {} s", began.elapsed().as_secs());
        self.note = Note { events: self.note.full, newest_us: now.micros(), ..self.note.clone() };
        self.kept.write_note(&self.note)
    }

    /// Records that events older than `cut` were removed.
    pub(super) fn removed(&mut self, cut: Timestamp, events: u64) -> anyhow::Result<()> {
        self.note.events = self.note.events.saturating_sub(events);
        self.note.oldest_us = self.note.oldest_us.max(cut.micros());
        self.kept.write_note(&self.note)
    }

    /// Settings without retention, for other measurements.
    pub(super) fn keep_all() -> [(&'static str, String); 1] {
        [(RETENTION, "3650".to_owned())]
    }
}

pub(super) const RETENTION: &str = "POSTRIDER_RETENTION_DAYS";

struct Owner {
    tenant: TenantId,
    subscriptions: Vec<SubscriptionId>,
    share: u64,
}

async fn make_tenants(kept: &Kept, at: Timestamp) -> anyhow::Result<()> {
    let store = bulk::open(&kept.store())?;
    let ids = bulk::ids(31);
    for ((name, _), subscriptions) in TENANTS.into_iter().zip(SUBSCRIPTIONS) {
        let tenant = bulk::tenant(&store, name, at).await?;
        for number in 0..subscriptions {
            // A type that no load publishes, because these subscriptions only receive the history.
            let url = format!("http://127.0.0.1:9/{name}/{number}");
            bulk::subscribe(&store, &bulk::subscription(&ids, &tenant, url, "history.*", at)?).await?;
        }
    }
    bulk::close(store).await
}

async fn owners(store: &SqliteStore) -> anyhow::Result<Vec<Owner>> {
    let mut owners = Vec::new();
    for (name, share) in TENANTS {
        let tenant = TenantId::trusted(name);
        let all = store
            .subscriptions(ListScope::Tenant(&tenant), &SubscriptionFilter::default(), Page::first(500))
            .await?
            .rows;
        let own = all.iter().filter(|one| one.events.iter().any(|pattern| pattern.to_string() == "history.*"));
        owners.push(Owner { subscriptions: own.map(|one| one.id).collect(), tenant, share });
    }
    Ok(owners)
}

async fn fill(
    store: &SqliteStore,
    owners: Vec<Owner>,
    events: u64,
    from: Timestamp,
    to: Timestamp,
) -> anyhow::Result<()> {
    let random = Seeded::new(from.micros() as u64);
    let ids = bulk::ids(random.number());
    let kinds = TYPES.map(EventType::trusted);
    let data = Bytes::from(format!(r#"{{"ticket_id":"tic_1","subject":"{}"}}"#, "x".repeat(160)));
    let step = (to.micros() - from.micros()) / events.max(1) as i64;
    let mut number = 0;
    bulk::write(store, move |writes| {
        let at = Timestamp::from_micros(from.micros() + step * number as i64);
        let owner = pick(&owners, random.below(100)).context("no tenant has this share")?;
        // Neighbours in a ring, so that all subscriptions get the same number.
        let first = random.below(owner.subscriptions.len() as u64) as usize;
        let to: Vec<_> = owner.subscriptions.iter().cycle().skip(first).take(EACH).copied().collect();
        let kind = &kinds[random.below(kinds.len() as u64) as usize];
        let new = bulk::event(&ids, &owner.tenant, kind, &data, &to, at)?;
        let deliveries = new.deliveries.clone();
        writes.push(bulk::append(&owner.tenant, vec![new]));
        for one in deliveries {
            let ok = random.below(FAILED) != 0;
            writes.push(bulk::attempted(&owner.tenant, kind, one, at.after(Duration::from_millis(3)), ok));
        }
        number += 1;
        Ok(number < events)
    })
    .await
}

fn pick(owners: &[Owner], mut hundredth: u64) -> Option<&Owner> {
    owners.iter().find(|owner| {
        let hit = hundredth < owner.share;
        hundredth = hundredth.saturating_sub(owner.share);
        hit
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_older_events_is_estimated_by_time() {
        let note = Note { full: 300, events: 300, oldest_us: 0, newest_us: 30_000 };
        assert_eq!(note.older_than(Timestamp::from_micros(1_000)), 10);
        assert_eq!(note.older_than(Timestamp::from_micros(-5)), 0);
        assert_eq!(note.older_than(Timestamp::from_micros(99_000)), 300);
    }

    #[test]
    fn shares_add_up_to_a_hundred() {
        assert_eq!(TENANTS.iter().map(|(_, share)| share).sum::<u64>(), 100);
        let owner = |name: &str, share| Owner { tenant: TenantId::trusted(name), subscriptions: Vec::new(), share };
        let owners = TENANTS.map(|(name, share)| owner(name, share));
        let name = |hundredth| pick(&owners, hundredth).map(|owner| owner.tenant.to_string());
        assert_eq!(name(79).as_deref(), Some("history-a"));
        assert_eq!(name(80).as_deref(), Some("history-b"));
        assert_eq!(name(99).as_deref(), Some("history-e"));
    }
}
