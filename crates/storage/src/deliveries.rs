//! Deliveries and their attempts.

use crate::{Counted, ListScope, Listed, Page, Place, StorageError};
use async_trait::async_trait;
use model::{
    Attempt, Delivery, DeliveryId, DeliveryStatus, Event, EventId, EventType, Queue, SubscriptionId, TenantId,
    Timestamp,
};
use std::{ops::RangeInclusive, time::Duration};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeliveryFilter {
    /// Any of these; empty means all.
    pub statuses: Vec<DeliveryStatus>,
    pub event_type: Option<EventType>,
    pub subscription: Option<SubscriptionId>,
    pub event: Option<EventId>,
    /// The last attempt's status is one of these.
    pub response_code: Option<RangeInclusive<u16>>,
    /// The last attempt's error has this in it, whatever the case of ASCII letters.
    pub error: Option<String>,
    /// The subscription's URL, as it is now, has this in it, whatever the case of ASCII letters.
    pub url: Option<String>,
    /// Made at or after.
    pub after: Option<Timestamp>,
    /// Made before.
    pub before: Option<Timestamp>,
}

/// A delivery to be sent, with what is needed to send it.
#[derive(Clone, Debug, PartialEq)]
pub struct DueDelivery {
    pub id: DeliveryId,
    pub attempts: u32,
    pub earlier_attempts: u32,
    pub event: Event,
}

/// The head of a queue in which something waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    pub tenant: TenantId,
    pub subscription: SubscriptionId,
    pub queue: Queue,
    /// When its first delivery is due.
    pub at: Timestamp,
}

/// What waits in one queue of a subscription.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Due {
    /// Due now, oldest first, up to the limit asked for.
    pub deliveries: Vec<DueDelivery>,
    /// When the first one that was not handed out is due: in the past when the limit cut, `None` when nothing is left.
    pub next: Option<Timestamp>,
}

/// Which deliveries a manual retry takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryOf {
    /// Only one that is not delivered.
    Undelivered,
    /// Also one that is delivered: it is sent once more.
    Any,
}

/// What a manual retry met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// It is pending again and due now.
    Queued(SubscriptionId),
    AlreadyDelivered,
    Missing,
}

#[async_trait]
pub trait Deliveries: Send + Sync {
    async fn delivery(&self, tenant: &TenantId, id: DeliveryId) -> Result<Option<Delivery>, StorageError>;

    /// Newest first. Bounded ([`crate::WALK_MAX`]) over all tenants, and where the filter names an event, a response
    /// code, an error or a URL.
    async fn deliveries(
        &self,
        scope: ListScope<'_>,
        filter: &DeliveryFilter,
        page: Page<Place<DeliveryId>>,
    ) -> Result<Listed<Delivery, DeliveryId>, StorageError>;

    /// Counts the rows of such a list, up to `most`.
    async fn count_deliveries(
        &self,
        scope: ListScope<'_>,
        filter: &DeliveryFilter,
        most: u32,
    ) -> Result<Counted<DeliveryId>, StorageError>;

    /// All deliveries of an event, in order.
    async fn event_deliveries(&self, tenant: &TenantId, event: EventId) -> Result<Vec<Delivery>, StorageError> {
        let found = self.deliveries_of(&[(tenant.clone(), event)], u32::MAX).await?;
        Ok(found.into_iter().next().unwrap_or_default())
    }

    /// The first `most` deliveries of each of these events, in order.
    async fn deliveries_of(
        &self,
        events: &[(TenantId, EventId)],
        most: u32,
    ) -> Result<Vec<Vec<Delivery>>, StorageError>;

    /// The newest `most` attempts of a delivery, in order.
    async fn attempts(&self, tenant: &TenantId, id: DeliveryId, most: u32) -> Result<Vec<Attempt>, StorageError>;

    /// Makes a delivery due at once, in a new round of attempts and in [`Queue::Replay`].
    async fn retry_delivery(
        &self,
        tenant: &TenantId,
        id: DeliveryId,
        of: RetryOf,
        now: Timestamp,
    ) -> Result<Retry, StorageError>;

    /// Every queue in which something waits, of all tenants: for the start. One look-up each, whatever waits in it.
    async fn each_waiting(&self, found: &mut (dyn FnMut(Waiting) + Send)) -> Result<(), StorageError>;

    /// Deliveries that are to be tried again at a time that cannot be right at `now`, since the clock was ahead once: they
    /// were tried in the future, or their next attempt is later than `longest` from now. Each gets the wait that it had, from
    /// now on. Answers how many.
    async fn pull_back(&self, now: Timestamp, longest: Duration) -> Result<u64, StorageError>;

    /// What of a queue is due now. Those in `held` are in the caller's hands already: they are passed over and do not
    /// count for the limit.
    async fn due(
        &self,
        tenant: &TenantId,
        subscription: SubscriptionId,
        queue: Queue,
        now: Timestamp,
        limit: usize,
        held: &[DeliveryId],
    ) -> Result<Due, StorageError>;
}
