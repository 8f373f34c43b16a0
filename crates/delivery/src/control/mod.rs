//! Changes of subscriptions, deliveries and the installation. Each is committed first, and then applied in memory.

mod retries;

use crate::{
    dispatcher::Dispatcher,
    egress::{Blocked, Origin},
    index::Index,
    target::Target,
};
use model::{
    Clock, DeliveryId, EventId, EventPattern, Subscription, SubscriptionId, SubscriptionState, SubscriptionUrl,
    TenantId,
};
pub use retries::{RetryError, RetryProgress};
use std::{collections::HashMap, sync::Arc};
use storage::{DeleteOutcome, InsertOutcome, StorageError, Store, UpdateOutcome};

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

/// Why no request can be sent to a URL. Displayed as the rest of a sentence about the field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UrlRefused {
    #[error("must be a URL that HTTP can express")]
    NotHttp,
    #[error("must name a host that a certificate can be for")]
    HostName,
    #[error("must not lead there: {0}")]
    Blocked(#[from] Blocked),
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
        self.index.put(Target::new(subscription));
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
            let mut subscription = known.ok_or(ChangeError::Missing)?;
            change(&mut subscription).map_err(ChangeError::Refused)?;
            subscription.updated_at = self.clock.now();
            match self.store.update_subscription(&subscription).await? {
                UpdateOutcome::Missing => return Err(ChangeError::Missing),
                UpdateOutcome::Duplicate => return Err(ChangeError::Duplicate),
                UpdateOutcome::Stale => {}
                UpdateOutcome::Done => {
                    subscription.revision += 1;
                    self.adopt(&subscription);
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

    pub async fn delete_subscription(&self, tenant: &TenantId, id: SubscriptionId) -> Result<(), ChangeError<()>> {
        // Out of the index first, so that events published from now on do not match it.
        let known = self.index.get(tenant, id);
        self.index.remove(tenant, id);
        match self.store.delete_subscription(tenant, id, self.clock.now()).await {
            Ok(UpdateOutcome::Done) => {
                self.dispatcher.remove(id);
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

    /// Removes a tenant's subscriptions from memory.
    pub(crate) fn forget_tenant(&self, tenant: &TenantId) {
        for id in self.index.remove_tenant(tenant) {
            self.dispatcher.remove(id);
        }
    }

    /// Checks that requests can be sent to a subscription's URL, without resolving its host name.
    pub fn check_url(&self, url: &SubscriptionUrl) -> Result<(), UrlRefused> {
        let url = url.to_url();
        if url.as_str().parse::<http::Uri>().is_err() {
            return Err(UrlRefused::NotHttp);
        }
        Origin::new(&url).map_err(|_| UrlRefused::HostName)?;
        Ok(self.dispatcher.check_host(&url)?)
    }

    /// The state of a subscription; `None` if it does not exist or was deleted.
    pub fn subscription_state(&self, tenant: &TenantId, id: SubscriptionId) -> Option<SubscriptionState> {
        self.index.get(tenant, id).map(|target| target.subscription.state)
    }

    /// The event patterns of active subscriptions, of one tenant or of all: each distinct list with the number of
    /// subscriptions that have it.
    pub fn demand(&self, of: Option<&TenantId>) -> Vec<(Vec<EventPattern>, u64)> {
        let active = self.index.active(of);
        let mut demand: HashMap<&[EventPattern], u64> = HashMap::new();
        for target in &active {
            *demand.entry(&target.subscription.events).or_default() += 1;
        }
        demand.into_iter().map(|(patterns, count)| (patterns.to_vec(), count)).collect()
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
