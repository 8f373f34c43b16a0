//! Cancellation of waiting deliveries by request.

use crate::{
    PgStore,
    cells::Cells,
    connect::{As, Fault, Tx, WRITE_BY_INDEX, params},
    deliveries::cancel::{CANCEL, TELL},
    rows, statistics,
    tenants::THERE,
    values::{Values, add},
};
use async_trait::async_trait;
use model::{DeliveryId, DeliveryStatus, Queue, SubscriptionId, TenantId, Timestamp};
use std::collections::BTreeSet;
use storage::{
    CancelFilter, CancelOutcome, CancelPlace, CancelStepped, Cancels, Deliveries, StorageError, codec::id_bounds,
};
use tokio_postgres::Row;
use uuid::Uuid;

/// Waiting deliveries of a tenant behind a place, up to a limit; locked, so that no outcome ends them meanwhile.
fn waiting_query(tenant: &TenantId, filter: &CancelFilter, from: Option<DeliveryId>, limit: usize) -> (String, Values) {
    let (least, below) = id_bounds(filter.after, Some(filter.before));
    let behind = |id: DeliveryId| u128::from_be_bytes(*id.bytes()).saturating_add(1).to_be_bytes().max(least);
    let least = from.map_or(least, behind);
    let mut values = Values::default();
    let tenant = add!(values, tenant.as_str().to_owned() => TEXT);
    let least = add!(values, rows::uuid(&least) => UUID);
    let below = add!(values, rows::uuid(&below) => UUID);
    let limit = add!(values, i64::try_from(limit).unwrap_or(i64::MAX) => INT8);
    let sql = format!(
        "SELECT tenant_id, subscription_id, id, queue, next_attempt_at, status, event_type FROM postrider.waiting
         WHERE tenant_id = {tenant} AND id >= {least} AND id < {below} AND {THERE}
         ORDER BY tenant_id, id LIMIT {limit} FOR UPDATE"
    );
    (sql, values)
}

impl PgStore {
    /// Cancels these deliveries and tells the nodes, as the installation (a tenant's role cannot write the changes that
    /// nodes read). Returns the subscriptions of those that were waiting, each as often as it has some.
    async fn cancel_ids(
        &self,
        tx: &Tx,
        tenant: &TenantId,
        ids: Vec<Uuid>,
        now: Timestamp,
    ) -> Result<Vec<SubscriptionId>, Fault> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let values = params![tenant.as_str() => TEXT, ids => UUID_ARRAY, now.micros() => INT8];
        let gone = tx.query(&CANCEL, values).await?;
        statistics::changes::cancelled(self, tx, tenant, &gone, now).await?;
        let of: Vec<SubscriptionId> =
            gone.iter().map(|row| Cells::waiting(row).subscription_id("subscription_id")).collect();
        if of.is_empty() {
            return Ok(of);
        }
        let distinct: BTreeSet<SubscriptionId> = of.iter().copied().collect();
        let distinct: Vec<Uuid> = distinct.into_iter().map(SubscriptionId::uuid).collect();
        tx.query(TELL, params![tenant.as_str() => TEXT, distinct => UUID_ARRAY]).await?;
        tx.query("SELECT pg_notify('postrider', 'changes')", &[]).await?;
        Ok(of)
    }

    async fn cancel_one(
        &self,
        tenant: &TenantId,
        id: DeliveryId,
        now: Timestamp,
    ) -> Result<Option<SubscriptionId>, Fault> {
        let tx = Tx::begin(&self.0.pool, As::Worker).await?;
        let of = self.cancel_ids(&tx, tenant, vec![id.uuid()], now).await?;
        tx.commit().await?;
        Ok(of.into_iter().next())
    }

    async fn cancel_step(
        &self,
        tenant: &TenantId,
        filter: &CancelFilter,
        from: Option<&CancelPlace>,
        (rows, now): (usize, Timestamp),
    ) -> Result<CancelStepped, Fault> {
        let tx = Tx::begin_with(&self.0.pool, As::Worker, WRITE_BY_INDEX).await?;
        let (sql, values) = waiting_query(tenant, filter, from.map(|place| place.id), rows);
        let found = tx.query(&sql, &values.params()).await?;
        let mut chosen = Vec::new();
        for row in &found {
            let cells = Cells::waiting(row);
            let status = cells.code("status", DeliveryStatus::from_code)?;
            let is_of = filter.subscription.is_none_or(|id| id == cells.subscription_id("subscription_id"));
            if is_of && filter.has(cells.delivery_id("id"), status, cells.get("event_type")) {
                chosen.push(cells.get("id"));
            }
        }
        let of = self.cancel_ids(&tx, tenant, chosen, now).await?;
        tx.commit().await?;
        let next = found.last().filter(|_| found.len() >= rows).map(place).transpose()?;
        let subscriptions: BTreeSet<SubscriptionId> = of.iter().copied().collect();
        Ok(CancelStepped { cancelled: of.len() as u32, subscriptions: subscriptions.into_iter().collect(), next })
    }
}

fn place(row: &Row) -> Result<CancelPlace, StorageError> {
    let cells = Cells::waiting(row);
    Ok(CancelPlace {
        subscription: cells.subscription_id("subscription_id"),
        queue: cells.code("queue", Queue::from_code)?,
        at: cells.time("next_attempt_at"),
        id: cells.delivery_id("id"),
    })
}

#[async_trait]
impl Cancels for PgStore {
    async fn cancel_delivery(
        &self,
        tenant: &TenantId,
        id: DeliveryId,
        now: Timestamp,
    ) -> Result<CancelOutcome, StorageError> {
        if let Some(subscription) = self.cancel_one(tenant, id, now).await? {
            return Ok(CancelOutcome::Done(subscription));
        }
        Ok(match self.delivery(tenant, id).await? {
            Some(delivery) if !delivery.status.is_waiting() => CancelOutcome::Ended(delivery.status),
            // The delivery was replayed between the two statements.
            Some(_) => return Err(StorageError::unavailable("the delivery was changed concurrently; try again")),
            None => CancelOutcome::Missing,
        })
    }

    async fn cancel_deliveries(
        &self,
        tenant: &TenantId,
        filter: &CancelFilter,
        from: Option<&CancelPlace>,
        rows: usize,
        now: Timestamp,
    ) -> Result<CancelStepped, StorageError> {
        let mut tries = 0;
        loop {
            match self.cancel_step(tenant, filter, from, (rows, now)).await {
                Err(fault) if fault.is_collision() && tries < 5 => tries += 1,
                stepped => return Ok(stepped?),
            }
        }
    }
}
