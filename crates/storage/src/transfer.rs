//! From one store to another: events with all that hangs on them, tenant by tenant, oldest first.

use crate::StorageError;
use async_trait::async_trait;
use model::{Attempt, Delivery, DeliveryId, Event, EventId, Queue, TenantId};

/// An event as a store keeps it, whole.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredEvent {
    pub event: Event,
    /// The names under which it was published, as [`crate::DedupeKey::text`] writes them.
    pub names: Vec<String>,
    pub deliveries: Vec<(Delivery, Queue)>,
    pub attempts: Vec<(DeliveryId, Attempt)>,
}

#[async_trait]
pub trait Transfer: Send + Sync {
    /// The tenant's events after this one.
    async fn read_events(
        &self,
        tenant: &TenantId,
        after: Option<EventId>,
        limit: usize,
    ) -> Result<Vec<StoredEvent>, StorageError>;

    /// Writes them as they are, in one transaction; what is there already is left as it is. What waits in them is
    /// nobody's yet and will be taken up.
    async fn write_events(&self, tenant: &TenantId, events: Vec<StoredEvent>) -> Result<(), StorageError>;

    /// Sets a subscription's statistics, which [`crate::Subscriptions::insert_subscription`] leaves out.
    async fn write_stats(&self, of: &model::Subscription) -> Result<(), StorageError>;
}
