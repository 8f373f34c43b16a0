//! Changes of subscriptions, deliveries and the installation. Each is committed first, and then applied in memory.

mod cancel;
mod erasure;
mod operational;
mod replays;
mod retries;

use crate::{
    dispatcher::Dispatcher, egress::Own, index::Index, lanes::PolicyDefaults, limits::Limits, operational::Operational,
    target::Target, urls::UrlRefused,
};
pub use cancel::Cancelled;
pub use erasure::ErasedPayload;
use metrics::DisabledBy;
use model::{
    Clock, DeliveryId, EventId, EventPattern, Retries, Subscription, SubscriptionId, SubscriptionState,
    SubscriptionUrl, Tenant, TenantId,
};
pub use replays::{CancelledDeliveries, NewReplay, REPLAY_COUNT_MAX, REPLAYS_MAX, ReplayError};
pub use retries::{RetryError, RetryProgress};
use std::{collections::HashMap, net::IpAddr, sync::Arc};
use storage::{BreakerChange, DeleteOutcome, InsertOutcome, StorageError, Store, UpdateOutcome};
use tokio::sync::Notify;

/// Why a change was not made.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError<E> {
    #[error("the subscription does not exist")]
    Missing,
    #[error("the tenant does not exist")]
    NoTenant,
    /// The caller's `change` refused.
    #[error("the change was refused")]
    Refused(E),
    #[error("an active subscription has the same event and URL")]
    Duplicate,
    /// Every try met a concurrent change.
    #[error("concurrent changes of the subscription")]
    Contended,
    #[error(transparent)]
    Store(#[from] StorageError),
}

/// Tries of a change under concurrent changes of the same subscription.
const TRIES: usize = 10;

/// Maximum number of subscriptions of a tenant. Lower than the maximum number of deliveries of an event, since several
/// nodes may create subscriptions at the same time without seeing each other's.
pub const SUBSCRIPTIONS_MAX: usize = 60_000;

const _: () = assert!(SUBSCRIPTIONS_MAX < EventId::MAX_DELIVERIES);

/// Changes subscriptions and deliveries, and answers questions about them from memory.
pub struct Control {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) index: Arc<Index>,
    pub(crate) dispatcher: Arc<Dispatcher>,
    pub(crate) limits: Arc<Limits>,
    pub(crate) operational: Arc<Operational>,
    /// Notified when a replay is to begin or continue.
    pub(crate) replays: Arc<Notify>,
}

impl Control {
    /// Number of a tenant's subscriptions, inactive ones included.
    pub fn count_subscriptions(&self, tenant: &TenantId) -> usize {
        self.index.count(tenant)
    }

    pub async fn create_subscription(&self, subscription: Subscription) -> Result<(), ChangeError<()>> {
        match self.store.insert_subscription(&subscription).await? {
            InsertOutcome::Done => {}
            InsertOutcome::NoTenant => return Err(ChangeError::NoTenant),
            InsertOutcome::Duplicate => return Err(ChangeError::Duplicate),
        }
        self.index.put(Target::new(subscription.clone()));
        self.created(&subscription).await;
        Ok(())
    }

    /// Reads a subscription, applies `change`, and writes it if its revision is unchanged; otherwise tries again (optimistic
    /// concurrency).
    pub async fn change_subscription<E>(
        &self,
        tenant: &TenantId,
        id: SubscriptionId,
        change: impl Fn(&mut Subscription) -> Result<(), E>,
    ) -> Result<Subscription, ChangeError<E>> {
        for _ in 0..TRIES {
            let known = self.store.subscription(tenant, id).await?;
            let before = known.ok_or(ChangeError::Missing)?;
            let mut subscription = before.clone();
            change(&mut subscription).map_err(ChangeError::Refused)?;
            subscription.updated_at = self.clock.now();
            match self.store.update_subscription(&subscription).await? {
                UpdateOutcome::Missing => return Err(ChangeError::Missing),
                UpdateOutcome::Duplicate => return Err(ChangeError::Duplicate),
                UpdateOutcome::Stale => {}
                UpdateOutcome::Done => {
                    subscription.revision += 1;
                    self.adopt(&subscription);
                    if before.state == SubscriptionState::Active && subscription.state == SubscriptionState::Paused {
                        self.dispatcher.metrics.engine.disabled(DisabledBy::Manual);
                    }
                    self.changed(&before, &subscription).await;
                    return Ok(subscription);
                }
            }
        }
        Err(ChangeError::Contended)
    }

    /// Applies a stored change in memory, unless a newer revision is there or the subscription was deleted meanwhile.
    fn adopt(&self, subscription: &Subscription) {
        let target = Target::new(subscription.clone());
        if self.index.replace(target.clone()) {
            self.dispatcher.replace(&target);
        }
    }

    /// Closes a subscription's circuit breaker.
    pub async fn reset_breaker(&self, tenant: &TenantId, id: SubscriptionId) -> Result<(), StorageError> {
        if self.index.get(tenant, id).is_none() {
            return Ok(());
        }
        self.dispatcher.reset_breaker(id);
        let closed = BreakerChange { tenant: tenant.clone(), subscription: id, breaker: None };
        self.set_breakers(&[closed], "reset").await?;
        self.read_again(tenant, id).await
    }

    /// Applies a subscription as the store has it, after a write that went past [`Self::change_subscription`].
    pub(crate) async fn read_again(&self, tenant: &TenantId, id: SubscriptionId) -> Result<(), StorageError> {
        if let Some(subscription) = self.store.subscription(tenant, id).await? {
            self.adopt(&subscription);
        }
        Ok(())
    }

    pub async fn delete_subscription(&self, tenant: &TenantId, id: SubscriptionId) -> Result<(), ChangeError<()>> {
        let last = self.subject_of_deletion(tenant, id).await?;
        // Out of the index first, so that events published from now on do not match it.
        let known = self.index.get(tenant, id);
        self.index.remove(tenant, id);
        let now = self.clock.now();
        match self.store.delete_subscription(tenant, id, now).await {
            Ok(UpdateOutcome::Done) => {
                self.dispatcher.remove(id);
                self.deleted(last, now).await;
                Ok(())
            }
            Ok(UpdateOutcome::Missing | UpdateOutcome::Stale | UpdateOutcome::Duplicate) => {
                self.dispatcher.remove(id);
                Err(ChangeError::Missing)
            }
            Err(fault) => {
                known.into_iter().for_each(|target| self.index.put(target));
                Err(fault.into())
            }
        }
    }

    /// Deletes a tenant and everything that it owns.
    pub async fn delete_tenant(&self, tenant: &TenantId) -> Result<DeleteOutcome, StorageError> {
        self.forget_tenant(tenant);
        self.store.delete_tenant(tenant).await
    }

    /// Applies the limits, the egress and the allow lists of a stored tenant in memory. [`Limits::in_order`] is held since it was read or
    /// written.
    pub fn adopt_tenant(&self, tenant: &Tenant) {
        self.limits.set(&tenant.id, &tenant.limits);
        self.dispatcher.egress.routes().set(&tenant.id, Own::of(tenant).as_ref());
    }

    /// Reads the limits and the routes of all tenants.
    pub(crate) async fn load_tenants(&self) -> Result<(), StorageError> {
        self.limits.load(&*self.store, self.dispatcher.egress.routes()).await
    }

    /// The addresses that receivers of a tenant see by its own egress; `None` without one.
    pub fn egress_addresses(&self, tenant: &TenantId) -> Option<Vec<IpAddr>> {
        self.dispatcher.egress.routes().addresses(tenant)
    }

    /// Removes a tenant's subscriptions from memory.
    pub(crate) fn forget_tenant(&self, tenant: &TenantId) {
        self.limits.remove(tenant);
        self.dispatcher.egress.routes().set(tenant, None);
        for id in self.index.remove_tenant(tenant) {
            self.dispatcher.remove(id);
        }
    }

    /// Checks that requests of a tenant can be sent to a URL, without resolving its host name.
    pub fn check_url(&self, tenant: &TenantId, url: &SubscriptionUrl) -> Result<(), UrlRefused> {
        self.dispatcher.check_url(tenant, url)
    }

    /// The retry policies of a subscription, with the installation's base of exponential schedules.
    pub fn retries(&self, subscription: &Subscription) -> Retries {
        subscription.retries(self.dispatcher.defaults.retry_base)
    }

    /// The state of a subscription; `None` if it does not exist or was deleted.
    pub fn subscription_state(&self, tenant: &TenantId, id: SubscriptionId) -> Option<SubscriptionState> {
        self.index.get(tenant, id).map(|target| target.subscription.state)
    }

    /// The event patterns of active subscriptions, of one tenant or of all: each distinct list with the number of
    /// subscriptions that have it. Without patterns of operational events, which are no events of the product.
    pub fn demand(&self, of: Option<&TenantId>) -> Vec<(Vec<EventPattern>, u64)> {
        let active = self.index.active(of);
        let mut demand: HashMap<Vec<&EventPattern>, u64> = HashMap::new();
        for target in active.iter().filter(|target| !target.subscription.tenant.is_system()) {
            let patterns = target.subscription.events.iter().filter(|pattern| !pattern.is_operational());
            *demand.entry(patterns.collect()).or_default() += 1;
        }
        demand.remove(&Vec::new());
        demand.into_iter().map(|(patterns, count)| (patterns.into_iter().cloned().collect(), count)).collect()
    }

    /// The installation's policies for subscriptions that have none of their own.
    pub fn policy_defaults(&self) -> &PolicyDefaults {
        &self.dispatcher.defaults.policies
    }

    /// True while a request of this delivery is under way or its outcome is not durable yet.
    pub fn is_sending(&self, id: DeliveryId) -> bool {
        self.dispatcher.is_sending(id)
    }

    /// True while the installation is paused: events are accepted, and no request is sent.
    pub fn is_paused(&self) -> bool {
        self.dispatcher.is_paused()
    }

    /// Pauses or resumes the installation. The pause is stored, so it survives restarts, holds for all nodes, and keeps a
    /// restored backup from sending. Requests under way are finished.
    pub async fn set_paused(&self, paused: bool) -> Result<(), StorageError> {
        self.store.set_paused(paused).await?;
        self.dispatcher.set_paused(paused);
        Ok(())
    }

    /// Applies the pause that the store has.
    pub(crate) async fn follow_pause(&self) -> Result<(), StorageError> {
        self.dispatcher.set_paused(self.store.is_paused().await?);
        Ok(())
    }
}
