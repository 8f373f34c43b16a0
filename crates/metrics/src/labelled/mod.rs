//! The families with labels of event types and tenants, and the bounds of their number of series.
//!
//! A *pair* is an event type and a tenant, as labels. A pair has series in several families, which are created when they
//! are first counted. Who holds a pair (a subscription, [`Held`]) counts without a look-up of labels. When a tenant gets or
//! loses series of its own, the epoch changes, and holders look their pairs up again.

mod children;
mod held;
mod pair;
mod ranking;
mod series;
mod state;

use crate::{
    attempted::Attempted,
    families,
    outcome::Status,
    register::Registrar,
    settings::{Settings, TenantLabel},
};
use children::{Children, Fate};
pub use held::Held;
use model::{EventType, TenantId};
pub use pair::Pair;
use parking_lot::RwLock;
use prometheus::IntCounterVec;
use series::Families;
use state::State;
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::Relaxed},
};

/// The families, and the pairs that have series.
#[derive(Debug)]
pub(crate) struct Labelled {
    settings: Settings,
    families: Families,
    other: IntCounterVec,
    state: RwLock<State>,
    /// Changes when a held pair may be outdated.
    epoch: AtomicU64,
}

impl Labelled {
    pub(crate) fn new(registrar: &mut Registrar, settings: Settings) -> Self {
        let families = Families::new(registrar);
        let other = registrar.counter(&families::OTHER);
        for family in [&families::DELIVERIES, &families::PUBLISHED] {
            other.with_label_values(&[family.name]);
        }
        Self { settings, families, other, state: RwLock::default(), epoch: AtomicU64::new(1) }
    }

    pub(crate) fn series(&self) -> usize {
        self.families.series()
    }

    fn epoch(&self) -> u64 {
        self.epoch.load(Relaxed)
    }

    /// The pair of an event type and a tenant, as it is labelled now.
    pub(crate) fn pair(&self, tenant: &TenantId, event: &EventType) -> Pair {
        if let Some(pair) = self.state.read().find(tenant, event, &self.settings) {
            return pair;
        }
        self.state.write().make(tenant, event, &self.settings)
    }

    /// The pair as it is held, or the one that replaces it. `None` when its tenant was deleted.
    fn current(&self, pair: &Pair) -> Option<Arc<Children>> {
        match pair.children.fate() {
            Fate::Counted => Some(pair.children.clone()),
            Fate::Demoted => Some(self.state.write().shared(&pair.children.event, &self.settings).children),
            Fate::Deleted => None,
        }
    }

    /// Counts in the pair's series, which are created as needed. The closure returns `None` when the pair has been retired
    /// meanwhile; then its replacement is counted.
    fn count(&self, pair: &Pair, family: &'static str, count: impl Fn(&Children) -> Option<()>) {
        if pair.is_capped {
            self.other.with_label_values(&[family]).inc();
        }
        if pair.children.fate() == Fate::Counted && count(&pair.children).is_some() {
            return;
        }
        if let Some(children) = self.current(pair) {
            let _ = count(&children);
        }
    }

    /// Counts an attempt whose outcome is durable.
    pub(crate) fn attempted(&self, one: &Attempted) {
        if let Some(meter) = &one.pair.meter {
            meter.fetch_add(1, Relaxed);
        }
        self.count(&one.pair, families::DELIVERIES.name, |children| {
            children.delivery(&self.families, one.status)?.inc();
            children.duration(&self.families)?.observe(one.took.as_secs_f64());
            if one.status == Status::Retrying {
                children.retry(&self.families, one.reason)?.inc();
            }
            if let Some(code) = one.response {
                children.response(&self.families, code);
            }
            Some(())
        });
    }

    /// Counts the end of a delivery without an attempt.
    pub(crate) fn ended(&self, pair: &Pair, status: Status) {
        self.count(pair, families::DELIVERIES.name, |children| {
            children.delivery(&self.families, status)?.inc();
            Some(())
        });
    }

    /// Counts a published event, with the subscriptions of its type that left it out.
    pub(crate) fn published(&self, tenant: &TenantId, event: &EventType, is_matched: bool, filtered: usize) {
        let pair = self.pair(tenant, event);
        self.count(&pair, families::PUBLISHED.name, |children| {
            children.published(&self.families)?.inc();
            if !is_matched {
                children.unmatched(&self.families)?.inc();
            }
            if filtered > 0 {
                children.filtered(&self.families)?.inc_by(filtered as u64);
            }
            Some(())
        });
    }

    /// Removes the series of tenants that do not exist any more.
    pub(crate) fn retain_tenants(&self, exists: impl Fn(&TenantId) -> bool) {
        let gone: Vec<TenantId> = self.state.read().tenants().filter(|tenant| !exists(tenant)).cloned().collect();
        if gone.is_empty() {
            return;
        }
        let mut state = self.state.write();
        for tenant in gone {
            state.remove(&tenant, Fate::Deleted, &self.families);
        }
        state.drop_unused(&self.families);
        self.epoch.fetch_add(1, Relaxed);
    }

    /// Gives series of their own to the tenants with the most deliveries lately.
    pub(crate) fn rank(&self) {
        if self.settings.tenant_label != TenantLabel::Top {
            return;
        }
        let mut state = self.state.write();
        let (demoted, has_changed) = state.rank(self.settings.top_tenants);
        for tenant in demoted {
            state.remove(&tenant, Fate::Demoted, &self.families);
        }
        state.drop_unused(&self.families);
        if has_changed {
            self.epoch.fetch_add(1, Relaxed);
        }
    }
}

#[cfg(test)]
mod tests;
