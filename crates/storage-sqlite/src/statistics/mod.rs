//! Statistics of deliveries by hour. A transaction inserts its increments as one pending row; from time to time the
//! journal folds all pending rows into the rows of hours, so that a commit pays for one insert.

pub(crate) mod changes;
pub(crate) mod hours;
pub(crate) mod pending;
mod query;
mod recent;
mod tidy;

pub(crate) use recent::RecentAttempts;

use crate::{SqliteStore, error::sqlite};
use async_trait::async_trait;
use model::{SubscriptionId, TenantId, policy::health::Recent, statistics::Hour};
use pending::fold;
use storage::{Statistics, StatisticsKey, StatisticsOutcome, StatisticsQuery, StatisticsRow, StorageError};

#[async_trait]
impl Statistics for SqliteStore {
    async fn statistics(&self, tenant: &TenantId, query: &StatisticsQuery) -> Result<StatisticsOutcome, StorageError> {
        let query = query.clone();
        self.readers.read_of(tenant, move |connection, tenant| query::of_tenant(connection, tenant, &query)).await
    }

    async fn all_statistics(&self, query: &StatisticsQuery) -> Result<StatisticsOutcome, StorageError> {
        let query = query.clone();
        self.readers.read(move |connection| query::of_all(connection, &query)).await
    }

    async fn recent_attempts(
        &self,
        of: &[(TenantId, SubscriptionId)],
        from: Hour,
    ) -> Result<Vec<Recent>, StorageError> {
        let of = of.to_vec();
        self.readers
            .read(move |connection| {
                let snapshot = connection.unchecked_transaction().map_err(sqlite)?;
                let mut attempts = RecentAttempts::prepare(&snapshot, from)?;
                of.iter().map(|(tenant, id)| attempts.of(tenant, *id)).collect()
            })
            .await
    }

    async fn tidy_statistics(&self, hours: Hour, days: Hour) -> Result<(), StorageError> {
        tidy::fold_pending(self).await?;
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
            self.writer.transaction(fold).await?;
        }
        let after = after.cloned();
        self.readers
            .read_of(tenant, move |connection, tenant| query::rows(connection, tenant, after.as_ref(), limit))
            .await
    }

    async fn write_statistics(&self, tenant: &TenantId, rows: Vec<StatisticsRow>) -> Result<(), StorageError> {
        self.writer
            .transaction_of(tenant, (), move |tx, tenant| {
                let mut hours = hours::Hours::prepare(tx)?;
                for StatisticsRow { hour, subscription, event_type, counts } in rows {
                    let key = StatisticsKey { tenant: tenant.clone(), hour, subscription, event_type };
                    if hours.find(&key)?.is_none() {
                        hours.put(&key, &counts)?;
                    }
                }
                Ok(())
            })
            .await
    }
}
