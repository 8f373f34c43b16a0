//! How much was published, by tenant, day and event type: what can be said of months without reading their events.
//!
//! That a tenant has published a type on a day is written in the transaction of the first such event, and so is as
//! durable as that. How often may come later, by a second at most: a store that can afford it counts in the
//! transaction of every event (SQLite does), another one gathers (PostgreSQL: a statement more would cost a commit a
//! fifth of its time). Duplicates are not counted.

use crate::{Appended, NewEvent, StorageError};
use async_trait::async_trait;
use model::{EventType, TenantId, Timestamp};
use std::collections::BTreeMap;

/// Microseconds of a day.
const DAY: i64 = 24 * 60 * 60 * 1_000_000;

/// The day (UTC) of a moment, counted from the Unix epoch.
pub const fn day_of(at: Timestamp) -> i32 {
    at.micros().div_euclid(DAY) as i32
}

/// What was published of one type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    pub event_type: EventType,
    pub published: u64,
    /// How many of those broke the type's schema, as far as they were checked ([`NewEvent::broke_schema`]).
    pub misfits: u64,
    /// When the last one was accepted.
    pub last_at: Timestamp,
}

#[async_trait]
pub trait Publications: Send + Sync {
    /// What a tenant published on the day of `since` and later; the `limit` types of which there was most, those first.
    /// All that was committed here is in it, and what other nodes had committed a second ago.
    async fn publications(
        &self,
        tenant: &TenantId,
        since: Timestamp,
        limit: u32,
    ) -> Result<Vec<Publication>, StorageError>;

    /// The same of all tenants together, for the installation itself.
    async fn all_publications(&self, since: Timestamp, limit: u32) -> Result<Vec<Publication>, StorageError>;

    /// Removes the counts of days before that of `before`, and brings together what a store keeps apart while it is
    /// added to.
    async fn tidy_publications(&self, before: Timestamp) -> Result<(), StorageError>;

    /// A tenant's counts by day, for a transfer, oldest first.
    async fn read_publications(&self, tenant: &TenantId) -> Result<Vec<(i32, Publication)>, StorageError>;

    /// Writes what [`Self::read_publications`] of another store answered. A count that is there already is left as it
    /// is.
    async fn write_publications(&self, tenant: &TenantId, days: Vec<(i32, Publication)>) -> Result<(), StorageError>;
}

/// What one commit adds: a row for each key, in the order in which every commit locks them.
#[derive(Debug, Default)]
pub struct Tally(BTreeMap<(TenantId, i32, EventType), Added>);

/// What one commit adds to a count.
#[derive(Clone, Copy, Debug)]
pub struct Added {
    pub published: u64,
    pub misfits: u64,
    pub last_at: Timestamp,
}

impl Tally {
    /// Counts an event, if it was new.
    pub fn add(&mut self, tenant: &TenantId, new: &NewEvent, appended: &Appended) {
        // A test send is no publication of the product's.
        if *appended != Appended::New || new.is_test() {
            return;
        }
        let at = new.event.id.made_at();
        let key = (tenant.clone(), day_of(at), new.event.event_type.clone());
        let sum = self.0.entry(key).or_insert(Added { published: 0, misfits: 0, last_at: at });
        sum.published += 1;
        sum.misfits += u64::from(new.broke_schema);
        sum.last_at = sum.last_at.max(at);
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds what another one has.
    pub fn merge(&mut self, other: Self) {
        for (key, added) in other.0 {
            let sum = self.0.entry(key).or_insert(Added { published: 0, misfits: 0, last_at: added.last_at });
            sum.published += added.published;
            sum.misfits += added.misfits;
            sum.last_at = sum.last_at.max(added.last_at);
        }
    }

    /// Leaves out what is a tenant's that is gone.
    pub fn forget(&mut self, tenant: &TenantId) {
        self.0.retain(|(of, ..), _| of != tenant);
    }

    pub fn iter(&self) -> impl Iterator<Item = (&TenantId, i32, &EventType, Added)> {
        self.0.iter().map(|((tenant, day, event_type), added)| (tenant, *day, event_type, *added))
    }
}
