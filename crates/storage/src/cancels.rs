//! Cancellation of waiting deliveries by request.

use crate::StorageError;
use async_trait::async_trait;
use model::{DeliveryId, DeliveryStatus, EventPattern, Queue, SubscriptionId, TenantId, Timestamp};

/// Selects waiting deliveries. Deliveries of test sends are never selected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CancelFilter {
    pub subscription: Option<SubscriptionId>,
    /// Matches any of these; empty matches all.
    pub event_types: Vec<EventPattern>,
    /// Pending, retrying or both.
    pub statuses: Vec<DeliveryStatus>,
    /// Created at or after this time.
    pub after: Option<Timestamp>,
    /// Created before this time. Always set, so that a cancellation ends.
    pub before: Timestamp,
}

impl CancelFilter {
    /// True when a waiting delivery in this state, of an event of this type, is selected; its subscription is not
    /// compared.
    pub fn has(&self, id: DeliveryId, status: DeliveryStatus, event_type: &str) -> bool {
        !id.is_test()
            && self.statuses.contains(&status)
            && id.made_at() < self.before
            && self.after.is_none_or(|after| id.made_at() >= after)
            && (self.event_types.is_empty() || self.event_types.iter().any(|pattern| pattern.matches(event_type)))
    }
}

/// A place between waiting deliveries, at which the next step continues. Stores use the parts by which they order them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CancelPlace {
    pub subscription: SubscriptionId,
    pub queue: Queue,
    pub at: Timestamp,
    pub id: DeliveryId,
}

/// Result of one step of a cancellation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CancelStepped {
    pub cancelled: u32,
    /// The subscriptions of the cancelled deliveries.
    pub subscriptions: Vec<SubscriptionId>,
    /// Where the next step continues; `None` at the end.
    pub next: Option<CancelPlace>,
}

/// Result of cancelling one delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CancelOutcome {
    Done(SubscriptionId),
    /// The delivery has ended already.
    Ended(DeliveryStatus),
    Missing,
}

#[async_trait]
pub trait Cancels: Send + Sync {
    /// Cancels a waiting delivery. On a store of several nodes, the other nodes are told to read the subscription's
    /// waiting deliveries again ([`crate::Change::Cancelled`]).
    async fn cancel_delivery(
        &self,
        tenant: &TenantId,
        id: DeliveryId,
        now: Timestamp,
    ) -> Result<CancelOutcome, StorageError>;

    /// Reads up to `rows` waiting deliveries behind `from` and cancels those that the filter has, in one transaction;
    /// for the rest see [`Self::cancel_delivery`].
    async fn cancel_deliveries(
        &self,
        tenant: &TenantId,
        filter: &CancelFilter,
        from: Option<&CancelPlace>,
        rows: usize,
        now: Timestamp,
    ) -> Result<CancelStepped, StorageError>;
}
