//! What is older than an installation keeps.

use crate::StorageError;
use async_trait::async_trait;
use model::{EventId, TenantId, Timestamp};

/// What one step removed, and where the next one goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    pub events: u64,
    pub deliveries: u64,
    /// The last event that is done with.
    pub after: Option<EventId>,
    /// There may be more.
    pub more: bool,
}

#[async_trait]
pub trait Retention: Send + Sync {
    /// The time up to which the clock was believed when that was last kept, if it ever was.
    async fn believed_time(&self) -> Result<Option<Timestamp>, StorageError>;

    async fn keep_believed_time(&self, time: Timestamp) -> Result<(), StorageError>;

    /// When the newest event was made that is not newer than this.
    async fn newest_event(&self, until: Timestamp) -> Result<Option<Timestamp>, StorageError>;

    /// Tenants with events made before this.
    async fn tenants_with_events_before(&self, before: Timestamp) -> Result<Vec<TenantId>, StorageError>;

    /// Removes events made before this, oldest first and beginning after `after`, with their deliveries, attempts and
    /// the names under which they were published once; about `rows` rows in one transaction. What waits to be sent is
    /// left, whatever its age.
    async fn remove_before(
        &self,
        tenant: &TenantId,
        before: Timestamp,
        after: Option<EventId>,
        rows: usize,
    ) -> Result<Removed, StorageError>;
}
