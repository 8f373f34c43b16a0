//! Subscriptions.

use crate::{Counted, ListScope, Listed, Page, Place, StorageError, codec};
use async_trait::async_trait;
use model::{Profile, Subscription, SubscriptionId, SubscriptionState, TenantId, Timestamp};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SubscriptionFilter {
    pub is_active: Option<bool>,
    /// Only those that list this type or pattern, or whose patterns cover it.
    pub event_type: Option<String>,
    pub profile: Option<Profile>,
    /// Only those whose URL has this in it, whatever the case of ASCII letters.
    pub url: Option<String>,
}

impl SubscriptionFilter {
    /// Whether a subscription is in the list, by what a store reads of it first; `patterns` is the stored text.
    pub fn fits(
        &self,
        state: SubscriptionState,
        profile: Profile,
        url: &str,
        patterns: &str,
    ) -> Result<bool, StorageError> {
        let simple = state != SubscriptionState::Deleted
            && self.is_active.is_none_or(|wanted| wanted == state.is_active())
            && self.profile.is_none_or(|wanted| wanted == profile)
            && self.url.as_ref().is_none_or(|part| codec::has_part(url, part));
        match &self.event_type {
            Some(wanted) if simple => codec::patterns_have(patterns, wanted),
            _ => Ok(simple),
        }
    }
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

    /// Newest first, without deleted ones. Bounded ([`crate::WALK_MAX`]); a page ends by the bytes of what subscriptions
    /// bring along, too ([`crate::PAGE_BYTES`]).
    async fn subscriptions(
        &self,
        scope: ListScope<'_>,
        filter: &SubscriptionFilter,
        page: Page<Place<SubscriptionId>>,
    ) -> Result<Listed<Subscription, SubscriptionId>, StorageError>;

    /// Counts the rows of such a list, up to `most`.
    async fn count_subscriptions(
        &self,
        scope: ListScope<'_>,
        filter: &SubscriptionFilter,
        most: u32,
    ) -> Result<Counted<SubscriptionId>, StorageError>;

    /// The tenants that have, or had, a subscription with this id: one, unless somebody copied it between tenants.
    async fn tenants_with_subscription(&self, id: SubscriptionId) -> Result<Vec<TenantId>, StorageError>;

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
