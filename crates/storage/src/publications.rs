//! Counts of publications by tenant, day and event type, which answer for months without reading events.
//!
//! The transaction of a tenant's first event of a type on a day also writes that this type was published, so this fact
//! is as durable as the event. The exact count may lag by at most one second: SQLite counts in the transaction of every
//! event; PostgreSQL gathers counts, because one more statement would prolong a commit by a fifth. Duplicates are not
//! counted.

use crate::{Appended, NewEvent, StorageError};
use async_trait::async_trait;
use model::{EventType, TenantId, Timestamp};
use std::collections::BTreeMap;

/// Microseconds per day.
const DAY: i64 = 24 * 60 * 60 * 1_000_000;

/// The UTC day of a time, counted from the Unix epoch.
pub const fn day_of(at: Timestamp) -> i32 {
    at.micros().div_euclid(DAY) as i32
}

/// Publications of one event type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    pub event_type: EventType,
    pub published: u64,
    /// Events that did not match the type's schema, among those that were validated ([`NewEvent::broke_schema`]).
    pub misfits: u64,
    /// When the newest event was accepted.
    pub last_at: Timestamp,
}

#[async_trait]
pub trait Publications: Send + Sync {
    /// A tenant's publications from the day of `since` on: the `limit` most frequent types, most frequent first.
    /// Includes everything committed by this node, and everything committed by other nodes more than a second ago.
    async fn publications(
        &self,
        tenant: &TenantId,
        since: Timestamp,
        limit: u32,
    ) -> Result<Vec<Publication>, StorageError>;

    /// The same for all tenants together, for the operator.
    async fn all_publications(&self, since: Timestamp, limit: u32) -> Result<Vec<Publication>, StorageError>;

    /// Removes the counts of days before the day of `before`, and merges partial counts that a store keeps in separate
    /// rows.
    async fn tidy_publications(&self, before: Timestamp) -> Result<(), StorageError>;

    /// A tenant's counts by day, oldest first, for a transfer to another store.
    async fn read_publications(&self, tenant: &TenantId) -> Result<Vec<(i32, Publication)>, StorageError>;

    /// Writes what [`Self::read_publications`] of another store returned. Existing counts are left as they are.
    async fn write_publications(&self, tenant: &TenantId, days: Vec<(i32, Publication)>) -> Result<(), StorageError>;
}

/// Increments of one commit: one row per key, in the order in which every commit locks them.
#[derive(Debug, Default)]
pub struct PublicationCounts(BTreeMap<(TenantId, i32, EventType), PublicationCount>);

/// Increment of one count.
#[derive(Clone, Copy, Debug)]
pub struct PublicationCount {
    pub published: u64,
    pub misfits: u64,
    pub last_at: Timestamp,
}

impl PublicationCounts {
    /// Counts an event, unless it is a duplicate or a test send.
    pub fn add(&mut self, tenant: &TenantId, new: &NewEvent, appended: &Appended) {
        // Neither a test send nor an operational event is a publication of the product.
        if *appended != Appended::New || new.is_test() || new.event.event_type.is_operational() {
            return;
        }
        let at = new.event.id.made_at();
        let key = (tenant.clone(), day_of(at), new.event.event_type.clone());
        let sum = self.0.entry(key).or_insert(PublicationCount { published: 0, misfits: 0, last_at: at });
        sum.published += 1;
        sum.misfits += u64::from(new.broke_schema);
        sum.last_at = sum.last_at.max(at);
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds the increments of another tally.
    pub fn merge(&mut self, other: Self) {
        for (key, added) in other.0 {
            let sum =
                self.0.entry(key).or_insert(PublicationCount { published: 0, misfits: 0, last_at: added.last_at });
            sum.published += added.published;
            sum.misfits += added.misfits;
            sum.last_at = sum.last_at.max(added.last_at);
        }
    }

    /// Drops the increments of a deleted tenant.
    pub fn forget(&mut self, tenant: &TenantId) {
        self.0.retain(|(of, ..), _| of != tenant);
    }

    pub fn iter(&self) -> impl Iterator<Item = (&TenantId, i32, &EventType, PublicationCount)> {
        self.0.iter().map(|((tenant, day, event_type), added)| (tenant, *day, event_type, *added))
    }
}
