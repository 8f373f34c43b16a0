//! Published events.

use crate::{Counted, DedupeKey, ListOrder, ListScope, Listed, Page, Place, StorageError};
use async_trait::async_trait;
use model::{Event, EventId, EventType, TenantId, Timestamp};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventFilter {
    pub id: Option<EventId>,
    pub event_type: Option<EventType>,
    /// Created at or after this time.
    pub after: Option<Timestamp>,
    /// Created before this time.
    pub before: Option<Timestamp>,
    pub order: ListOrder,
}

#[async_trait]
pub trait Events: Send + Sync {
    async fn event(&self, tenant: &TenantId, id: EventId) -> Result<Option<Event>, StorageError>;

    /// The event that was published with this id of its publisher or with this idempotency key.
    async fn event_by_key(&self, tenant: &TenantId, key: &DedupeKey) -> Result<Option<Event>, StorageError>;

    /// The event with this id of its publisher.
    async fn event_by_given_id(&self, tenant: &TenantId, given: &str) -> Result<Option<Event>, StorageError> {
        self.event_by_key(tenant, &DedupeKey::GivenId(given.to_owned())).await
    }

    /// In the order of the filter. A page also ends at a limit of bytes of data and metadata ([`crate::PAGE_BYTES`]). Over all
    /// tenants, the walk is bounded ([`crate::WALK_MAX`]).
    async fn events(
        &self,
        scope: ListScope<'_>,
        filter: &EventFilter,
        page: Page<Place<EventId>>,
    ) -> Result<Listed<Event, EventId>, StorageError>;

    /// Counts the rows that [`Self::events`] would list, up to `most`.
    async fn count_events(
        &self,
        scope: ListScope<'_>,
        filter: &EventFilter,
        most: u32,
    ) -> Result<Counted<EventId>, StorageError>;

    /// The tenants that have an event with this id: one, unless events were copied between tenants.
    async fn tenants_with_event(&self, id: EventId) -> Result<Vec<TenantId>, StorageError>;
}
