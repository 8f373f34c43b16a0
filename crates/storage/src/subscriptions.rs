//! Subscriptions.

use crate::{Counted, ListScope, Listed, Page, Place, StorageError, codec};
use async_trait::async_trait;
use model::{
    Profile, Subscription, SubscriptionId, SubscriptionState, TenantId, Timestamp,
    event::NotAnEventType,
    policy::{
        AutoDisable, OpenBreaker,
        health::{HealthState, Recent, assess},
    },
    statistics::Hour,
};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SubscriptionFilter {
    pub is_active: Option<bool>,
    /// Only subscriptions that list this type or pattern, or whose patterns cover it.
    pub event_type: Option<String>,
    pub profile: Option<Profile>,
    /// Substring of the subscription's URL, ignoring the case of ASCII letters.
    pub url: Option<String>,
    /// Only subscriptions with this health. The list is a bounded walk then, because no index has it.
    pub health: Option<HealthFilter>,
}

/// Selects subscriptions by the health of their receivers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HealthFilter {
    pub wanted: HealthState,
    /// The first hour whose attempts count as recent.
    pub from: Hour,
    /// The installation's policy of automatic disabling.
    pub default: AutoDisable,
}

impl HealthFilter {
    pub fn fits(&self, subscription: &Subscription, recent: Recent) -> bool {
        assess(subscription, recent, self.default).state == self.wanted
    }
}

impl SubscriptionFilter {
    /// Applies the filter to the columns that a store reads first; `patterns` is the stored text, which may be invalid.
    pub fn fits(
        &self,
        state: SubscriptionState,
        profile: Profile,
        url: &str,
        patterns: &str,
    ) -> Result<bool, NotAnEventType> {
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

/// Result of an insertion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InsertOutcome {
    Done,
    NoTenant,
    /// An active subscription has the same event and URL, and both must be unique.
    Duplicate,
}

/// Result of an update.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpdateOutcome {
    Done,
    /// The subscription was changed since it was read (optimistic lock): read it again and retry.
    Stale,
    Missing,
    /// The update would make it active, but an active subscription has the same event and URL, and both must be unique.
    Duplicate,
}

/// The state of a subscription's circuit breaker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BreakerChange {
    pub tenant: TenantId,
    pub subscription: SubscriptionId,
    /// `None`: closed.
    pub breaker: Option<OpenBreaker>,
}

#[async_trait]
pub trait Subscriptions: Send + Sync {
    async fn insert_subscription(&self, subscription: &Subscription) -> Result<InsertOutcome, StorageError>;

    /// Finds no deleted subscriptions.
    async fn subscription(&self, tenant: &TenantId, id: SubscriptionId) -> Result<Option<Subscription>, StorageError>;

    /// The subscriptions with these ids, including deleted ones, which the delivery log still refers to.
    async fn subscriptions_ever(
        &self,
        tenant: &TenantId,
        ids: &[SubscriptionId],
    ) -> Result<Vec<Subscription>, StorageError>;

    /// Newest first, without deleted ones. The walk is bounded ([`crate::WALK_MAX`]); a page also ends at a limit of
    /// bytes ([`crate::PAGE_BYTES`]).
    async fn subscriptions(
        &self,
        scope: ListScope<'_>,
        filter: &SubscriptionFilter,
        page: Page<Place<SubscriptionId>>,
    ) -> Result<Listed<Subscription, SubscriptionId>, StorageError>;

    /// Counts the rows that [`Self::subscriptions`] would list, up to `most`.
    async fn count_subscriptions(
        &self,
        scope: ListScope<'_>,
        filter: &SubscriptionFilter,
        most: u32,
    ) -> Result<Counted<SubscriptionId>, StorageError>;

    /// The tenants that have, or had, a subscription with this id: one, unless subscriptions were copied between
    /// tenants.
    async fn tenants_with_subscription(&self, id: SubscriptionId) -> Result<Vec<TenantId>, StorageError>;

    /// Writes everything except the statistics if the stored revision still equals `subscription.revision`, and
    /// increments it.
    async fn update_subscription(&self, subscription: &Subscription) -> Result<UpdateOutcome, StorageError>;

    /// Writes the states of circuit breakers in one transaction, and increments the revisions of their subscriptions.
    /// Missing subscriptions are skipped. Returns the states before: of several nodes that open a breaker at the same
    /// time, one finds it closed.
    async fn set_breakers(&self, changes: &[BreakerChange]) -> Result<Vec<BreakerChange>, StorageError>;

    /// Replaces `warned_at` if its value is still `known` (compare and set), and increments the revision. Of several
    /// nodes that try it, one succeeds.
    async fn set_warned(
        &self,
        tenant: &TenantId,
        id: SubscriptionId,
        known: Option<Timestamp>,
        warned_at: Option<Timestamp>,
    ) -> Result<bool, StorageError>;

    /// Subscriptions that are not deleted and have failed since `before` or longer, and those that were warned; of all
    /// tenants. `failing_since` of the statistics is the measure.
    async fn failing_subscriptions(&self, before: Timestamp) -> Result<Vec<(TenantId, SubscriptionId)>, StorageError>;

    /// Marks a subscription as deleted, then cancels its waiting deliveries.
    async fn delete_subscription(
        &self,
        tenant: &TenantId,
        id: SubscriptionId,
        now: Timestamp,
    ) -> Result<UpdateOutcome, StorageError>;

    /// Cancels the waiting deliveries of a deleted subscription: completes a deletion that a crash interrupted.
    async fn cancel_waiting(&self, tenant: &TenantId, id: SubscriptionId, now: Timestamp) -> Result<(), StorageError>;

    /// Passes the subscriptions of all tenants, including deleted ones, to `take`, for the in-memory index at the
    /// start. They lack description and metadata, which the index does not need, and are read in chunks, so that they
    /// are not in memory twice.
    async fn each_subscription(&self, take: &mut (dyn FnMut(Subscription) + Send)) -> Result<(), StorageError>;
}
