//! What owners do with their subscriptions and deliveries. Each is committed first and true in memory right after.

use crate::{egress::Origin, engine::Engine, target::Target};
use model::{Delivery, DeliveryId, EventId, Queue, Subscription, SubscriptionId, SubscriptionState, TenantId};
use std::{sync::Arc, time::Duration};
use storage::{Deleted, Insert, Retry, RetryOf, StorageError, Update};
use tokio::sync::oneshot;

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

/// Why a delivery was not brought back.
#[derive(Debug, thiserror::Error)]
pub enum RetryError {
    #[error("the delivery does not exist")]
    Missing,
    #[error("it has been delivered already")]
    AlreadyDelivered,
    #[error("its subscription is inactive")]
    Inactive,
    #[error(transparent)]
    Store(#[from] StorageError),
}

/// What a manual retry came to.
#[derive(Clone, Debug)]
pub enum RetryOutcome {
    /// The delivery after its attempt.
    Attempted(Box<Delivery>),
    /// Its turn did not come in time; it waits.
    Queued,
}

/// Between two looks at a delivery that another node may send.
const LOOK: Duration = Duration::from_millis(200);

/// So often a change is tried when others change the same subscription.
const TRIES: usize = 10;

/// A tenant may have so many subscriptions: somewhat fewer than deliveries that an event can have, since nodes that make
/// some at the same time do not see each other's.
pub const SUBSCRIPTIONS_MAX: usize = 60_000;

const _: () = assert!(SUBSCRIPTIONS_MAX < EventId::MAX_DELIVERIES);

impl Engine {
    /// How many subscriptions a tenant has, inactive ones included.
    pub fn count_subscriptions(&self, tenant: &TenantId) -> usize {
        self.index.count(tenant)
    }

    pub async fn create_subscription(&self, subscription: Subscription) -> Result<(), ChangeError<()>> {
        match self.store.insert_subscription(&subscription).await? {
            Insert::Done => {}
            Insert::NoTenant => return Err(ChangeError::NoTenant),
            Insert::Duplicate => return Err(ChangeError::Duplicate),
        }
        self.index.put(Target::new(subscription));
        Ok(())
    }

    /// Reads, lets `change` work on it, and writes it back if nobody else did in between; else does it again.
    pub async fn change_subscription<E>(
        self: &Arc<Self>,
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
                Update::Missing => return Err(ChangeError::Missing),
                Update::Duplicate => return Err(ChangeError::Duplicate),
                Update::Stale => {}
                Update::Done => {
                    subscription.revision += 1;
                    self.adopt(&subscription);
                    return Ok(subscription);
                }
            }
        }
        Err(ChangeError::Contended)
    }

    /// Makes a stored change true in memory, unless a newer one already is, or the subscription was deleted meanwhile.
    fn adopt(self: &Arc<Self>, subscription: &Subscription) {
        let target = Target::new(subscription.clone());
        if self.index.replace(target.clone()) {
            self.work(self.lanes.replace(&target));
        }
    }

    pub async fn delete_subscription(&self, tenant: &TenantId, id: SubscriptionId) -> Result<(), ChangeError<()>> {
        // Out of the index first: what is published from now on does not see it.
        let known = self.index.get(tenant, id);
        self.index.remove(tenant, id);
        match self.store.delete_subscription(tenant, id, self.clock.now()).await {
            Ok(Update::Done) => {
                self.lanes.remove(id);
                Ok(())
            }
            Ok(Update::Missing | Update::Stale | Update::Duplicate) => {
                self.lanes.remove(id);
                Err(ChangeError::Missing)
            }
            Err(fault) => {
                known.into_iter().for_each(|target| self.index.put(target));
                Err(fault.into())
            }
        }
    }

    /// Removes a tenant and all it owns.
    pub async fn delete_tenant(&self, tenant: &TenantId) -> Result<Deleted, StorageError> {
        for id in self.index.remove_tenant(tenant) {
            self.lanes.remove(id);
        }
        self.store.delete_tenant(tenant).await
    }

    /// Makes a delivery due now, and waits for its attempt, but not longer than a request of its may take.
    pub async fn retry_delivery(
        self: &Arc<Self>,
        tenant: &TenantId,
        id: DeliveryId,
        of: RetryOf,
    ) -> Result<RetryOutcome, RetryError> {
        let watched = self.lanes.watch(id);
        let (target, attempts) = self.make_due(tenant, id, of).await?;
        let attempted = self.attempted(tenant, id, attempts, watched);
        match tokio::time::timeout(target.subscription.timeout, attempted).await {
            Ok(attempted) => Ok(RetryOutcome::Attempted(attempted?)),
            Err(_) => Ok(RetryOutcome::Queued),
        }
    }

    /// Makes a delivery due now.
    pub async fn queue_retry(
        self: &Arc<Self>,
        tenant: &TenantId,
        id: DeliveryId,
        of: RetryOf,
    ) -> Result<(), RetryError> {
        self.make_due(tenant, id, of).await.map(drop)
    }

    /// Answers also how many attempts the delivery has had.
    async fn make_due(
        self: &Arc<Self>,
        tenant: &TenantId,
        id: DeliveryId,
        of: RetryOf,
    ) -> Result<(Arc<Target>, u32), RetryError> {
        let delivery = self.store.delivery(tenant, id).await?.ok_or(RetryError::Missing)?;
        let target = self.index.get(tenant, delivery.subscription).ok_or(RetryError::Inactive)?;
        if !target.subscription.state.is_active() {
            return Err(RetryError::Inactive);
        }
        match self.store.retry_delivery(tenant, id, of, self.clock.now()).await? {
            Retry::Missing => Err(RetryError::Missing),
            Retry::AlreadyDelivered => Err(RetryError::AlreadyDelivered),
            Retry::Queued(_) => {
                self.expect(&target, Queue::Replay, id.made_at());
                Ok((target, delivery.attempts))
            }
        }
    }

    /// The delivery once it has more than `attempts` attempts, or has ended. Another node may make them.
    pub(crate) async fn attempted(
        &self,
        tenant: &TenantId,
        id: DeliveryId,
        attempts: u32,
        mut watched: oneshot::Receiver<()>,
    ) -> Result<Box<Delivery>, RetryError> {
        let is_shared = self.store.shared().is_some();
        loop {
            tokio::select! {
                _ = &mut watched, if !watched.is_terminated() => {}
                () = tokio::time::sleep(LOOK), if is_shared || watched.is_terminated() => {}
            }
            let delivery = self.store.delivery(tenant, id).await?.ok_or(RetryError::Missing)?;
            if delivery.attempts > attempts || !delivery.status.is_waiting() {
                return Ok(Box::new(delivery));
            }
        }
    }

    /// Whether a subscription's URL leads to an address that must not be dialled, as far as its text tells.
    pub fn check_url(&self, url: &str) -> Result<(), String> {
        let Ok(url) = url::Url::parse(url) else { return Ok(()) };
        if url.as_str().parse::<http::Uri>().is_err() {
            return Err("must be a URL that HTTP can express".into());
        }
        Origin::new(&url).map_err(|_| "must name a host that a certificate can be for".to_owned())?;
        self.egress.check_host(&url).map_err(|blocked| format!("must not lead there: {blocked}"))
    }

    /// Active and paused ones; deleted ones are not known any more.
    pub fn subscription_state(&self, tenant: &TenantId, id: SubscriptionId) -> Option<SubscriptionState> {
        self.index.get(tenant, id).map(|target| target.subscription.state)
    }
}
