//! Retention within a tenant: removes old events in steps of a bounded number of rows. (For whole days see
//! `partitions`.)

use crate::{
    PgStore,
    cells::Cells,
    connect::{As, Tx, params},
    rows,
};
use async_trait::async_trait;
use model::{DeliveryId, EventId, TenantId, Timestamp};
use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};
use storage::{Removed, Retention, StorageError, codec};
use tokio_postgres::Row;
use uuid::Uuid;

/// Ids of the tenant's old events, in order.
const OLD: &str = "SELECT e.id FROM postrider.events e WHERE e.tenant_id = $1 AND e.id > $2 AND e.id < $3
    AND (SELECT NOT deleting FROM postrider.tenants WHERE id = $1) ORDER BY e.id LIMIT $4";

/// The rows that one step removes.
struct Step {
    removed: Removed,
    deliveries: Vec<Uuid>,
    events: Vec<Uuid>,
}

/// Chooses about `rows` rows of old events. Events with waiting deliveries are kept. `ended` are the ended deliveries of
/// these events in order, up to `rows` and one more.
fn plan(
    old: Vec<EventId>,
    waits: &HashSet<EventId>,
    ended: Vec<DeliveryId>,
    rows: usize,
    mut removed: Removed,
) -> Step {
    let seen_to = ended.last().copied().filter(|_| ended.len() > rows);
    let mut by_event: HashMap<EventId, Vec<DeliveryId>> = HashMap::new();
    for id in ended {
        by_event.entry(id.event()).or_default().push(id);
    }
    let (mut left, mut deliveries, mut events) = (rows, Vec::<Uuid>::new(), Vec::<Uuid>::new());
    for event in old {
        if left == 0 || seen_to.is_some_and(|to| event > to.event()) {
            removed.more = true;
            break;
        }
        left -= 1;
        if !waits.contains(&event) {
            let of = by_event.remove(&event).unwrap_or_default();
            // At least one row, so that every step advances.
            let room = left.max(1);
            let cut = of.len() > room || seen_to.is_some_and(|to| event == to.event());
            deliveries.extend(of.iter().take(room).map(|id| id.uuid()));
            left = left.saturating_sub(of.len().min(room));
            if cut {
                removed.more = true;
                break;
            }
            events.push(event.uuid());
        }
        removed.after = Some(event);
    }
    removed.deliveries = deliveries.len() as u64;
    removed.events = events.len() as u64;
    Step { removed, deliveries, events }
}

#[async_trait]
impl Retention for PgStore {
    async fn believed_time(&self) -> Result<Option<Timestamp>, StorageError> {
        let sql = "SELECT name, value FROM postrider.meta WHERE name = 'believed_time'";
        let rows = self.read(As::Worker, sql, &[]).await?;
        let Some(cells) = rows.first().map(Cells::meta) else { return Ok(None) };
        let micros = cells.get::<&[u8]>("value").try_into().map_err(|fault| cells.corrupt("value", fault))?;
        Ok(Some(Timestamp::from_micros(i64::from_be_bytes(micros))))
    }

    async fn keep_believed_time(&self, time: Timestamp) -> Result<(), StorageError> {
        let value = &time.micros().to_be_bytes()[..];
        let sql = "INSERT INTO postrider.meta (name, value) VALUES ('believed_time', $1)
                   ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        self.write(As::Worker, sql, params![value => BYTEA]).await?;
        Ok(())
    }

    async fn newest_event(&self, until: Timestamp) -> Result<Option<Timestamp>, StorageError> {
        let (_, bound) = codec::id_bounds(None, Some(until.after(Duration::from_millis(1))));
        // The last event of each tenant; see below for the form of the query.
        let sql = "SELECT (SELECT e.id FROM postrider.events e WHERE e.tenant_id = t.id AND e.id < $1
                           ORDER BY e.id DESC LIMIT 1) AS newest FROM postrider.tenants t";
        let rows = self.read(As::Worker, sql, params![rows::uuid(&bound) => UUID]).await?;
        let newest = rows.iter().filter_map(|row| row.get::<_, Option<Uuid>>("newest")).max();
        Ok(newest.map(|id| EventId::from_uuid(id).made_at()))
    }

    async fn tenants_with_events_before(&self, before: Timestamp) -> Result<Vec<TenantId>, StorageError> {
        let (_, bound) = codec::id_bounds(None, Some(before));
        // The first event of each tenant. (With EXISTS all old events of all tenants would be read and joined.)
        let sql = "SELECT id FROM postrider.tenants t WHERE NOT deleting AND
                   (SELECT true FROM postrider.events e WHERE e.tenant_id = t.id AND e.id < $1 ORDER BY e.id LIMIT 1)";
        let rows = self.read(As::Worker, sql, params![rows::uuid(&bound) => UUID]).await?;
        Ok(rows.iter().map(|row| Cells::tenants(row).tenant("id")).collect())
    }

    async fn remove_before(
        &self,
        tenant: &TenantId,
        before: Timestamp,
        after: Option<EventId>,
        rows: usize,
    ) -> Result<Removed, StorageError> {
        let mut removed = Removed { after, ..Removed::default() };
        let (_, bound) = codec::id_bounds(None, Some(before));
        let from = after.map_or(Uuid::nil(), EventId::uuid);
        let tx = Tx::begin(&self.0.pool, As::Worker).await?;
        let values = params![
            tenant.as_str() => TEXT, from => UUID, rows::uuid(&bound) => UUID, rows as i64 => INT8,
        ];
        let old: Vec<EventId> =
            tx.query(OLD, values).await?.iter().map(|row| EventId::from_uuid(row.get("id"))).collect();
        removed.more = old.len() == rows;
        let (Some(first), Some(last)) = (old.first(), old.last()) else {
            tx.commit().await?;
            return Ok(removed);
        };
        let (low, high) = (first.delivery_range().0.uuid(), last.delivery_range().1.uuid());
        let range = params![tenant.as_str() => TEXT, low => UUID, high => UUID, rows as i64 => INT8];
        let waits = "SELECT id FROM postrider.waiting WHERE tenant_id = $1 AND id BETWEEN $2 AND $3 AND $4 > 0";
        let ended = "SELECT id FROM postrider.deliveries WHERE tenant_id = $1 AND id BETWEEN $2 AND $3
                     ORDER BY id LIMIT $4 + 1";
        let id = |row: &Row| Cells::deliveries(row).delivery_id("id");
        let waits = tx.query(waits, range).await?.iter().map(|row| id(row).event()).collect();
        let ended = tx.query(ended, range).await?.iter().map(id).collect();
        let Step { removed, deliveries, events } = plan(old, &waits, ended, rows, removed);
        let tenant = tenant.as_str();
        for (sql, ids) in [
            ("DELETE FROM postrider.attempts WHERE tenant_id = $1 AND delivery_id = ANY ($2)", &deliveries),
            ("DELETE FROM postrider.deliveries WHERE tenant_id = $1 AND id = ANY ($2)", &deliveries),
            ("DELETE FROM postrider.event_keys WHERE tenant_id = $1 AND event_id = ANY ($2)", &events),
            ("DELETE FROM postrider.events WHERE tenant_id = $1 AND id = ANY ($2)", &events),
        ] {
            if !ids.is_empty() {
                tx.query(sql, params![tenant => TEXT, *ids => UUID_ARRAY]).await?;
            }
        }
        tx.commit().await?;
        Ok(removed)
    }
}
