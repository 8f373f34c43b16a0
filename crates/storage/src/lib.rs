//! The interface of a store: one object-safe trait per aggregate, without SQL.
//!
//! Every method takes the tenant. Exceptions are the installation's own reads (start-up, key look-up) and lists with
//! [`ListScope::AllTenants`], for the operator. A method exists when the [`conformance`] suite exercises it on every
//! backend.

mod backlog;
mod bounds;
mod cancels;
mod catalog;
pub mod codec;
#[cfg(feature = "conformance")]
pub mod conformance;
mod deliveries;
mod documents;
mod erasure;
mod error;
mod events;
mod figures;
pub mod inspection;
mod journal;
mod keys;
mod master_key;
mod master_keys;
mod owners;
mod page;
mod publications;
mod replays;
mod retention;
mod sessions;
mod shared;
mod statistics;
mod subscriptions;
mod tenants;
mod transfer;
mod vault;
mod walk;

pub use backlog::{BACKLOG_MAX, Backlog, Backlogs, QueueBacklog, count_per_queue};
pub use bounds::Bounds;
pub use cancels::{CancelFilter, CancelOutcome, CancelPlace, CancelStepped, Cancels};
pub use catalog::{CustomTypes, RegisterOutcome};
pub use deliveries::{
    BEHIND_MAX, Deliveries, DeliveryFilter, Due, DueDelivery, DueQueueHead, FirstInOrder, LOOK_FOR_ORDER, OrderPlace,
    RetryOf, RetryOutcome,
};
pub use documents::{Document, Documents};
pub use erasure::{EraseStep, ErasedByAge, Erasure, ErasureOutcome, PAYLOAD_ERASED};
pub use error::StorageError;
pub use events::{EventFilter, Events};
pub use figures::{Figures, OpenReplays, Partition, PoolUse, StoreFacts, StoreSize, Waiting};
pub use journal::{
    Append, Appended, CANCELLED_BY_REQUEST, CommitError, DedupeKey, Done, Ending, Journal, NewDelivery, NewEvent,
    Outcome, SUBSCRIPTION_DELETED, Source, Write,
};
pub use keys::{KeyUse, Keys};
pub use master_key::{BadMasterKey, MasterKey, MasterKeyId, NotAMasterKeyId};
pub use master_keys::{
    CurrentKey, FURTHER_KEY_CHECK, KEY_CHECK, KEY_ROTATION, KeyRecords, MasterKeyUse, MasterKeys, ResealPlace,
    Resealed, RotationBegin, RotationEnd, SealedValues, further_key_check, sealed_values,
};
pub use owners::{count_of_subscription, deliveries_of_subscription};
pub use page::{
    Counted, ListOrder, ListScope, Listed, NextPage, PAGE_BYTES, Page, Place, WALK_BYTES, WALK_MAX, rows_within,
};
pub use publications::{Publication, PublicationCount, PublicationCounts, Publications, day_of};
pub use replays::{
    InsertReplay, REPLAY_LEASE, REPLAY_STEP, REPLAYS_KEPT, ReplayCandidate, ReplayChange, ReplayChosen, ReplayCount,
    ReplaySample, ReplayStep, ReplayStepped, Replays, Wants,
};
pub use retention::{Removed, Retention};
pub use sessions::{InsertPortalSession, PORTAL_SESSIONS_KEPT, PortalSessions, Sessions};
pub use shared::{
    Change, Changes, Drained, DroppedPartitions, Exchange, FEED_WANTED, FeedExchanged, FeedPacket, Heartbeat, Holder,
    JoinOutcome, LEASE, LimitClaim, Made, Make, NewNode, Node, NodeId, NodeRole, NodeState, OutboxEvent, Shared,
};
pub use statistics::{
    STATISTICS_ROWS, STATISTICS_SUMS, Statistics, StatisticsBy, StatisticsCounts, StatisticsKey, StatisticsOf,
    StatisticsOutcome, StatisticsQuery, StatisticsRow, StatisticsStep, StatisticsSum, Summing, TIDY_DAYS, TOTALS,
};
pub use subscriptions::{BreakerChange, HealthFilter, InsertOutcome, SubscriptionFilter, Subscriptions, UpdateOutcome};
pub use tenants::{DeleteOutcome, PutOutcome, Tenants};
pub use transfer::{StoredEvent, Transfer};
pub use vault::{OpenError, Vault, named_key};
pub use walk::Walk;

use async_trait::async_trait;

/// A complete store: all aggregates of one backend.
#[async_trait]
pub trait Store:
    Tenants
    + Keys
    + Sessions
    + PortalSessions
    + Subscriptions
    + CustomTypes
    + Events
    + Deliveries
    + Backlogs
    + Replays
    + Cancels
    + Journal
    + Publications
    + Statistics
    + Erasure
    + Retention
    + Documents
    + MasterKeys
    + Figures
    + Transfer
    + std::fmt::Debug
{
    /// Checks that a write would be durable now, for readiness probes.
    async fn check_writable(&self) -> Result<(), StorageError>;

    /// True when no delivery may be sent from this store. The flag is stored with the data, so a copy of the store has
    /// it too.
    async fn is_paused(&self) -> Result<bool, StorageError>;

    /// Durable when it returns; other nodes apply it within a second.
    async fn set_paused(&self, paused: bool) -> Result<(), StorageError>;

    /// The operations for several nodes; `None` when the store allows one process only.
    fn shared(&self) -> Option<&dyn Shared> {
        None
    }

    /// Flushes buffered writes and closes the files; the store must not be used afterwards.
    async fn close(&self) -> Result<(), StorageError>;
}
