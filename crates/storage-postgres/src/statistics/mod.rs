//! Statistics of deliveries by hour. A transaction inserts its increments as one pending row, which conflicts with no
//! other transaction. One node at a time folds the pending rows of all nodes into the rows of hours: a second after a
//! commit, and before each read.

pub(crate) mod changes;
pub(crate) mod folding;
mod hours;
mod pending;
pub(crate) mod query;
mod tidy;

pub(crate) use pending::pend;

use crate::{PgStore, commit, connect::params};
use async_trait::async_trait;
use hours::Rows;
use model::{
    SubscriptionId, TenantId,
    policy::health::Recent,
    statistics::{Counts, Hour},
};
use storage::{Statistics, StatisticsKey, StatisticsOutcome, StatisticsQuery, StatisticsRow, StorageError};

#[async_trait]
impl Statistics for PgStore {
    async fn statistics(&self, tenant: &TenantId, query: &StatisticsQuery) -> Result<StatisticsOutcome, StorageError> {
        self.fold_statistics().await?;
        query::of_tenant(self, tenant, query).await
    }

    async fn all_statistics(&self, query: &StatisticsQuery) -> Result<StatisticsOutcome, StorageError> {
        self.fold_statistics().await?;
        query::of_all(self, query).await
    }

    async fn recent_attempts(
        &self,
        of: &[(TenantId, SubscriptionId)],
        from: Hour,
    ) -> Result<Vec<Recent>, StorageError> {
        query::recent(self, of, from).await
    }

    async fn tidy_statistics(&self, hours: Hour, days: Hour) -> Result<(), StorageError> {
        self.fold_statistics().await?;
        tidy::merge_hours(self, hours.day()).await?;
        tidy::remove_days(self, days.day()).await
    }

    async fn read_statistics(
        &self,
        tenant: &TenantId,
        after: Option<&StatisticsRow>,
        limit: usize,
    ) -> Result<Vec<StatisticsRow>, StorageError> {
        if after.is_none() {
            self.fold_statistics().await?;
        }
        query::rows(self, tenant, after, limit).await
    }

    async fn write_statistics(&self, tenant: &TenantId, rows: Vec<StatisticsRow>) -> Result<(), StorageError> {
        let keyed = |row: StatisticsRow| {
            let StatisticsRow { hour, subscription, event_type, counts } = row;
            (StatisticsKey { tenant: tenant.clone(), hour, subscription, event_type }, counts)
        };
        let keyed: Vec<(StatisticsKey, Counts)> = rows.into_iter().map(keyed).collect();
        let mut written = Rows::default();
        keyed.iter().for_each(|(key, counts)| written.push(key, counts));
        let tx = pending::lock(self).await?;
        if !tx.query(commit::TENANTS, params![vec![tenant.as_str()] => TEXT_ARRAY]).await?.is_empty() {
            written.insert(&tx).await?;
        }
        Ok(tx.commit().await?)
    }
}
