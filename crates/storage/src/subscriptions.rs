//! Subscriptions.

use crate::{Page, StorageError};
use async_trait::async_trait;
use model::{Profile, Subscription, SubscriptionId, TenantId, Timestamp};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SubscriptionFilter {
    pub is_active: Option<bool>,
    /// Only those that list this type or pattern, or whose patterns cover it.
    pub event_type: Option<String>,
    pub profile: Option<Profile>,
}

/// What an insertion met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Insert {
    Done,
    NoTenant,
    /// An active one has the same event and URL, and both are to be unique.
    Duplicate,
}

/// What a change met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Update {
    Done,
    /// Somebody else changed it since it was read: read again and try again.
    Stale,
    Missing,
    /// It would be active, and an active one has the same event and URL, and both are to be unique.
    Duplicate,
}

#[async_trait]
pub trait Subscriptions: Send + Sync {
    async fn insert_subscription(&self, subscription: &Subscription) -> Result<Insert, StorageError>;

    /// Deleted ones are not found.
    async fn subscription(&self, tenant: &TenantId, id: SubscriptionId) -> Result<Option<Subscription>, StorageError>;

    /// Those of these that ever were, deleted ones too: what the log of their deliveries speaks of.
    async fn subscriptions_ever(
        &self,
        tenant: &TenantId,
        ids: &[SubscriptionId],
    ) -> Result<Vec<Subscription>, StorageError>;

    /// Newest first, without deleted ones.
    async fn subscriptions(
        &self,
        tenant: &TenantId,
        filter: &SubscriptionFilter,
        page: Page<SubscriptionId>,
    ) -> Result<Vec<Subscription>, StorageError>;

    /// Writes everything but the statistics, when the stored revision is still `subscription.revision`, and raises it.
    async fn update_subscription(&self, subscription: &Subscription) -> Result<Update, StorageError>;

    /// Marks it deleted, then cancels what waits for it.
    async fn delete_subscription(
        &self,
        tenant: &TenantId,
        id: SubscriptionId,
        now: Timestamp,
    ) -> Result<Update, StorageError>;

    /// Cancels what waits for a deleted subscription: the rest of a deletion that a crash cut short.
    async fn cancel_waiting(&self, tenant: &TenantId, id: SubscriptionId, now: Timestamp) -> Result<(), StorageError>;

    /// Every tenant's subscriptions, including deleted ones, for the in-memory index at the start: without description and
    /// metadata, which nobody needs there. They are handed out in pieces, so that they are never in memory twice.
    async fn each_subscription(&self, take: &mut (dyn FnMut(Subscription) + Send)) -> Result<(), StorageError>;
}
