//! Transfer to another store.

use crate::{
    PgStore,
    cells::Cells,
    codes::IN_NORMAL,
    connect::{As, Tx, params},
    rows,
    tenants::THERE,
};
use async_trait::async_trait;
use model::{DeliveryId, EventId, Queue, Subscription, TenantId};
use std::collections::HashMap;
use storage::{StorageError, StoredEvent, Transfer};
use uuid::Uuid;

#[async_trait]
impl Transfer for PgStore {
    async fn read_events(
        &self,
        tenant: &TenantId,
        after: Option<EventId>,
        limit: usize,
    ) -> Result<Vec<StoredEvent>, StorageError> {
        let sql = format!(
            "SELECT {} FROM postrider.events e WHERE e.tenant_id = $1 AND e.id > $2 AND {THERE} ORDER BY e.id LIMIT $3",
            rows::EVENT
        );
        let after = after.map_or(Uuid::nil(), EventId::uuid);
        let values = params![tenant.as_str() => TEXT, after => UUID, limit as i64 => INT8];
        let found = self.read(As::Tenant(tenant), &sql, values).await?;
        let bare = |event| StoredEvent { event, names: Vec::new(), deliveries: Vec::new(), attempts: Vec::new() };
        let mut events =
            found.iter().map(|row| rows::event(row).map(bare)).collect::<Result<Vec<_>, StorageError>>()?;
        let (Some(first), Some(last)) = (events.first(), events.last()) else { return Ok(events) };
        let (first, last) = (first.event.id, last.event.id);
        let (low, high) = (first.delivery_range().0.uuid(), last.delivery_range().1.uuid());
        let places: HashMap<EventId, usize> = events.iter().map(|stored| stored.event.id).zip(0..).collect();
        let range = params![tenant.as_str() => TEXT, low => UUID, high => UUID];

        let sql = format!(
            "SELECT {columns}, next_attempt_at, queue FROM postrider.waiting WHERE tenant_id = $1 AND id BETWEEN $2 AND $3
             UNION ALL SELECT {columns}, NULL, {IN_NORMAL}::smallint FROM postrider.deliveries WHERE tenant_id = $1 AND id BETWEEN $2 AND $3
             ORDER BY id",
            columns = rows::BOTH
        );
        for row in self.read(As::Tenant(tenant), &sql, range).await? {
            let queue = Cells::waiting(&row).code("queue", Queue::from_code)?;
            let delivery = rows::delivery(&row)?;
            if let Some(place) = places.get(&delivery.id.event()) {
                events[*place].deliveries.push((delivery, queue));
            }
        }
        let sql = format!(
            "SELECT {} FROM postrider.attempts WHERE tenant_id = $1 AND delivery_id BETWEEN $2 AND $3
             ORDER BY delivery_id, number",
            rows::ATTEMPT
        );
        for row in self.read(As::Tenant(tenant), &sql, range).await? {
            let id = Cells::attempts(&row).delivery_id("delivery_id");
            if let Some(place) = places.get(&id.event()) {
                events[*place].attempts.push((id, rows::attempt(&row)?));
            }
        }
        let ids: Vec<Uuid> = events.iter().map(|stored| stored.event.id.uuid()).collect();
        let sql = "SELECT event_id, name FROM postrider.event_keys WHERE tenant_id = $1 AND event_id = ANY ($2)
                   ORDER BY name";
        let names = params![tenant.as_str() => TEXT, ids => UUID_ARRAY];
        for row in self.read(As::Tenant(tenant), sql, names).await? {
            if let Some(place) = places.get(&EventId::from_uuid(row.get("event_id"))) {
                events[*place].names.push(row.get("name"));
            }
        }
        Ok(events)
    }

    async fn write_events(&self, tenant: &TenantId, events: Vec<StoredEvent>) -> Result<(), StorageError> {
        let tx = Tx::begin(&self.0.pool, As::Tenant(tenant)).await?;
        for StoredEvent { event, names, deliveries, attempts } in &events {
            let (data, metadata) = (&event.data[..], &event.metadata[..]);
            let sql = "INSERT INTO postrider.events (tenant_id, id, given_id, event_type, timestamp, data, metadata,
                       priority, deliveries) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING";
            let values = params![
                tenant.as_str() => TEXT, event.id.uuid() => UUID, event.given_id.as_deref() => TEXT,
                event.event_type.as_str() => TEXT, event.timestamp.micros() => INT8, data => BYTEA, metadata => BYTEA,
                i16::from(event.priority.code()) => INT2, event.deliveries as i32 => INT4,
            ];
            tx.query(sql, values).await?;
            let sql = "INSERT INTO postrider.event_keys (tenant_id, name, event_id)
                       SELECT $1, name, $3 FROM unnest($2::text[]) AS name ON CONFLICT DO NOTHING";
            let names: Vec<_> = names.iter().map(|name| rows::text(name).into_owned()).collect();
            tx.query(sql, params![tenant.as_str() => TEXT, names => TEXT_ARRAY, event.id.uuid() => UUID]).await?;
            for (delivery, queue) in deliveries {
                write_delivery(&tx, delivery, *queue).await?;
            }
            for (id, attempt) in attempts {
                write_attempt(&tx, tenant, *id, attempt).await?;
            }
        }
        tx.commit().await?;
        Ok(())
    }

    async fn write_stats(&self, of: &Subscription) -> Result<(), StorageError> {
        let sql = "INSERT INTO postrider.subscription_stats (tenant_id, subscription_id, shard, success_count,
                   failure_count, last_triggered_at, last_success_at, last_failure_at) VALUES ($1, $2, 0, $3, $4, $5, $6, $7)
                   ON CONFLICT (tenant_id, subscription_id, shard) DO UPDATE SET success_count = $3, failure_count = $4,
                   last_triggered_at = $5, last_success_at = $6, last_failure_at = $7";
        let time = |at: Option<model::Timestamp>| at.map(model::Timestamp::micros);
        let stats = &of.stats;
        let values = params![
            of.tenant.as_str() => TEXT, of.id.uuid() => UUID, stats.success_count as i64 => INT8,
            stats.failure_count as i64 => INT8, time(stats.last_triggered_at) => INT8,
            time(stats.last_success_at) => INT8, time(stats.last_failure_at) => INT8,
        ];
        self.write(As::Tenant(&of.tenant), sql, values).await?;
        Ok(())
    }
}

async fn write_delivery(tx: &Tx, one: &model::Delivery, queue: Queue) -> Result<(), crate::Fault> {
    let columns = rows::BOTH;
    let sql = match one.next_attempt_at {
        Some(_) => format!(
            "INSERT INTO postrider.waiting ({columns}, next_attempt_at, queue, owner)
             SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 0
             WHERE NOT EXISTS (SELECT 1 FROM postrider.deliveries WHERE tenant_id = $1 AND id = $2)
             ON CONFLICT DO NOTHING"
        ),
        None => format!(
            "INSERT INTO postrider.deliveries ({columns})
             SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12 WHERE $13::bigint IS NULL AND $14::smallint >= 0
             ON CONFLICT DO NOTHING"
        ),
    };
    let error = one.error.as_deref().map(|text| rows::text(text).into_owned());
    let values = params![
        one.tenant.as_str() => TEXT, one.id.uuid() => UUID, one.subscription.uuid() => UUID,
        one.event_type.as_str() => TEXT, one.given_event_id.as_deref() => TEXT, i16::from(one.status.code()) => INT2,
        one.attempts as i32 => INT4, one.earlier_attempts as i32 => INT4, one.updated_at.micros() => INT8,
        one.response_code.map(|code| code as i16) => INT2, error => TEXT,
        one.duration.map(|took| took.as_micros() as i64) => INT8,
        one.next_attempt_at.map(model::Timestamp::micros) => INT8, i16::from(queue.code()) => INT2,
    ];
    tx.query(&sql, values).await.map(drop)
}

async fn write_attempt(tx: &Tx, tenant: &TenantId, id: DeliveryId, one: &model::Attempt) -> Result<(), crate::Fault> {
    let error = one.error.as_deref().map(|text| rows::text(text).into_owned());
    let (asked, answered) = (rows::text(&one.request_headers), rows::text(&one.response_headers));
    let sql = format!(
        "INSERT INTO postrider.attempts ({}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         ON CONFLICT DO NOTHING",
        rows::ATTEMPT
    );
    let values = params![
        tenant.as_str() => TEXT, id.uuid() => UUID, one.number as i32 => INT4, one.started_at.micros() => INT8,
        one.duration.as_micros() as i64 => INT8, one.response_code.map(|code| code as i16) => INT2, error => TEXT,
        asked => TEXT, answered => TEXT, &one.response_body[..] => BYTEA,
        one.note.as_deref().map(|text| rows::text(text).into_owned()) => TEXT,
    ];
    tx.query(&sql, values).await.map(drop)
}
