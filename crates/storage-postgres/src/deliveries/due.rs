//! Reads of this node's waiting deliveries, queue by queue along the index of due deliveries.

use crate::{
    PgStore,
    connect::{As, params},
    rows,
    tenants::THERE,
};
use model::{DeliveryId, Event, EventId, Queue, SubscriptionId, TenantId, Timestamp};
use std::collections::HashMap;
use storage::{Due, DueDelivery, DueQueueHead, StorageError};
use tokio_postgres::Row;
use uuid::Uuid;

/// Parameters of a lane's refill.
pub(super) struct Ask<'a> {
    pub(super) subscription: SubscriptionId,
    pub(super) queue: Queue,
    pub(super) now: Timestamp,
    pub(super) limit: usize,
    pub(super) held: &'a [DeliveryId],
}

/// Ids of a queue's waiting deliveries, in order of their due times.
pub(crate) fn due_query() -> String {
    format!(
        "SELECT id, next_attempt_at, attempts, earlier_attempts FROM postrider.waiting
         WHERE owner = $2 AND tenant_id = $1 AND subscription_id = $3 AND queue = $4 AND id <> ALL ($5) AND {THERE}
         ORDER BY next_attempt_at, id LIMIT $6"
    )
}

/// Events by their ids.
pub(crate) fn events_query() -> String {
    format!("SELECT {} FROM postrider.events e WHERE e.tenant_id = $1 AND e.id = ANY ($2)", rows::EVENT)
}

pub(super) async fn due(store: &PgStore, tenant: &TenantId, ask: &Ask<'_>) -> Result<Due, StorageError> {
    let held: Vec<Uuid> = ask.held.iter().map(|id| id.uuid()).collect();
    let limit = i64::try_from(ask.limit).unwrap_or(i64::MAX - 1) + 1;
    let values = params![
        tenant.as_str() => TEXT, store.node() => INT4, ask.subscription.uuid() => UUID,
        i16::from(ask.queue.code()) => INT2, held => UUID_ARRAY, limit => INT8,
    ];
    let mut found = store.read(As::Worker, &due_query(), values).await?;
    let ready = |row: &Row| rows::time(row, "next_attempt_at") <= ask.now;
    let cut = found.iter().take(ask.limit).take_while(|row| ready(row)).count();
    let next = found.get(cut).map(|row| rows::time(row, "next_attempt_at"));
    found.truncate(cut);
    if found.is_empty() {
        return Ok(Due { deliveries: Vec::new(), next });
    }
    let mut ids: Vec<Uuid> = found.iter().map(|row| rows::delivery_id(row, "id").event().uuid()).collect();
    ids.dedup();
    let events = store.read(As::Worker, &events_query(), params![tenant.as_str() => TEXT, ids => UUID_ARRAY]).await?;
    let events: HashMap<EventId, Event> = events.iter().map(rows::event).map(|event| (event.id, event)).collect();
    let due = |row: &Row| {
        let id = rows::delivery_id(row, "id");
        let event = events.get(&id.event()).cloned();
        if event.is_none() {
            tracing::error!(%tenant, delivery = %id, "cannot send the delivery: its event is missing");
        }
        Some(DueDelivery {
            id,
            attempts: row.get::<_, i32>("attempts") as u32,
            earlier_attempts: row.get::<_, i32>("earlier_attempts") as u32,
            event: event?,
        })
    };
    Ok(Due { deliveries: found.iter().filter_map(due).collect(), next })
}

/// Heads of a node's queues. Jumps from one queue to the next by an index look-up, past all its waiting deliveries.
pub(crate) const HEADS: &str = "WITH RECURSIVE head AS (
        (SELECT tenant_id, subscription_id, queue, next_attempt_at FROM postrider.waiting WHERE owner = $1
         ORDER BY tenant_id, subscription_id, queue, next_attempt_at LIMIT 1)
        UNION ALL
        SELECT n.* FROM head h, LATERAL (
            SELECT w.tenant_id, w.subscription_id, w.queue, w.next_attempt_at FROM postrider.waiting w
            WHERE w.owner = $1 AND (w.tenant_id, w.subscription_id, w.queue) > (h.tenant_id, h.subscription_id, h.queue)
            ORDER BY w.tenant_id, w.subscription_id, w.queue, w.next_attempt_at LIMIT 1) n
    )
    SELECT * FROM head WHERE tenant_id NOT IN (SELECT id FROM postrider.tenants WHERE deleting)";

pub(crate) fn waiting(row: &Row) -> DueQueueHead {
    DueQueueHead {
        tenant: rows::tenant(row, "tenant_id"),
        subscription: rows::subscription_id(row),
        queue: Queue::from_code(row.get::<_, i16>("queue") as u8).unwrap_or(Queue::Normal),
        at: rows::time(row, "next_attempt_at"),
    }
}

pub(super) async fn each_queue_head(
    store: &PgStore,
    found: &mut (dyn FnMut(DueQueueHead) + Send),
) -> Result<(), StorageError> {
    let rows = store.read(As::Worker, HEADS, params![store.node() => INT4]).await?;
    rows.iter().map(waiting).for_each(found);
    Ok(())
}
