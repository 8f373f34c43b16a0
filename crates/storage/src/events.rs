//! Published events.

use crate::{Page, StorageError};
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

    /// By the id that its publisher chose, in whatever spelling it was given.
    async fn event_by_given_id(&self, tenant: &TenantId, given: &str) -> Result<Option<Event>, StorageError>;

    /// Newest first.
    async fn events(
        &self,
        tenant: &TenantId,
        filter: &EventFilter,
        page: Page<EventId>,
    ) -> Result<Vec<Event>, StorageError>;
}
