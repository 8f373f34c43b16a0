//! Reads of waiting deliveries, queue by queue along the index of due deliveries.

use super::JOIN;
use crate::{error::sqlite, events, rows, tenants};
use model::{DeliveryId, Queue, SubscriptionId, TenantId, Timestamp};
use rusqlite::{Connection, OptionalExtension};
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
            "SELECT id, next_attempt_at FROM deliveries INDEXED BY deliveries_due
             WHERE tenant_id = ?1 AND subscription_id = ?2 AND queue = ?3 AND next_attempt_at IS NOT NULL
             ORDER BY next_attempt_at, id",
        )
        .map_err(sqlite)?;
    let mut load = connection
        .prepare_cached(&format!(
            "SELECT d.attempts AS attempts, d.earlier_attempts AS earlier_attempts, {}
             FROM deliveries d {JOIN} WHERE d.tenant_id = ?1 AND d.id = ?2",
            events::COLUMNS
        ))
        .map_err(sqlite)?;
    let key = (tenant.as_str(), ask.subscription.bytes(), ask.queue.code());
    let mut found = waiting.query(key).map_err(sqlite)?;
    let mut result = Due::default();
    while let Some(row) = found.next().map_err(sqlite)? {
        let id = rows::delivery_id(row, "id").map_err(sqlite)?;
        if ask.held.contains(&id) {
            continue;
        }
        let at = rows::time(row, "next_attempt_at").map_err(sqlite)?;
        if at > ask.now || result.deliveries.len() >= ask.limit {
            result.next = Some(at);
            break;
        }
        let delivery = load
            .query_row((tenant.as_str(), id.bytes()), |row| {
                Ok(DueDelivery {
                    id,
                    attempts: row.get("attempts")?,
                    earlier_attempts: row.get("earlier_attempts")?,
                    event: events::read(row)?,
                })
            })
            .map_err(sqlite)?;
        result.deliveries.push(delivery);
    }
    Ok(result)
}

/// The head of every queue. Jumps from one queue to the next by an index look-up, past all its waiting deliveries.
/// Skips tenants that are being deleted.
pub(crate) fn waiting(connection: &Connection) -> Result<Vec<DueQueueHead>, StorageError> {
    let mut heads = heads(connection, None)?;
    let (mut known, mut exists) = (None, false);
    let mut fault = None;
    heads.retain(|head| {
        if known.as_ref() != Some(&head.tenant) {
            exists = tenants::exists(connection, &head.tenant).unwrap_or_else(|found| {
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
            "SELECT tenant_id, subscription_id, queue, next_attempt_at FROM deliveries INDEXED BY deliveries_due
             WHERE (tenant_id, subscription_id, queue) > (?1, ?2, ?3) AND next_attempt_at IS NOT NULL
             ORDER BY tenant_id, subscription_id, queue, next_attempt_at LIMIT 1",
        )
        .map_err(sqlite)?;
    let mut all: Vec<DueQueueHead> = Vec::new();
    loop {
        let found = match all.last() {
            None => next.query_row((tenant.map_or("", TenantId::as_str), [0u8; 0], -1), read_head),
            Some(last) => {
                next.query_row((last.tenant.as_str(), last.subscription.bytes(), last.queue.code()), read_head)
            }
        };
        match found.optional().map_err(sqlite)? {
            Some(head) if tenant.is_none_or(|tenant| *tenant == head.tenant) => all.push(head),
            _ => return Ok(all),
        }
    }
}

fn read_head(row: &rusqlite::Row<'_>) -> rusqlite::Result<DueQueueHead> {
    Ok(DueQueueHead {
        tenant: rows::tenant(row, "tenant_id")?,
        subscription: SubscriptionId::from_bytes(row.get("subscription_id")?),
        queue: Queue::from_code(row.get("queue")?).unwrap_or(Queue::Normal),
        at: rows::time(row, "next_attempt_at")?,
    })
}
