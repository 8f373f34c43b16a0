//! Transitions of circuit breakers on their way from the lanes to the store.

use model::{
    Subscription, SubscriptionId, TenantId,
    policy::{OpenBreaker, breaker::Transition},
};
use parking_lot::Mutex;
use std::collections::HashMap;
use storage::BreakerChange;
use tokio::sync::Notify;

/// Breakers whose state is not stored yet: the last state of each, so at most one entry for each subscription.
#[derive(Debug, Default)]
pub(crate) struct Breakers {
    changed: Mutex<HashMap<SubscriptionId, (TenantId, Option<OpenBreaker>)>>,
    arrived: Notify,
    /// Notified when a breaker has opened or closed.
    urgent: Notify,
}

impl Breakers {
    /// Logs a transition, and has it stored.
    pub(crate) fn changed(&self, subscription: &Subscription, transition: Transition) {
        let (tenant, id) = (&subscription.tenant, subscription.id);
        let is_urgent = !matches!(transition, Transition::StaysOpen(_));
        let open = match transition {
            Transition::Opened(open) => {
                tracing::warn!(%tenant, subscription = %id, reason = open.reason, next_probe_at = %open.next_probe_at,
                    "circuit breaker opened: deliveries wait");
                Some(open)
            }
            Transition::StaysOpen(open) => {
                tracing::debug!(%tenant, subscription = %id, reason = open.reason, next_probe_at = %open.next_probe_at,
                    "probe failed: the circuit breaker stays open");
                Some(open)
            }
            Transition::Closed => {
                tracing::info!(%tenant, subscription = %id, "circuit breaker closed: deliveries are sent again");
                None
            }
        };
        self.changed.lock().insert(id, (tenant.clone(), open));
        self.arrived.notify_one();
        if is_urgent {
            self.urgent.notify_one();
        }
    }

    /// Completes when a change has arrived.
    pub(crate) async fn arrived(&self) {
        self.arrived.notified().await;
    }

    /// Completes when a breaker has opened or closed.
    pub(crate) async fn urgent(&self) {
        self.urgent.notified().await;
    }

    /// All changes since the last call.
    pub(crate) fn take(&self) -> Vec<BreakerChange> {
        let changed = std::mem::take(&mut *self.changed.lock());
        let change = |(subscription, (tenant, breaker))| BreakerChange { tenant, subscription, breaker };
        changed.into_iter().map(change).collect()
    }

    /// Forgets a change that is not stored yet.
    pub(crate) fn forget(&self, id: SubscriptionId) {
        self.changed.lock().remove(&id);
    }

    /// Takes changes back that were not stored, unless a newer state has arrived.
    pub(crate) fn put_back(&self, changes: Vec<BreakerChange>) {
        let mut changed = self.changed.lock();
        for BreakerChange { tenant, subscription, breaker } in changes {
            changed.entry(subscription).or_insert((tenant, breaker));
        }
    }
}
