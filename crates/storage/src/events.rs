//! Published events.

use crate::{DedupeKey, Page, StorageError};
use async_trait::async_trait;
use model::{Event, EventId, EventType, TenantId, Timestamp};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventFilter {
    pub event_type: Option<EventType>,
    /// Made at or after.
    pub after: Option<Timestamp>,
    /// Made before.
    pub before: Option<Timestamp>,
}

#[async_trait]
pub trait Events: Send + Sync {
    async fn event(&self, tenant: &TenantId, id: EventId) -> Result<Option<Event>, StorageError>;

    /// The event that was published under this id of its publisher, or under this idempotency key.
    async fn event_by_key(&self, tenant: &TenantId, key: &DedupeKey) -> Result<Option<Event>, StorageError>;

    /// The event whose publisher chose this id.
    async fn event_by_given_id(&self, tenant: &TenantId, given: &str) -> Result<Option<Event>, StorageError> {
        self.event_by_key(tenant, &DedupeKey::GivenId(given.to_owned())).await
    }

    /// Newest first.
    async fn events(
        &self,
        tenant: &TenantId,
        filter: &EventFilter,
        page: Page<EventId>,
    ) -> Result<Vec<Event>, StorageError>;
}
