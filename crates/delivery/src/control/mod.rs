//! Changes of subscriptions, deliveries and the installation. Each is committed first, and then applied in memory.

mod retries;

use crate::{dispatcher::Dispatcher, egress::Origin, index::Index, target::Target};
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
    /// The change itself was refused by whoever makes it.
    #[error("the change was refused")]
    Refused(E),
    #[error("an active subscription has the same event and URL")]
    Duplicate,
    #[error("others change it all the time")]
    Contended,
    #[error(transparent)]
    Store(#[from] StorageError),
}

/// So often a change is tried when others change the same subscription.
const TRIES: usize = 10;

/// A tenant may have so many subscriptions: somewhat fewer than deliveries that an event can have, since nodes that make
/// some at the same time do not see each other's.
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
    /// How many subscriptions a tenant has, inactive ones included.
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

    /// Reads, lets `change` work on it, and writes it back if nobody else did in between; else does it again.
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

    /// Makes a stored change true in memory, unless a newer one already is, or the subscription was deleted meanwhile.
    fn adopt(&self, subscription: &Subscription) {
        let target = Target::new(subscription.clone());
        if self.index.replace(target.clone()) {
            self.dispatcher.replace(&target);
        }
    }

    pub async fn delete_subscription(&self, tenant: &TenantId, id: SubscriptionId) -> Result<(), ChangeError<()>> {
        // Out of the index first: what is published from now on does not see it.
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

    /// Removes a tenant and all it owns.
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

    /// Whether a subscription's URL leads to an address that must not be dialled, as far as its text tells.
    pub fn check_url(&self, url: &SubscriptionUrl) -> Result<(), String> {
        let url = url.to_url();
        if url.as_str().parse::<http::Uri>().is_err() {
            return Err("must be a URL that HTTP can express".into());
        }
        Origin::new(&url).map_err(|_| "must name a host that a certificate can be for".to_owned())?;
        self.dispatcher.check_host(&url).map_err(|blocked| format!("must not lead there: {blocked}"))
    }

    /// Active and paused ones; deleted ones are not known any more.
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

    /// Whether a request of this delivery is under way, or its outcome is not durable yet.
    pub fn is_sending(&self, id: DeliveryId) -> bool {
        self.dispatcher.is_sending(id)
    }

    /// Whether the installation is paused: nothing is sent, whatever else goes on.
    pub fn is_paused(&self) -> bool {
        self.dispatcher.is_paused()
    }

    /// Pauses or resumes the whole installation. The pause is kept in the store, so that it outlives a restart, holds for all
    /// nodes, and keeps a restored copy from sending. Requests that are under way are finished.
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
