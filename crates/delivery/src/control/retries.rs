//! Manual retries (replay).

use super::Control;
use crate::{
    feed::{Change, Gathered},
    target::Target,
};
use model::{Delivery, DeliveryId, DeliveryStatus, TenantId};
use std::{sync::Arc, time::Duration};
use storage::{RetryOf, RetryOutcome, StorageError};
use tokio::sync::oneshot;

/// Why a delivery was not retried.
#[derive(Debug, thiserror::Error)]
pub enum RetryError {
    #[error("the delivery does not exist")]
    Missing,
    #[error("the delivery was delivered already")]
    AlreadyDelivered,
    #[error("the subscription of the delivery is inactive")]
    Inactive,
    #[error("the payload of the event was erased")]
    PayloadErased,
    #[error(transparent)]
    Store(#[from] StorageError),
}

/// Progress of a manual retry.
#[derive(Clone, Debug)]
pub enum RetryProgress {
    /// The delivery after its attempt.
    Attempted(Box<Delivery>),
    /// The attempt was not made in time, or waits for the circuit breaker; the delivery is queued.
    Queued,
}

/// Interval of polling a delivery that another node may send.
const LOOK: Duration = Duration::from_millis(200);

impl Control {
    /// Makes a delivery due now and waits for its attempt, at most for the subscription's timeout, and not at all while
    /// the circuit breaker is not closed: the next request is a probe's, at a later time.
    pub async fn retry_delivery(
        &self,
        tenant: &TenantId,
        id: DeliveryId,
        of: RetryOf,
    ) -> Result<RetryProgress, RetryError> {
        let watched = self.dispatcher.watch(id);
        let (target, attempts) = self.make_due(tenant, id, of).await?;
        let stored = self.store.subscription(tenant, target.subscription.id).await?;
        if stored.is_some_and(|one| one.health.breaker.is_some()) {
            return Ok(RetryProgress::Queued);
        }
        let attempted = self.attempted(tenant, id, attempts, watched);
        match tokio::time::timeout(target.subscription.timeout, attempted).await {
            Ok(attempted) => Ok(RetryProgress::Attempted(attempted?)),
            Err(_) => Ok(RetryProgress::Queued),
        }
    }

    /// Makes a delivery due now.
    pub async fn queue_retry(&self, tenant: &TenantId, id: DeliveryId, of: RetryOf) -> Result<(), RetryError> {
        self.make_due(tenant, id, of).await.map(drop)
    }

    /// Makes a delivery due now. Also returns the number of its attempts so far.
    async fn make_due(&self, tenant: &TenantId, id: DeliveryId, of: RetryOf) -> Result<(Arc<Target>, u32), RetryError> {
        let delivery = self.store.delivery(tenant, id).await?.ok_or(RetryError::Missing)?;
        let target = self.index.get(tenant, delivery.subscription).ok_or(RetryError::Inactive)?;
        if !target.subscription.state.is_active() {
            return Err(RetryError::Inactive);
        }
        match self.store.retry_delivery(tenant, id, of, self.clock.now()).await? {
            RetryOutcome::Missing => Err(RetryError::Missing),
            RetryOutcome::AlreadyDelivered => Err(RetryError::AlreadyDelivered),
            RetryOutcome::PayloadErased => Err(RetryError::PayloadErased),
            RetryOutcome::Queued(_) => {
                self.feed_retry(&delivery);
                self.dispatcher.expect_again(&target, id.made_at());
                Ok((target, delivery.attempts))
            }
        }
    }

    /// Tells live streams that a delivery is pending again.
    fn feed_retry(&self, delivery: &Delivery) {
        if !self.dispatcher.feed.is_on() {
            return;
        }
        let mut news = Gathered::default();
        news.change(Change::Delivery {
            tenant: delivery.tenant.clone(),
            id: delivery.id,
            given: delivery.given_event_id.clone(),
            subscription: delivery.subscription,
            event_type: delivery.event_type.clone(),
            status: DeliveryStatus::Pending,
            at: self.clock.now(),
        });
        self.dispatcher.feed.record(news);
    }

    /// Waits until the delivery has more than `attempts` attempts or has ended. Another node may send it.
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
}
