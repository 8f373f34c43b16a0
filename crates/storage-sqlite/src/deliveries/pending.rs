//! What is pending, newest first. It waits in its queues since it was made, so each queue, read from its end, is such a
//! list already; those of a tenant's subscriptions are merged.

use crate::{error::sqlite, rows};
use model::{DeliveryId, EventType, Queue, SubscriptionId, TenantId};
use rusqlite::{Connection, OptionalExtension};
use std::{cmp::Reverse, collections::BinaryHeap};
use storage::{DeliveryFilter, Page, StorageError};

/// The queues of what is pending.
const QUEUES: [Queue; 4] = [Queue::High, Queue::Normal, Queue::Low, Queue::Replay];

/// The newest `head.limit` below `head.below`.
pub(super) fn newest(
    connection: &Connection,
    tenant: &TenantId,
    filter: &DeliveryFilter,
    head: Page<DeliveryId>,
) -> Result<Vec<DeliveryId>, StorageError> {
    let mut newest = Newest { limit: head.limit as usize, kept: BinaryHeap::new() };
    match filter.subscription {
        Some(one) => newest.add(connection, tenant, one, filter, head.below)?,
        None => {
            let mut last = None;
            while let Some(next) = next_subscription(connection, tenant, last)? {
                newest.add(connection, tenant, next, filter, head.below)?;
                last = Some(next);
            }
        }
    }
    let mut ids: Vec<_> = newest.kept.into_iter().map(|Reverse(id)| id).collect();
    ids.sort_unstable_by_key(|id| Reverse(*id));
    Ok(ids)
}

/// The next one of the tenant's subscriptions for which something waits.
fn next_subscription(
    connection: &Connection,
    tenant: &TenantId,
    last: Option<SubscriptionId>,
) -> Result<Option<SubscriptionId>, StorageError> {
    let after: &[u8] = last.as_ref().map_or(&[], |id| &id.bytes()[..]);
    connection
        .prepare_cached(
            "SELECT subscription_id FROM deliveries INDEXED BY deliveries_due
             WHERE tenant_id = ?1 AND subscription_id > ?2 AND next_attempt_at IS NOT NULL
             ORDER BY subscription_id LIMIT 1",
        )
        .and_then(|mut statement| statement.query_row((tenant.as_str(), after), |row| row.get(0)).optional())
        .map(|found| found.map(SubscriptionId::from_bytes))
        .map_err(sqlite)
}

/// The newest ids seen, so many at most.
struct Newest {
    limit: usize,
    kept: BinaryHeap<Reverse<DeliveryId>>,
}

impl Newest {
    fn add(
        &mut self,
        connection: &Connection,
        tenant: &TenantId,
        subscription: SubscriptionId,
        filter: &DeliveryFilter,
        below: Option<DeliveryId>,
    ) -> Result<(), StorageError> {
        let (least, most) = rows::id_bounds(filter.after, filter.before);
        let below = below.map_or(most, |id| most.min(*id.bytes()));
        let (from, to) = (DeliveryId::from_bytes(least).made_at(), DeliveryId::from_bytes(below).made_at());
        let mut queue = connection
            .prepare_cached(
                "SELECT id FROM deliveries INDEXED BY deliveries_due
                 WHERE tenant_id = ?1 AND subscription_id = ?2 AND queue = ?3 AND next_attempt_at IS NOT NULL
                 AND next_attempt_at BETWEEN ?4 AND ?5 ORDER BY next_attempt_at DESC, id DESC",
            )
            .map_err(sqlite)?;
        for code in QUEUES.map(Queue::code) {
            let key = (tenant.as_str(), subscription.bytes(), code, from.micros(), to.micros());
            let mut found = queue.query(key).map_err(sqlite)?;
            while let Some(row) = found.next().map_err(sqlite)? {
                let id = rows::delivery_id(row, "id").map_err(sqlite)?;
                if !self.wants(id) {
                    break;
                }
                let within = *id.bytes() >= least && *id.bytes() < below;
                if within && is_of(connection, tenant, id, filter.event_type.as_ref())? {
                    self.keep(id);
                }
            }
        }
        Ok(())
    }

    fn wants(&self, id: DeliveryId) -> bool {
        self.kept.len() < self.limit || self.kept.peek().is_some_and(|Reverse(oldest)| id > *oldest)
    }

    fn keep(&mut self, id: DeliveryId) {
        self.kept.push(Reverse(id));
        if self.kept.len() > self.limit {
            self.kept.pop();
        }
    }
}

fn is_of(
    connection: &Connection,
    tenant: &TenantId,
    id: DeliveryId,
    wanted: Option<&EventType>,
) -> Result<bool, StorageError> {
    let Some(wanted) = wanted else { return Ok(true) };
    connection
        .prepare_cached("SELECT 1 FROM events WHERE tenant_id = ?1 AND id = ?2 AND event_type = ?3")
        .and_then(|mut event| event.exists((tenant.as_str(), rows::event_key(&id.event()), wanted.as_str())))
        .map_err(sqlite)
}
