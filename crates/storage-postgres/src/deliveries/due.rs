//! Reads of this node's waiting deliveries, queue by queue along the index of due deliveries.

use crate::{
    PgStore,
    cells::Cells,
    codes::owner,
    connect::{As, params},
    rows,
    tenants::THERE,
};
use model::{DeliveryId, Event, EventId, Queue, SubscriptionId, TenantId, Timestamp, shape::OrderKey};
use std::collections::HashMap;
use storage::{Due, DueDelivery, DueQueueHead, StorageError};
use tokio_postgres::Row;
use uuid::Uuid;

/// Parameters of a lane's refill.
pub(crate) struct Ask<'a> {
    pub(crate) subscription: SubscriptionId,
    pub(crate) queue: Queue,
    pub(crate) now: Timestamp,
    pub(crate) limit: usize,
    pub(crate) held: &'a [DeliveryId],
}

/// Ids of a queue's waiting deliveries, in order of their due times.
pub(crate) fn due_query() -> String {
    format!(
        "SELECT tenant_id, id, next_attempt_at, attempts, earlier_attempts, order_key FROM postrider.waiting
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
        tenant.as_str() => TEXT, owner(store.node()) => INT4, ask.subscription.uuid() => UUID,
        i16::from(ask.queue.code()) => INT2, held => UUID_ARRAY, limit => INT8,
    ];
    let mut found = store.read(As::Worker, &due_query(), values).await?;
    let ready = |row: &Row| Cells::waiting(row).time("next_attempt_at") <= ask.now;
    let cut = found.iter().take(ask.limit).take_while(|row| ready(row)).count();
    let next = found.get(cut).map(|row| Cells::waiting(row).time("next_attempt_at"));
    found.truncate(cut);
    Ok(Due { deliveries: load(store, tenant, &found).await?, next })
}

/// Waiting deliveries with everything that their requests need.
pub(crate) async fn load(store: &PgStore, tenant: &TenantId, found: &[Row]) -> Result<Vec<DueDelivery>, StorageError> {
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let mut ids: Vec<Uuid> = found.iter().map(|row| Cells::waiting(row).delivery_id("id").event().uuid()).collect();
    ids.dedup();
    let events = store.read(As::Worker, &events_query(), params![tenant.as_str() => TEXT, ids => UUID_ARRAY]).await?;
    let mut known: HashMap<EventId, Event> = HashMap::with_capacity(events.len());
    for row in &events {
        let event = rows::event(row)?;
        known.insert(event.id, event);
    }
    let mut deliveries = Vec::with_capacity(found.len());
    for row in found {
        let cells = Cells::waiting(row);
        let id = cells.delivery_id("id");
        let Some(event) = known.get(&id.event()).cloned() else {
            tracing::error!(%tenant, delivery = %id, "cannot send the delivery: its event is missing");
            continue;
        };
        let attempts = cells.number::<i32, u32>("attempts")?;
        let earlier_attempts = cells.number::<i32, u32>("earlier_attempts")?;
        let due_at = cells.time("next_attempt_at");
        let order = row.get::<_, Option<i64>>("order_key").map(OrderKey::from_code);
        deliveries.push(DueDelivery { id, attempts, earlier_attempts, due_at, order, event });
    }
    Ok(deliveries)
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

/// The head of a queue.
pub(crate) fn head(row: &Row) -> Result<DueQueueHead, StorageError> {
    let cells = Cells::waiting(row);
    Ok(DueQueueHead {
        tenant: cells.tenant("tenant_id"),
        subscription: cells.subscription_id("subscription_id"),
        queue: cells.code("queue", Queue::from_code)?,
        at: cells.time("next_attempt_at"),
    })
}

pub(super) async fn each_queue_head(
    store: &PgStore,
    found: &mut (dyn FnMut(DueQueueHead) + Send),
) -> Result<(), StorageError> {
    let rows = store.read(As::Worker, HEADS, params![owner(store.node()) => INT4]).await?;
    rows.iter().map(head).try_for_each(|head| head.map(&mut *found))
}
