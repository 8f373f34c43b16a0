//! Reads of waiting deliveries, queue by queue along the index of due deliveries.

use super::row::JOIN;
use crate::{cells::Cells, error::sqlite, events, existence, query};
use const_format::formatcp;
use model::{DeliveryId, Queue, SubscriptionId, TenantId, Timestamp, shape::OrderKey};
use rusqlite::{Connection, Row};
use std::collections::HashSet;
use storage::{Due, DueDelivery, DueQueueHead, StorageError};

/// Parameters of a lane's refill.
pub(super) struct Ask {
    pub(super) subscription: SubscriptionId,
    pub(super) queue: Queue,
    pub(super) now: Timestamp,
    pub(super) limit: usize,
    pub(super) held: HashSet<DeliveryId>,
}

pub(super) fn due(connection: &Connection, tenant: &TenantId, ask: &Ask) -> Result<Due, StorageError> {
    // Read ids first, from the index alone, and full rows only for the deliveries that are returned.
    let mut waiting = connection
        .prepare_cached(
            "SELECT tenant_id, id, next_attempt_at FROM deliveries INDEXED BY deliveries_due
             WHERE tenant_id = ?1 AND subscription_id = ?2 AND queue = ?3 AND next_attempt_at IS NOT NULL
             ORDER BY next_attempt_at, id",
        )
        .map_err(sqlite)?;
    let key = (tenant.as_str(), ask.subscription.bytes(), ask.queue.code());
    let mut found = waiting.query(key).map_err(sqlite)?;
    let mut result = Due::default();
    while let Some(row) = found.next().map_err(sqlite)? {
        let cells = Cells::deliveries(row);
        let id = cells.delivery_id("id")?;
        if ask.held.contains(&id) {
            continue;
        }
        let at = cells.time("next_attempt_at")?;
        if at > ask.now || result.deliveries.len() >= ask.limit {
            result.next = Some(at);
            break;
        }
        result.deliveries.push(load(connection, tenant, id, at)?);
    }
    Ok(result)
}

/// A delivery with everything that its request needs.
pub(super) fn load(
    connection: &Connection,
    tenant: &TenantId,
    id: DeliveryId,
    due_at: Timestamp,
) -> Result<DueDelivery, StorageError> {
    let mut load = connection
        .prepare_cached(formatcp!(
            "SELECT d.id AS id, d.attempts AS attempts, d.earlier_attempts AS earlier_attempts, d.order_key AS order_key, {}
             FROM deliveries d {JOIN} WHERE d.tenant_id = ?1 AND d.id = ?2",
            events::row::COLUMNS
        ))
        .map_err(sqlite)?;
    query::one(&mut load, (tenant.as_str(), id.bytes()), |row| {
        let cells = Cells::deliveries(row);
        Ok(DueDelivery {
            id,
            attempts: cells.get("attempts")?,
            earlier_attempts: cells.get("earlier_attempts")?,
            due_at,
            order: cells.get::<Option<i64>>("order_key")?.map(OrderKey::from_code),
            event: events::row::read(row)?,
        })
    })
}

/// The head of every queue. Jumps from one queue to the next by an index look-up, past all its waiting deliveries.
/// Skips tenants that are being deleted.
pub(crate) fn waiting(connection: &Connection) -> Result<Vec<DueQueueHead>, StorageError> {
    let mut heads = heads(connection, None)?;
    let (mut known, mut exists) = (None, false);
    let mut fault = None;
    heads.retain(|head| {
        if known.as_ref() != Some(&head.tenant) {
            exists = existence::exists(connection, &head.tenant).unwrap_or_else(|found| {
                fault = Some(found);
                true
            });
            known = Some(head.tenant.clone());
        }
        exists
    });
    fault.map_or(Ok(heads), Err)
}

/// The head of every queue, of one tenant or of all.
pub(crate) fn heads(connection: &Connection, tenant: Option<&TenantId>) -> Result<Vec<DueQueueHead>, StorageError> {
    let mut next = connection
        .prepare_cached(
            "SELECT tenant_id, id, subscription_id, queue, next_attempt_at FROM deliveries INDEXED BY deliveries_due
             WHERE (tenant_id, subscription_id, queue) > (?1, ?2, ?3) AND next_attempt_at IS NOT NULL
             ORDER BY tenant_id, subscription_id, queue, next_attempt_at LIMIT 1",
        )
        .map_err(sqlite)?;
    let mut all: Vec<DueQueueHead> = Vec::new();
    loop {
        let found = match all.last() {
            None => query::first(&mut next, (tenant.map_or("", TenantId::as_str), [0u8; 0], -1), read_head),
            Some(last) => {
                let key = (last.tenant.as_str(), last.subscription.bytes(), last.queue.code());
                query::first(&mut next, key, read_head)
            }
        };
        match found? {
            Some(head) if tenant.is_none_or(|tenant| *tenant == head.tenant) => all.push(head),
            _ => return Ok(all),
        }
    }
}

fn read_head(row: &Row<'_>) -> Result<DueQueueHead, StorageError> {
    let cells = Cells::deliveries(row);
    Ok(DueQueueHead {
        tenant: cells.tenant("tenant_id")?,
        subscription: cells.subscription_id("subscription_id")?,
        queue: cells.code("queue", Queue::from_code)?,
        at: cells.time("next_attempt_at")?,
    })
}
