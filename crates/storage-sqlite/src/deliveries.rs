//! Deliveries and their attempts.

mod by_event;
mod due;
mod fits;
mod list;
mod pull_back;
mod strands;

pub(crate) use due::{heads, waiting};

use crate::{SqliteStore, error::sqlite, rows};
use async_trait::async_trait;
use model::{
    Attempt, Delivery, DeliveryId, DeliveryStatus, EventId, EventType, Queue, SubscriptionId, TenantId, Timestamp,
};
use rusqlite::{OptionalExtension, Row};
use std::time::Duration;
use storage::{
    Counted, Deliveries, DeliveryFilter, Due, DueQueueHead, ListScope, Listed, Page, Place, RetryOf, RetryOutcome,
    StorageError,
};

pub(crate) const COLUMNS: &str = "d.tenant_id AS tenant_id, d.id AS id, d.subscription_id AS subscription_id,
    d.status AS status, d.attempts AS attempts, d.earlier_attempts AS earlier_attempts,
    d.next_attempt_at AS next_attempt_at, d.updated_at AS updated_at, d.response_code AS response_code,
    d.error AS error, d.duration_us AS duration_us, e.event_type AS event_type, e.given_id AS given_id";

pub(crate) const JOIN: &str = "JOIN events e ON e.tenant_id = d.tenant_id AND e.id = substr(d.id, 1, 14)";

pub(crate) fn read(row: &Row<'_>) -> rusqlite::Result<Delivery> {
    let status: u8 = row.get("status")?;
    Ok(Delivery {
        id: rows::delivery_id(row, "id")?,
        tenant: rows::tenant(row, "tenant_id")?,
        subscription: SubscriptionId::from_bytes(row.get("subscription_id")?),
        event_type: EventType::trusted(row.get_ref("event_type")?.as_str()?),
        given_event_id: row.get_ref("given_id")?.as_str_or_null()?.map(Into::into),
        status: DeliveryStatus::from_code(status).unwrap_or(DeliveryStatus::Failed),
        attempts: row.get("attempts")?,
        earlier_attempts: row.get("earlier_attempts")?,
        next_attempt_at: rows::time_or_none(row, "next_attempt_at")?,
        updated_at: rows::time(row, "updated_at")?,
        response_code: row.get("response_code")?,
        error: row.get("error")?,
        duration: row.get::<_, Option<u64>>("duration_us")?.map(Duration::from_micros),
    })
}

#[async_trait]
impl Deliveries for SqliteStore {
    async fn delivery(&self, tenant: &TenantId, id: DeliveryId) -> Result<Option<Delivery>, StorageError> {
        self.readers
            .read_of(tenant, move |connection, tenant| {
                let sql = format!("SELECT {COLUMNS} FROM deliveries d {JOIN} WHERE d.tenant_id = ?1 AND d.id = ?2");
                connection
                    .prepare_cached(&sql)
                    .and_then(|mut s| s.query_row((tenant.as_str(), id.bytes()), read).optional())
                    .map_err(sqlite)
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
        let filter = filter.clone();
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
        let filter = filter.clone();
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
                    let found = statement.query_map((tenant.as_str(), first.bytes(), last.bytes(), most), read)?;
                    found.collect::<rusqlite::Result<Vec<_>>>()
                };
                events.iter().map(|event| of(event).map_err(sqlite)).collect()
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
                let found = statement.query_map((tenant.as_str(), id.bytes(), most), rows::attempt).map_err(sqlite)?;
                let mut attempts = found.collect::<rusqlite::Result<Vec<_>>>().map_err(sqlite)?;
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
                let known: Option<(u8, [u8; 16])> = tx
                    .query_row(
                        "SELECT status, subscription_id FROM deliveries WHERE tenant_id = ?1 AND id = ?2",
                        (tenant.as_str(), id.bytes()),
                        |row| Ok((row.get(0)?, row.get(1)?)),
                    )
                    .optional()
                    .map_err(sqlite)?;
                let Some((status, subscription)) = known else { return Ok(RetryOutcome::Missing) };
                if status == DeliveryStatus::Delivered.code() && of == RetryOf::Undelivered {
                    return Ok(RetryOutcome::AlreadyDelivered);
                }
                tx.execute(
                    "UPDATE deliveries SET status = 0, queue = ?3, earlier_attempts = attempts, next_attempt_at = ?4,
                     updated_at = ?5 WHERE tenant_id = ?1 AND id = ?2",
                    (tenant.as_str(), id.bytes(), Queue::Replay.code(), id.made_at().micros(), now.micros()),
                )
                .map_err(sqlite)?;
                Ok(RetryOutcome::Queued(SubscriptionId::from_bytes(subscription)))
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
        self.readers.read_of(tenant, move |connection, tenant| due::due(connection, tenant, &ask)).await
    }
}
