//! Deliveries and their attempts.

mod by_event;
pub(crate) mod due;
mod fits;
mod found;
pub(crate) mod in_order;
mod list;
mod payloads;
mod pull_back;
pub(crate) mod row;
mod strands;

use crate::{
    SqliteStore,
    cells::Cells,
    codes::{AGAIN_IN, AGAIN_KEY, CANCELLED, PENDING, WAITS},
    error::sqlite,
    events, query, rows,
    statistics::changes::Changes,
};
use async_trait::async_trait;
use const_format::formatcp;
use model::{Attempt, Delivery, DeliveryId, DeliveryStatus, EventId, Queue, SubscriptionId, TenantId, Timestamp};
use row::{COLUMNS, JOIN, read};
use std::time::Duration;
use storage::{
    CANCELLED_BY_REQUEST, Counted, Deliveries, DeliveryFilter, Due, DueQueueHead, FirstInOrder, ListScope, Listed,
    Page, Place, RetryOf, RetryOutcome, StorageError,
};

const KNOWN: &str = "SELECT tenant_id, id, status, subscription_id FROM deliveries WHERE tenant_id = ?1 AND id = ?2";

/// Makes a delivery pending again, since its creation (`?3`).
const REPLAY: &str = formatcp!(
    "UPDATE deliveries SET status = {PENDING}, queue = {AGAIN_IN}, order_key = {AGAIN_KEY}, earlier_attempts = attempts,
     next_attempt_at = ?3, updated_at = ?4 WHERE tenant_id = ?1 AND id = ?2"
);

/// Cancels a waiting delivery.
const CANCEL: &str = formatcp!(
    "UPDATE deliveries SET status = {CANCELLED}, next_attempt_at = NULL, updated_at = ?3,
     error = '{CANCELLED_BY_REQUEST}'
     WHERE tenant_id = ?1 AND id = ?2 AND {WAITS}"
);

#[async_trait]
impl Deliveries for SqliteStore {
    async fn delivery(&self, tenant: &TenantId, id: DeliveryId) -> Result<Option<Delivery>, StorageError> {
        self.readers
            .read_of(tenant, move |connection, tenant| {
                let sql = format!("SELECT {COLUMNS} FROM deliveries d {JOIN} WHERE d.tenant_id = ?1 AND d.id = ?2");
                query::first(
                    &mut *connection.prepare_cached(&sql).map_err(sqlite)?,
                    (tenant.as_str(), id.bytes()),
                    read,
                )
            })
            .await
    }

    async fn deliveries(
        &self,
        scope: ListScope<'_>,
        filter: &DeliveryFilter,
        page: Page<Place<DeliveryId>>,
    ) -> Result<Listed<Delivery, DeliveryId>, StorageError> {
        if let (ListScope::AllTenants, Some(subscription)) = (scope, filter.subscription) {
            return storage::deliveries_of_subscription(self, subscription, filter, page).await;
        }
        let filter = filter.with_implied_statuses().into_owned();
        self.readers.read_in(scope, move |connection, scope| list::page(connection, scope, &filter, &page)).await
    }

    async fn count_deliveries(
        &self,
        scope: ListScope<'_>,
        filter: &DeliveryFilter,
        most: u32,
    ) -> Result<Counted<DeliveryId>, StorageError> {
        if let (ListScope::AllTenants, Some(subscription)) = (scope, filter.subscription) {
            return storage::count_of_subscription(self, subscription, filter, most).await;
        }
        let filter = filter.with_implied_statuses().into_owned();
        self.readers.read_in(scope, move |connection, scope| list::count(connection, scope, &filter, most)).await
    }

    async fn deliveries_of(
        &self,
        events: &[(TenantId, EventId)],
        most: u32,
    ) -> Result<Vec<Vec<Delivery>>, StorageError> {
        let events = events.to_vec();
        self.readers
            .read(move |connection| {
                let sql = format!(
                    "SELECT {COLUMNS} FROM deliveries d {JOIN}
                     WHERE d.tenant_id = ?1 AND d.id BETWEEN ?2 AND ?3
                     AND (SELECT t.deleting FROM tenants t WHERE t.id = ?1) IS 0 ORDER BY d.id LIMIT ?4"
                );
                let mut statement = connection.prepare_cached(&sql).map_err(sqlite)?;
                let mut of = |(tenant, event): &(TenantId, EventId)| {
                    let (first, last) = event.delivery_range();
                    query::all(&mut statement, (tenant.as_str(), first.bytes(), last.bytes(), most), read)
                };
                events.iter().map(&mut of).collect()
            })
            .await
    }

    async fn attempts(&self, tenant: &TenantId, id: DeliveryId, most: u32) -> Result<Vec<Attempt>, StorageError> {
        self.readers
            .read_of(tenant, move |connection, tenant| {
                let sql = format!(
                    "SELECT {} FROM attempts WHERE tenant_id = ?1 AND delivery_id = ?2 ORDER BY number DESC LIMIT ?3",
                    rows::ATTEMPT
                );
                let mut statement = connection.prepare_cached(&sql).map_err(sqlite)?;
                let mut attempts = query::all(&mut statement, (tenant.as_str(), id.bytes(), most), rows::attempt)?;
                attempts.reverse();
                Ok(attempts)
            })
            .await
    }

    async fn retry_delivery(
        &self,
        tenant: &TenantId,
        id: DeliveryId,
        of: RetryOf,
        now: Timestamp,
    ) -> Result<RetryOutcome, StorageError> {
        self.writer
            .transaction_of(tenant, RetryOutcome::Missing, move |tx, tenant| {
                let mut known = tx.prepare_cached(KNOWN).map_err(sqlite)?;
                let known = query::first(&mut known, (tenant.as_str(), id.bytes()), |row| {
                    let cells = Cells::deliveries(row);
                    let status = cells.code("status", DeliveryStatus::from_code)?;
                    Ok((status, cells.subscription_id("subscription_id")?))
                })?;
                let Some((status, subscription)) = known else { return Ok(RetryOutcome::Missing) };
                let mut erased = tx.prepare_cached(events::row::IS_ERASED).map_err(sqlite)?;
                if erased.exists((tenant.as_str(), rows::event_key(&id.event()))).map_err(sqlite)? {
                    return Ok(RetryOutcome::PayloadErased);
                }
                if status == DeliveryStatus::Delivered && of == RetryOf::Undelivered {
                    return Ok(RetryOutcome::AlreadyDelivered);
                }
                let mut changes = Changes::new(tx, tenant);
                let row = (tenant.as_str(), id.bytes(), id.made_at().micros(), now.micros());
                changes.of(id, || tx.execute(REPLAY, row))?;
                changes.write()?;
                Ok(RetryOutcome::Queued(subscription))
            })
            .await
    }

    async fn cancel_by_ids(
        &self,
        tenant: &TenantId,
        ids: &[DeliveryId],
        now: Timestamp,
    ) -> Result<Vec<DeliveryId>, StorageError> {
        let ids = ids.to_vec();
        self.writer
            .transaction_of(tenant, Vec::new(), move |tx, tenant| {
                let mut cancel = tx.prepare_cached(CANCEL).map_err(sqlite)?;
                let (mut cancelled, mut changes) = (Vec::with_capacity(ids.len()), Changes::new(tx, tenant));
                for id in ids {
                    if cancel.execute((tenant.as_str(), id.bytes(), now.micros())).map_err(sqlite)? > 0 {
                        changes.ended(id)?;
                        cancelled.push(id);
                    }
                }
                changes.write()?;
                Ok(cancelled)
            })
            .await
    }

    async fn each_queue_head(&self, found: &mut (dyn FnMut(DueQueueHead) + Send)) -> Result<(), StorageError> {
        let waiting = self.readers.read(due::waiting).await?;
        waiting.into_iter().for_each(found);
        Ok(())
    }

    async fn pull_back(&self, now: Timestamp, longest: Duration) -> Result<u64, StorageError> {
        pull_back::pull_back(self, now, longest).await
    }

    async fn due(
        &self,
        tenant: &TenantId,
        subscription: SubscriptionId,
        queue: Queue,
        now: Timestamp,
        limit: usize,
        held: &[DeliveryId],
    ) -> Result<Due, StorageError> {
        // Outcomes of these deliveries could not be stored.
        self.place.is_there().map_err(StorageError::unavailable)?;
        let held = held.iter().copied().collect();
        let ask = due::Ask { subscription, queue, now, limit, held };
        let due = if queue == Queue::Ordered { in_order::due } else { due::due };
        self.readers.read_of(tenant, move |connection, tenant| due(connection, tenant, &ask)).await
    }

    async fn blocking(
        &self,
        tenant: &TenantId,
        subscription: SubscriptionId,
        most: u32,
    ) -> Result<Vec<FirstInOrder>, StorageError> {
        self.readers
            .read_of(tenant, move |connection, tenant| in_order::blocking(connection, tenant, subscription, most))
            .await
    }
}
