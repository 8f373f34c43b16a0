//! Deliveries and their attempts.

mod by_event;
pub(crate) mod cancel;
pub(crate) mod due;
mod fits;
mod found;
mod list;
mod payloads;
mod ranges;
mod walk;

use crate::{
    PgStore,
    cells::Cells,
    codes::{AGAIN_IN, DELIVERED, IN_ORDERED, IN_REPLAY, IN_RETRY, PENDING, owner},
    connect::{As, Tx, params},
    erasure, in_order, rows, statistics,
    tenants::THERE,
};
use async_trait::async_trait;
use model::{Attempt, Delivery, DeliveryId, DeliveryStatus, EventId, Queue, SubscriptionId, TenantId, Timestamp};
use std::time::Duration;
use storage::{
    Counted, Deliveries, DeliveryFilter, Due, DueQueueHead, FirstInOrder, ListScope, Listed, Page, Place, RetryOf,
    RetryOutcome, StorageError,
};

/// Waiting and ended deliveries as one list, by id; `narrow` restricts both.
fn both(narrow: &str) -> String {
    let columns = rows::BOTH;
    format!(
        "SELECT {columns}, next_attempt_at FROM postrider.waiting WHERE {narrow}
         UNION ALL SELECT {columns}, NULL AS next_attempt_at FROM postrider.deliveries WHERE {narrow}"
    )
}

#[async_trait]
impl Deliveries for PgStore {
    async fn delivery(&self, tenant: &TenantId, id: DeliveryId) -> Result<Option<Delivery>, StorageError> {
        let sql = both(&format!("tenant_id = $1 AND id = $2 AND {THERE}"));
        let rows = self.read(As::Tenant(tenant), &sql, params![tenant.as_str() => TEXT, id.uuid() => UUID]).await?;
        rows.first().map(rows::delivery).transpose()
    }

    async fn deliveries(
        &self,
        scope: ListScope<'_>,
        filter: &DeliveryFilter,
        page: Page<Place<DeliveryId>>,
    ) -> Result<Listed<Delivery, DeliveryId>, StorageError> {
        list::page(self, scope, &filter.with_implied_statuses(), page).await
    }

    async fn count_deliveries(
        &self,
        scope: ListScope<'_>,
        filter: &DeliveryFilter,
        most: u32,
    ) -> Result<Counted<DeliveryId>, StorageError> {
        list::count(self, scope, &filter.with_implied_statuses(), most).await
    }

    async fn deliveries_of(
        &self,
        events: &[(TenantId, EventId)],
        most: u32,
    ) -> Result<Vec<Vec<Delivery>>, StorageError> {
        ranges::deliveries_of(self, events, most).await
    }

    async fn attempts(&self, tenant: &TenantId, id: DeliveryId, most: u32) -> Result<Vec<Attempt>, StorageError> {
        let sql = format!(
            "SELECT {} FROM postrider.attempts WHERE tenant_id = $1 AND delivery_id = $2 AND {THERE}
             ORDER BY number DESC LIMIT $3",
            rows::ATTEMPT
        );
        let values = params![tenant.as_str() => TEXT, id.uuid() => UUID, i64::from(most) => INT8];
        let rows = self.read(As::Tenant(tenant), &sql, values).await?;
        rows.iter().rev().map(rows::attempt).collect()
    }

    async fn retry_delivery(
        &self,
        tenant: &TenantId,
        id: DeliveryId,
        of: RetryOf,
        now: Timestamp,
    ) -> Result<RetryOutcome, StorageError> {
        let values = params![
            tenant.as_str() => TEXT, id.uuid() => UUID, now.micros() => INT8, id.made_at().micros() => INT8,
            owner(self.appends_to()) => INT4,
        ];
        let ended_as = match of {
            RetryOf::Undelivered => format!("AND status <> {DELIVERED}"),
            RetryOf::Any => String::new(),
        };
        let waits = format!(
            "UPDATE postrider.waiting SET status = {PENDING}, queue = {AGAIN_IN}, earlier_attempts = attempts, next_attempt_at = $4,
             updated_at = $3, owner = $5 WHERE tenant_id = $1 AND id = $2 AND {THERE} RETURNING subscription_id, event_type, {PENDING}::smallint AS ended_as,
             updated_at AS ended_at"
        );
        let ended = format!(
            "WITH back AS (
                 DELETE FROM postrider.deliveries WHERE tenant_id = $1 AND id = $2 {ended_as} AND {THERE}
                 RETURNING {}
             )
             INSERT INTO postrider.waiting (tenant_id, id, subscription_id, event_type, given_id, owner, queue, status,
                 attempts, earlier_attempts, next_attempt_at, updated_at, response_code, error, duration_us)
             SELECT tenant_id, id, subscription_id, event_type, given_id, $5, {IN_REPLAY}, {PENDING}, attempts, attempts, $4, $3,
                 response_code, error, duration_us FROM back RETURNING subscription_id, event_type,
                (SELECT status FROM back) AS ended_as, (SELECT updated_at FROM back) AS ended_at",
            rows::BOTH
        );
        let tx = Tx::begin(&self.0.pool, As::Tenant(tenant)).await?;
        let event = params![tenant.as_str() => TEXT, id.event().uuid() => UUID];
        if !tx.query(erasure::IS_ERASED, event).await?.is_empty() {
            tx.commit().await?;
            let known = self.delivery(tenant, id).await?;
            return Ok(known.map_or(RetryOutcome::Missing, |_| RetryOutcome::PayloadErased));
        }
        for sql in [&waits, &ended] {
            if let Some(row) = tx.query(sql, values).await?.first() {
                let subscription = Cells::waiting(row).subscription_id("subscription_id");
                statistics::changes::again(self, &tx, tenant, std::slice::from_ref(row)).await?;
                tx.commit().await?;
                return Ok(RetryOutcome::Queued(subscription));
            }
        }
        tx.commit().await?;
        let known = self.delivery(tenant, id).await?;
        Ok(match known {
            Some(delivery) if delivery.status == DeliveryStatus::Delivered => RetryOutcome::AlreadyDelivered,
            // The delivery ended, or was replayed, between the two statements.
            Some(_) => return Err(StorageError::unavailable("the delivery was changed concurrently; try again")),
            None => RetryOutcome::Missing,
        })
    }

    async fn cancel_by_ids(
        &self,
        tenant: &TenantId,
        ids: &[DeliveryId],
        now: Timestamp,
    ) -> Result<Vec<DeliveryId>, StorageError> {
        cancel::cancel(self, tenant, ids, now).await
    }

    async fn each_queue_head(&self, found: &mut (dyn FnMut(DueQueueHead) + Send)) -> Result<(), StorageError> {
        due::each_queue_head(self, found).await
    }

    async fn pull_back(&self, now: Timestamp, longest: Duration) -> Result<u64, StorageError> {
        let sql = format!(
            "WITH early AS (
                       UPDATE postrider.waiting SET updated_at = least(updated_at, $1),
                           next_attempt_at = CASE WHEN updated_at > $1
                               THEN $1 + least(greatest(next_attempt_at - updated_at, 0), $2) ELSE $1 END
                       WHERE queue IN ({IN_RETRY}, {IN_ORDERED}) AND attempts > 0 AND next_attempt_at > $1
                       AND (updated_at > $1 OR next_attempt_at > $1 + $2) RETURNING 1)
                   SELECT count(*) AS rows FROM early"
        );
        let longest = i64::try_from(longest.as_micros()).unwrap_or(i64::MAX / 2);
        let values = params![now.micros() => INT8, longest => INT8];
        let rows = self.write(As::Worker, &sql, values).await?;
        Ok(rows::count(&rows))
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
        let ask = due::Ask { subscription, queue, now, limit, held };
        if queue == Queue::Ordered {
            in_order::due(self, tenant, &ask).await
        } else {
            due::due(self, tenant, &ask).await
        }
    }

    async fn blocking(
        &self,
        tenant: &TenantId,
        subscription: SubscriptionId,
        most: u32,
    ) -> Result<Vec<FirstInOrder>, StorageError> {
        in_order::blocking(self, tenant, subscription, most).await
    }
}
