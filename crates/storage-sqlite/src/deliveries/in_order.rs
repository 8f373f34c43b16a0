//! Ordered deliveries: the first one of each key may be sent, and the others wait for its end.

use super::{
    due::{Ask, load},
    row::{self, JOIN},
};
use crate::{cells::Cells, codes::IN_ORDERED, error::sqlite, query};
use const_format::formatcp;
use model::{DeliveryId, SubscriptionId, TenantId, Timestamp, shape::OrderKey};
use rusqlite::Connection;
use storage::{BEHIND_MAX, Due, FirstInOrder, LOOK_FOR_ORDER, StorageError};

/// Inserts a delivery at the end of the order of its key: `?1` tenant, `?2` id, `?3` subscription, `?4` time of its
/// creation, `?5` due time, `?6` key.
pub(crate) const INSERT: &str = formatcp!(
    "INSERT INTO deliveries (tenant_id, id, subscription_id, status, queue, next_attempt_at, updated_at, order_key, position)
     VALUES (?1, ?2, ?3, 0, {IN_ORDERED}, ?5, ?4, ?6, max(CASE WHEN ?5 > ?4 THEN ?5 ELSE ?4 + 1 END, 1 + coalesce((
         SELECT d.position FROM deliveries d INDEXED BY deliveries_in_order
         WHERE d.tenant_id = ?1 AND d.subscription_id = ?3 AND d.order_key = ?6 AND d.next_attempt_at IS NOT NULL
         AND (d.attempts > 0 OR d.position > d.next_attempt_at) ORDER BY d.position DESC LIMIT 1), 0)))"
);

/// The first delivery of the next key.
const NEXT_FIRST: &str = "SELECT tenant_id, id, order_key, position, attempts, next_attempt_at
     FROM deliveries INDEXED BY deliveries_in_order
     WHERE tenant_id = ?1 AND subscription_id = ?2 AND order_key > ?3 AND next_attempt_at IS NOT NULL
     ORDER BY order_key, position, id LIMIT 1";

/// The first delivery of a key.
struct First {
    id: DeliveryId,
    key: i64,
    position: i64,
    attempts: u32,
    at: Timestamp,
}

/// The first delivery of each key. Jumps from one key to the next by an index look-up.
fn firsts(
    connection: &Connection,
    tenant: &TenantId,
    subscription: SubscriptionId,
) -> Result<Vec<First>, StorageError> {
    let mut next = connection.prepare_cached(NEXT_FIRST).map_err(sqlite)?;
    let (mut all, mut key) = (Vec::new(), i64::MIN);
    loop {
        let found = query::first(&mut next, (tenant.as_str(), subscription.bytes(), key), |row| {
            let cells = Cells::deliveries(row);
            Ok(First {
                id: cells.delivery_id("id")?,
                key: cells.get("order_key")?,
                position: cells.get("position")?,
                attempts: cells.get("attempts")?,
                at: cells.time("next_attempt_at")?,
            })
        })?;
        let Some(first) = found else { return Ok(all) };
        key = first.key;
        all.push(first);
    }
}

pub(super) fn due(connection: &Connection, tenant: &TenantId, ask: &Ask) -> Result<Due, StorageError> {
    let mut firsts = firsts(connection, tenant, ask.subscription)?;
    let mut result = Due { deliveries: Vec::new(), next: (!firsts.is_empty()).then(|| ask.now.after(LOOK_FOR_ORDER)) };
    firsts.retain(|first| !ask.held.contains(&first.id));
    firsts.sort_unstable_by_key(|first| (first.at, first.id));
    for first in firsts {
        if first.at > ask.now || result.deliveries.len() >= ask.limit {
            result.next = result.next.map(|next| next.min(first.at));
            break;
        }
        result.deliveries.push(load(connection, tenant, first.id, first.at)?);
    }
    Ok(result)
}

pub(super) fn blocking(
    connection: &Connection,
    tenant: &TenantId,
    subscription: SubscriptionId,
    most: u32,
) -> Result<Vec<FirstInOrder>, StorageError> {
    let mut firsts = firsts(connection, tenant, subscription)?;
    firsts.retain(|first| first.attempts > 0);
    firsts.sort_unstable_by_key(|first| (first.position, first.id));
    let sql = format!("SELECT {} FROM deliveries d {JOIN} WHERE d.tenant_id = ?1 AND d.id = ?2", row::COLUMNS);
    let mut delivery = connection.prepare_cached(&sql).map_err(sqlite)?;
    let mut behind = connection
        .prepare_cached(
            "SELECT count(*) AS rows FROM (SELECT 1 FROM deliveries INDEXED BY deliveries_in_order
             WHERE tenant_id = ?1 AND subscription_id = ?2 AND order_key = ?3 AND next_attempt_at IS NOT NULL LIMIT ?4)",
        )
        .map_err(sqlite)?;
    let of = |first: First| {
        let key = (tenant.as_str(), subscription.bytes(), first.key, BEHIND_MAX + 1);
        let waiting: u32 = query::one(&mut behind, key, |row| row.get("rows").map_err(sqlite))?;
        let delivery = query::one(&mut delivery, (tenant.as_str(), first.id.bytes()), row::read)?;
        Ok(FirstInOrder { delivery, key: OrderKey::from_code(first.key), behind: waiting.saturating_sub(1) })
    };
    firsts.into_iter().take(most as usize).map(of).collect()
}
