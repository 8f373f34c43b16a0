//! Transfer to another store: events with their deliveries and attempts, tenant by tenant, oldest first.

use crate::{OrderPlace, StorageError};
use async_trait::async_trait;
use model::{Attempt, Delivery, DeliveryId, Event, EventId, Queue, TenantId};

/// An event with everything that a store keeps of it.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredEvent {
    pub event: Event,
    /// Deduplication keys of the event, in the form of [`crate::DedupeKey::text`].
    pub names: Vec<String>,
    pub deliveries: Vec<(Delivery, Queue)>,
    /// Places of those that are ordered and wait.
    pub places: Vec<(DeliveryId, OrderPlace)>,
    pub attempts: Vec<(DeliveryId, Attempt)>,
}

#[async_trait]
pub trait Transfer: Send + Sync {
    /// The tenant's events after this id, oldest first, up to `limit`.
    async fn read_events(
        &self,
        tenant: &TenantId,
        after: Option<EventId>,
        limit: usize,
    ) -> Result<Vec<StoredEvent>, StorageError>;

    /// Writes events unchanged, in one transaction; existing rows are left as they are. Their waiting deliveries have
    /// no owner until a node claims them.
    async fn write_events(&self, tenant: &TenantId, events: Vec<StoredEvent>) -> Result<(), StorageError>;

    /// Writes a subscription's statistics, which [`crate::Subscriptions::insert_subscription`] ignores.
    async fn write_stats(&self, of: &model::Subscription) -> Result<(), StorageError>;
}
