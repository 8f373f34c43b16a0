//! What owners do with their subscriptions and deliveries. Each is committed first and true in memory right after.

use crate::{
    attempt::{self, Outgoing, Times},
    engine::Engine,
    target::Target,
};
use model::{
    Attempt, AttemptResult, DeliveryId, Event, Queue, Subscription, SubscriptionId, SubscriptionState, TenantId,
};
use std::sync::Arc;
use storage::{Deleted, Insert, Retry, StorageError, Update};

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

/// What came of a test.
#[derive(Clone, Debug)]
pub struct TestSend {
    pub attempt: Attempt,
    pub success: bool,
}

/// So often a change is tried when others change the same subscription.
const TRIES: usize = 10;

impl Engine {
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

    /// Makes a delivery due now.
    pub async fn retry_delivery(self: &Arc<Self>, tenant: &TenantId, id: DeliveryId) -> Result<(), RetryError> {
        let delivery = self.store.delivery(tenant, id).await?.ok_or(RetryError::Missing)?;
        let target = self.index.get(tenant, delivery.subscription).ok_or(RetryError::Inactive)?;
        if !target.subscription.state.is_active() {
            return Err(RetryError::Inactive);
        }
        let now = self.clock.now();
        match self.store.retry_delivery(tenant, id, now).await? {
            Retry::Missing => Err(RetryError::Missing),
            Retry::AlreadyDelivered => Err(RetryError::AlreadyDelivered),
            Retry::Queued(_) => {
                self.expect(&target, Queue::Replay, id.made_at());
                Ok(())
            }
        }
    }

    /// Sends an event to a subscription now, past its lane, and waits; nothing of it is stored.
    pub async fn test_subscription(&self, subscription: &Subscription, event: Event) -> TestSend {
        // Never closed, so there is always a permit in the end.
        let _permit = self.tests.acquire().await;
        let target = Target::new(subscription.clone());
        let outgoing = Outgoing::new(event);
        let times = Times { now: self.clock.now(), stamp: self.clock.wall() };
        let (attempt, result) = attempt::send(&self.egress, &self.defaults, &target, &outgoing, 1, times).await;
        let success = matches!(result, AttemptResult::Response { status, .. }
            if subscription.profile.rules().verdict(status) == model::Verdict::Delivered);
        TestSend { attempt, success }
    }

    /// Whether a subscription's URL leads to an address that must not be dialled, as far as its text tells.
    pub fn check_url(&self, url: &str) -> Result<(), String> {
        let Ok(url) = url::Url::parse(url) else { return Ok(()) };
        let Ok(uri) = url.as_str().parse() else { return Err("must be a URL that HTTP can express".into()) };
        self.egress.check_literal(&uri).map_err(|blocked| format!("must not lead there: {blocked}"))
    }

    /// Active and paused ones; deleted ones are not known any more.
    pub fn subscription_state(&self, tenant: &TenantId, id: SubscriptionId) -> Option<SubscriptionState> {
        self.index.get(tenant, id).map(|target| target.subscription.state)
    }
}
