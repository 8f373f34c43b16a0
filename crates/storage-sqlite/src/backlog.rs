//! Backlogs: finds each queue by a look-up and counts along the index of due deliveries.

use crate::{SqliteStore, cells::Cells, deliveries::due, error::sqlite, query};
use async_trait::async_trait;
use model::{Queue, SubscriptionId, TenantId};
use rusqlite::Connection;
use std::collections::HashMap;
use storage::{BACKLOG_MAX, Backlog, Backlogs, ListScope, QueueBacklog, StorageError, count_per_queue};

#[async_trait]
impl Backlogs for SqliteStore {
    async fn backlog(&self, tenant: &TenantId, subscription: SubscriptionId) -> Result<Backlog, StorageError> {
        let owner = tenant.clone();
        let queues = self
            .readers
            .read_of(tenant, move |connection, tenant| {
                let connection = connection.unchecked_transaction().map_err(sqlite)?;
                let count = |queue| count(&connection, tenant, subscription, queue, BACKLOG_MAX).transpose();
                Queue::ALL.into_iter().filter_map(count).collect()
            })
            .await?;
        Ok(Backlog { tenant: owner, subscription, queues, counted_to: BACKLOG_MAX })
    }

    async fn backlogs(&self, scope: ListScope<'_>) -> Result<Vec<Backlog>, StorageError> {
        self.readers
            .read_in(scope, |connection, scope| {
                let connection = connection.unchecked_transaction().map_err(sqlite)?;
                backlogs(&connection, scope)
            })
            .await
    }

    async fn count_waiting(&self, most: u32) -> Result<u32, StorageError> {
        let sql = "SELECT count(*) FROM (SELECT 1 FROM deliveries INDEXED BY deliveries_due
                   WHERE next_attempt_at IS NOT NULL LIMIT ?1)";
        self.readers
            .read(move |connection| {
                let mut statement = connection.prepare_cached(sql).map_err(sqlite)?;
                statement.query_row([most], |row| row.get(0)).map_err(sqlite)
            })
            .await
    }
}

fn backlogs(connection: &Connection, scope: ListScope<'_>) -> Result<Vec<Backlog>, StorageError> {
    let heads = match scope {
        ListScope::Tenant(tenant) => due::heads(connection, Some(tenant))?,
        ListScope::AllTenants => due::waiting(connection)?,
    };
    let counted_to = count_per_queue(heads.len());
    let mut all: HashMap<(TenantId, SubscriptionId), Vec<QueueBacklog>> = HashMap::new();
    for head in heads {
        let counted = count(connection, &head.tenant, head.subscription, head.queue, counted_to)?;
        all.entry((head.tenant, head.subscription)).or_default().extend(counted);
    }
    let backlog = |((tenant, subscription), queues)| Backlog { tenant, subscription, queues, counted_to };
    Ok(all.into_iter().map(backlog).collect())
}

fn count(
    connection: &Connection,
    tenant: &TenantId,
    subscription: SubscriptionId,
    queue: Queue,
    most: u32,
) -> Result<Option<QueueBacklog>, StorageError> {
    let sql = "SELECT count(*) AS waiting, min(id) AS oldest, min(next_attempt_at) AS next_attempt_at FROM (
                   SELECT id, next_attempt_at FROM deliveries INDEXED BY deliveries_due
                   WHERE tenant_id = ?1 AND subscription_id = ?2 AND queue = ?3 AND next_attempt_at IS NOT NULL
                   ORDER BY next_attempt_at, id LIMIT ?4)";
    let mut statement = connection.prepare_cached(sql).map_err(sqlite)?;
    query::one(&mut statement, (tenant.as_str(), subscription.bytes(), queue.code(), most), |row| {
        let cells = Cells::deliveries(row);
        let waiting: u32 = cells.get("waiting")?;
        if waiting == 0 {
            return Ok(None);
        }
        Ok(Some(QueueBacklog {
            queue,
            waiting,
            oldest_at: cells.delivery_id("oldest")?.made_at(),
            next_attempt_at: cells.time("next_attempt_at")?,
        }))
    })
}
