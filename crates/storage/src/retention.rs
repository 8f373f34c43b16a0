//! Retention: removal of events that are older than the installation keeps.

use crate::StorageError;
use async_trait::async_trait;
use model::{EventId, TenantId, Timestamp};

/// Result of one step of a removal, and where the next step continues.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    pub events: u64,
    pub deliveries: u64,
    /// The last event that was processed.
    pub after: Option<EventId>,
    /// True when more events may remain.
    pub more: bool,
}

#[async_trait]
pub trait Retention: Send + Sync {
    /// The trusted time that was stored last (up to which the clock was believed), if there is one.
    async fn believed_time(&self) -> Result<Option<Timestamp>, StorageError>;

    async fn keep_believed_time(&self, time: Timestamp) -> Result<(), StorageError>;

    /// Creation time of the newest event that was created no later than `until`.
    async fn newest_event(&self, until: Timestamp) -> Result<Option<Timestamp>, StorageError>;

    /// Tenants with events created before this time.
    async fn tenants_with_events_before(&self, before: Timestamp) -> Result<Vec<TenantId>, StorageError>;

    /// Removes events created before this time, oldest first and starting after `after`, with their deliveries,
    /// attempts and deduplication keys; about `rows` rows in one transaction. Waiting deliveries and their events are
    /// kept, whatever their age.
    async fn remove_before(
        &self,
        tenant: &TenantId,
        before: Timestamp,
        after: Option<EventId>,
        rows: usize,
    ) -> Result<Removed, StorageError>;
}
