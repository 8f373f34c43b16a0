//! Statistics of deliveries by tenant, hour, subscription and event type (rollups), which answer for months without
//! reading the log.
//!
//! Every transaction that changes the log also writes its increments, so the statistics are exactly as durable as the
//! log and equal counts of its rows ([`model::statistics::Counts`] says which). To keep commits cheap, a transaction
//! writes all its increments as one encoded row ([`StatisticsCounts::encode`]). The store folds these pending rows into
//! the rows of hours in batches; reads include them.
//!
//! Beside the rows of subscriptions and event types, each hour of a tenant has a row of its totals ([`TOTALS`]), so that
//! an overview reads one row an hour. Old hours are merged into the first hour of their day
//! ([`Statistics::tidy_statistics`]), so a day costs a commit nothing.

mod increments;
mod sums;

pub use increments::{StatisticsCounts, StatisticsKey, TOTALS};
pub use sums::{
    STATISTICS_ROWS, STATISTICS_SUMS, StatisticsBy, StatisticsOf, StatisticsOutcome, StatisticsQuery, StatisticsStep,
    StatisticsSum, Summing,
};

use crate::StorageError;
use async_trait::async_trait;
use model::{
    EventType, SubscriptionId, TenantId,
    policy::health::Recent,
    statistics::{Counts, Hour},
};

/// Days before the oldest kept hour in which hours are still merged into their day. Later increments, for a delivery that is
/// sent again after a longer time, stay in their hour.
pub const TIDY_DAYS: i32 = 32;

/// The counts of one hour, or of one day under its first hour.
#[derive(Clone, Debug, PartialEq)]
pub struct StatisticsRow {
    pub hour: Hour,
    pub subscription: SubscriptionId,
    pub event_type: EventType,
    pub counts: Counts,
}

#[async_trait]
pub trait Statistics: Send + Sync {
    /// Sums of a tenant's statistics, including everything committed before the call.
    async fn statistics(&self, tenant: &TenantId, query: &StatisticsQuery) -> Result<StatisticsOutcome, StorageError>;

    /// Sums over all tenants, for the operator. Filters do not apply, and [`StatisticsBy::Tenant`] is the only division.
    async fn all_statistics(&self, query: &StatisticsQuery) -> Result<StatisticsOutcome, StorageError>;

    /// Attempts of these subscriptions from this hour on, in their order. Increments of the last second may be missing.
    async fn recent_attempts(&self, of: &[(TenantId, SubscriptionId)], from: Hour)
    -> Result<Vec<Recent>, StorageError>;

    /// Merges the hours of days before the day of `hours` into one row a day, and removes the days before the day of
    /// `days`. Works in bounded steps.
    async fn tidy_statistics(&self, hours: Hour, days: Hour) -> Result<(), StorageError>;

    /// A tenant's rows in order of hour, subscription and event type, up to `limit`, for a transfer to another store.
    async fn read_statistics(
        &self,
        tenant: &TenantId,
        after: Option<&StatisticsRow>,
        limit: usize,
    ) -> Result<Vec<StatisticsRow>, StorageError>;

    /// Writes what [`Self::read_statistics`] of another store returned. Existing rows are left as they are.
    async fn write_statistics(&self, tenant: &TenantId, rows: Vec<StatisticsRow>) -> Result<(), StorageError>;
}
