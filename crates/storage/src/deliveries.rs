//! Deliveries and their attempts.

use crate::{Counted, ListOrder, ListScope, Listed, Page, Place, StorageError};
use async_trait::async_trait;
use model::{
    Attempt, Delivery, DeliveryId, DeliveryStatus, Event, EventId, EventType, PayloadMatch, Queue, SubscriptionId,
    TenantId, Timestamp, shape::OrderKey,
};
use std::{borrow::Cow, ops::RangeInclusive, time::Duration};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeliveryFilter {
    /// Matches any of these; empty matches all.
    pub statuses: Vec<DeliveryStatus>,
    pub event_type: Option<EventType>,
    pub subscription: Option<SubscriptionId>,
    pub event: Option<EventId>,
    /// Range of the last attempt's HTTP status.
    pub response_code: Option<RangeInclusive<u16>>,
    /// Substring of the last attempt's error, ignoring the case of ASCII letters.
    pub error: Option<String>,
    /// Substring of the subscription's current URL, ignoring the case of ASCII letters.
    pub url: Option<String>,
    /// Substring of the last attempt's error, of the subscription's current URL, or of the event id that its publisher
    /// gave, ignoring the case of ASCII letters.
    pub search: Option<String>,
    /// Minimum duration of the last attempt.
    pub min_duration: Option<Duration>,
    /// Waiting deliveries that were created and due at this time or earlier, and have not been attempted or queued again
    /// since.
    pub overdue: Option<Timestamp>,
    /// A value in the event's payload. An erased payload never matches.
    pub payload: Option<PayloadMatch>,
    /// Created at or after this time.
    pub after: Option<Timestamp>,
    /// Created before this time.
    pub before: Option<Timestamp>,
    pub order: ListOrder,
}

impl DeliveryFilter {
    /// True when the filter has a condition that no index answers, so that a list with it is a bounded walk.
    pub const fn is_scanned(&self) -> bool {
        self.response_code.is_some()
            || self.error.is_some()
            || self.url.is_some()
            || self.search.is_some()
            || self.min_duration.is_some()
            || self.overdue.is_some()
            || self.payload.is_some()
    }

    /// The same filter with the statuses that its other conditions imply, so that the index of waiting deliveries is
    /// used.
    pub fn with_implied_statuses(&self) -> Cow<'_, Self> {
        if self.overdue.is_none() || !self.statuses.is_empty() {
            return Cow::Borrowed(self);
        }
        let statuses = vec![DeliveryStatus::Pending, DeliveryStatus::Retrying];
        Cow::Owned(Self { statuses, ..self.clone() })
    }
}

/// A due delivery with everything that the request needs.
#[derive(Clone, Debug, PartialEq)]
pub struct DueDelivery {
    pub id: DeliveryId,
    pub attempts: u32,
    pub earlier_attempts: u32,
    pub due_at: Timestamp,
    /// The key of an ordered delivery.
    pub order: Option<OrderKey>,
    pub event: Event,
}

/// Place of a waiting delivery among the ordered ones of its subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderPlace {
    pub key: OrderKey,
    /// Deliveries of a key are sent in ascending order of their positions, then of their ids.
    pub position: i64,
}

/// A delivery that is the first of its key, so that the others wait for it.
#[derive(Clone, Debug, PartialEq)]
pub struct FirstInOrder {
    pub delivery: Delivery,
    pub key: OrderKey,
    /// Number of deliveries that wait behind it, at most [`BEHIND_MAX`].
    pub behind: u32,
}

/// Deliveries behind a blocking one are counted up to this number.
pub const BEHIND_MAX: u32 = 10_000;

/// A lane looks for ordered deliveries again after this time, while some wait behind others. It learns of nearly all ends at
/// once; this is for the others.
pub const LOOK_FOR_ORDER: Duration = Duration::from_secs(30);

/// The head of a queue that is not empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueQueueHead {
    pub tenant: TenantId,
    pub subscription: SubscriptionId,
    pub queue: Queue,
    /// When its first delivery is due.
    pub at: Timestamp,
}

/// Due deliveries of one queue of a subscription.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Due {
    /// Deliveries that are due now, oldest due time first, up to the requested limit.
    pub deliveries: Vec<DueDelivery>,
    /// Due time of the first delivery that was not returned: in the past when the limit cut the batch, `None` when the
    /// queue has no more.
    pub next: Option<Timestamp>,
}

/// Which deliveries a manual retry accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryOf {
    /// Only deliveries that are not delivered yet.
    Undelivered,
    /// Delivered ones too (a forced retry): they are sent again.
    Any,
}

/// Result of a manual retry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryOutcome {
    /// The delivery is pending again and due now.
    Queued(SubscriptionId),
    AlreadyDelivered,
    /// The payload of the event was erased, so nothing can be sent.
    PayloadErased,
    Missing,
}

#[async_trait]
pub trait Deliveries: Send + Sync {
    async fn delivery(&self, tenant: &TenantId, id: DeliveryId) -> Result<Option<Delivery>, StorageError>;

    /// In the order of the filter. The walk is bounded ([`crate::WALK_MAX`]) over all tenants, when the filter names an event, and when
    /// it has a condition that no index answers ([`DeliveryFilter::is_scanned`]). With a condition on the payload it also
    /// ends after [`crate::WALK_BYTES`] of payloads.
    async fn deliveries(
        &self,
        scope: ListScope<'_>,
        filter: &DeliveryFilter,
        page: Page<Place<DeliveryId>>,
    ) -> Result<Listed<Delivery, DeliveryId>, StorageError>;

    /// Counts the rows that [`Self::deliveries`] would list, up to `most`.
    async fn count_deliveries(
        &self,
        scope: ListScope<'_>,
        filter: &DeliveryFilter,
        most: u32,
    ) -> Result<Counted<DeliveryId>, StorageError>;

    /// All deliveries of an event, in order of their ids.
    async fn event_deliveries(&self, tenant: &TenantId, event: EventId) -> Result<Vec<Delivery>, StorageError> {
        let found = self.deliveries_of(&[(tenant.clone(), event)], u32::MAX).await?;
        Ok(found.into_iter().next().unwrap_or_default())
    }

    /// The first `most` deliveries of each event, in order of their ids; one list per event, in the order of `events`.
    async fn deliveries_of(
        &self,
        events: &[(TenantId, EventId)],
        most: u32,
    ) -> Result<Vec<Vec<Delivery>>, StorageError>;

    /// The newest `most` attempts of a delivery, in ascending order.
    async fn attempts(&self, tenant: &TenantId, id: DeliveryId, most: u32) -> Result<Vec<Attempt>, StorageError>;

    /// Replays a delivery: makes it due at once, in a new round of attempts and in [`Queue::Replay`]. An ordered one that
    /// waits keeps its place and its queue; one that has ended is in no order any more.
    async fn retry_delivery(
        &self,
        tenant: &TenantId,
        id: DeliveryId,
        of: RetryOf,
        now: Timestamp,
    ) -> Result<RetryOutcome, StorageError>;

    /// Cancels the deliveries of `ids` that wait, whatever their queue and their node, in one transaction; returns their
    /// ids. Their error is [`crate::CANCELLED_BY_REQUEST`]. Ended deliveries stay unchanged. A delivery whose request is in flight is cancelled too, and takes the
    /// outcome later ([`crate::Journal::commit_from`]). On a shared store, every node learns of it
    /// ([`crate::Change::Cancelled`]). Callers pass a few thousand ids at most.
    async fn cancel_by_ids(
        &self,
        tenant: &TenantId,
        ids: &[DeliveryId],
        now: Timestamp,
    ) -> Result<Vec<DeliveryId>, StorageError>;

    /// Reports the head of every queue that is not empty, of all tenants, for recovery at the start. The cost is one
    /// index look-up per queue, whatever its length.
    async fn each_queue_head(&self, found: &mut (dyn FnMut(DueQueueHead) + Send)) -> Result<(), StorageError>;

    /// Repairs retries that were scheduled while the clock was ahead: their last attempt lies after `now`, or their
    /// next attempt is more than `longest` after `now`. Each keeps the length of its wait, which begins again at `now`.
    /// Delayed deliveries are left alone: their publishers chose their times. Returns their number.
    async fn pull_back(&self, now: Timestamp, longest: Duration) -> Result<u64, StorageError>;

    /// Deliveries of one queue that are due at `now`. Deliveries in `held` are already in the caller's memory: they are
    /// skipped and do not count towards `limit`. Of [`Queue::Ordered`], the first delivery of each key, of those that wait on
    /// any node; `next` is then at most [`LOOK_FOR_ORDER`] after `now` while others wait.
    async fn due(
        &self,
        tenant: &TenantId,
        subscription: SubscriptionId,
        queue: Queue,
        now: Timestamp,
        limit: usize,
        held: &[DeliveryId],
    ) -> Result<Due, StorageError>;

    /// The ordered deliveries of a subscription that others wait for, because attempts have failed: those that were
    /// published first, at most `most`.
    async fn blocking(
        &self,
        tenant: &TenantId,
        subscription: SubscriptionId,
        most: u32,
    ) -> Result<Vec<FirstInOrder>, StorageError>;
}
