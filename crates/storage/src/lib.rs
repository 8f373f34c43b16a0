//! What Postrider asks of a store: one object-safe trait per aggregate, without a word of SQL.
//!
//! Every method takes the tenant; no query exists without it, except where the installation itself asks (start-up,
//! key look-up), and lists that name [`ListScope::AllTenants`], for the operator. A method exists when the [`conformance`] suite exercises it on every backend.

mod backlog;
mod bounds;
mod catalog;
pub mod codec;
#[cfg(feature = "conformance")]
pub mod conformance;
mod deliveries;
mod documents;
mod error;
mod events;
mod journal;
mod keys;
mod owners;
mod page;
mod publications;
mod retention;
mod shared;
mod subscriptions;
mod tenants;
mod transfer;
mod vault;
mod walk;

pub use backlog::{BACKLOG_MAX, Backlog, Backlogs, QueueBacklog, count_per_queue};
pub use bounds::Bounds;
pub use catalog::{CustomTypes, RegisterOutcome};
pub use deliveries::{Deliveries, DeliveryFilter, Due, DueDelivery, Retry, RetryOf, Waiting};
pub use documents::{Document, Documents};
pub use error::StorageError;
pub use events::{EventFilter, Events};
pub use journal::{
    Append, Appended, CommitError, DedupeKey, Done, Journal, NewDelivery, NewEvent, Outcome, Source, Write,
};
pub use keys::Keys;
pub use owners::{count_of_subscription, deliveries_of_subscription};
pub use page::{Counted, ListScope, Listed, Next, PAGE_BYTES, Page, Place, WALK_MAX, rows_within};
pub use publications::{Added, Publication, Publications, Tally, day_of};
pub use retention::{Removed, Retention};
pub use shared::{
    Beat, Change, Changes, Drained, Dropped, Holder, Join, LEASE, Make, NewNode, Node, NodeRole, NodeState, Outgoing,
    Shared,
};
pub use subscriptions::{Insert, SubscriptionFilter, Subscriptions, Update};
pub use tenants::{Deleted, Put, Tenants};
pub use transfer::{StoredEvent, Transfer};
pub use vault::{BadMasterKey, MasterKey, Vault};
pub use walk::Walk;

use async_trait::async_trait;

/// A whole store.
#[async_trait]
pub trait Store:
    Tenants
    + Keys
    + Subscriptions
    + CustomTypes
    + Events
    + Deliveries
    + Backlogs
    + Journal
    + Publications
    + Retention
    + Documents
    + Transfer
    + std::fmt::Debug
{
    /// Proves that a write would be durable now.
    async fn check_writable(&self) -> Result<(), StorageError>;

    /// Whether nothing may be sent from this store. It is kept with the data, so a copy of the store has it too.
    async fn is_paused(&self) -> Result<bool, StorageError>;

    /// Durable when it returns; other nodes learn it within a second.
    async fn set_paused(&self, paused: bool) -> Result<(), StorageError>;

    /// What it offers when several nodes can work on it.
    fn shared(&self) -> Option<&dyn Shared> {
        None
    }

    /// Writes what is buffered and lets go of the files; the store is not used afterwards.
    async fn close(&self) -> Result<(), StorageError>;
}
