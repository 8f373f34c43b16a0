//! Transfer to another store.

use crate::{
    PgStore,
    cells::Cells,
    codes::{IN_NORMAL, NO_NODE},
    columns::{AllEventRows, AttemptRow, AttemptRows, DeliveryRow, DeliveryRows, Existing},
    connect::{As, Fault, Tx, params},
    rows,
    tenants::THERE,
};
use async_trait::async_trait;
use model::{Delivery, EventId, Queue, Subscription, TenantId, Timestamp, shape::OrderKey};
use std::collections::HashMap;
use storage::{OrderPlace, StorageError, StoredEvent, Transfer};
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
        let bare = |event| StoredEvent {
            event,
            names: Vec::new(),
            deliveries: Vec::new(),
            places: Vec::new(),
            attempts: Vec::new(),
        };
        let mut events =
            found.iter().map(|row| rows::event(row).map(bare)).collect::<Result<Vec<_>, StorageError>>()?;
        let (Some(first), Some(last)) = (events.first(), events.last()) else { return Ok(events) };
        let (first, last) = (first.event.id, last.event.id);
        let (low, high) = (first.delivery_range().0.uuid(), last.delivery_range().1.uuid());
        let places: HashMap<EventId, usize> = events.iter().map(|stored| stored.event.id).zip(0..).collect();
        let range = params![tenant.as_str() => TEXT, low => UUID, high => UUID];

        let sql = format!(
            "SELECT {columns}, next_attempt_at, queue, order_key, position FROM postrider.waiting WHERE tenant_id = $1 AND id BETWEEN $2 AND $3
             UNION ALL SELECT {columns}, NULL, {IN_NORMAL}::smallint, NULL, NULL FROM postrider.deliveries WHERE tenant_id = $1 AND id BETWEEN $2 AND $3
             ORDER BY id",
            columns = rows::BOTH
        );
        for row in self.read(As::Tenant(tenant), &sql, range).await? {
            let queue = Cells::waiting(&row).code("queue", Queue::from_code)?;
            let delivery = rows::delivery(&row)?;
            if let Some(place) = places.get(&delivery.id.event()) {
                let key = row.get::<_, Option<i64>>("order_key").map(OrderKey::from_code);
                let at = key.zip(row.get("position")).map(|(key, position)| OrderPlace { key, position });
                events[*place].places.extend(at.map(|at| (delivery.id, at)));
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
        for StoredEvent { event, names, deliveries, places, attempts } in &events {
            // Event by event, so that a batch of large payloads is not in memory twice.
            let (mut made, mut ended, mut tried) =
                (AllEventRows::default(), DeliveryRows::default(), AttemptRows::default());
            made.push(tenant, event);
            made.insert(&tx, Existing::Keep).await?;
            let sql = "INSERT INTO postrider.event_keys (tenant_id, name, event_id)
                       SELECT $1, name, $3 FROM unnest($2::text[]) AS name ON CONFLICT DO NOTHING";
            let names: Vec<_> = names.iter().map(|name| rows::text(name)).collect();
            tx.query(sql, params![tenant.as_str() => TEXT, names => TEXT_ARRAY, event.id.uuid() => UUID]).await?;
            for (delivery, queue) in deliveries {
                match delivery.next_attempt_at {
                    Some(at) => write_waiting(&tx, row(tenant, delivery), at, *queue).await?,
                    None => ended.push(row(tenant, delivery)),
                }
            }
            for (id, place) in places {
                let sql = "UPDATE postrider.waiting SET order_key = $3, position = $4
                           WHERE tenant_id = $1 AND id = $2 AND order_key IS NULL";
                let values = params![
                    tenant.as_str() => TEXT, id.uuid() => UUID, place.key.code() => INT8, place.position => INT8,
                ];
                tx.query(sql, values).await?;
            }
            ended.insert(&tx, Existing::Keep).await?;
            for (id, attempt) in attempts {
                tried.push(AttemptRow::of(tenant, id.uuid(), attempt));
            }
            tried.insert(&tx, Existing::Keep).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    async fn write_stats(&self, of: &Subscription) -> Result<(), StorageError> {
        let sql = "INSERT INTO postrider.subscription_stats (tenant_id, subscription_id, shard, success_count,
                   failure_count, last_triggered_at, last_success_at, last_failure_at, failing_since)
                   VALUES ($1, $2, 0, $3, $4, $5, $6, $7, $8)
                   ON CONFLICT (tenant_id, subscription_id, shard) DO UPDATE SET success_count = $3, failure_count = $4,
                   last_triggered_at = $5, last_success_at = $6, last_failure_at = $7, failing_since = $8";
        let time = |at: Option<Timestamp>| at.map(Timestamp::micros);
        let stats = &of.stats;
        let values = params![
            of.tenant.as_str() => TEXT, of.id.uuid() => UUID, stats.success_count as i64 => INT8,
            stats.failure_count as i64 => INT8, time(stats.last_triggered_at) => INT8,
            time(stats.last_success_at) => INT8, time(stats.last_failure_at) => INT8,
            time(stats.failing_since) => INT8,
        ];
        self.write(As::Tenant(&of.tenant), sql, values).await?;
        Ok(())
    }
}

fn row<'v>(tenant: &'v TenantId, one: &'v Delivery) -> DeliveryRow<'v> {
    DeliveryRow {
        tenant_id: tenant.as_str(),
        id: one.id.uuid(),
        subscription_id: one.subscription.uuid(),
        event_type: one.event_type.as_str(),
        given_id: one.given_event_id.as_deref(),
        status: i16::from(one.status.code()),
        attempts: one.attempts as i32,
        earlier_attempts: one.earlier_attempts as i32,
        updated_at: one.updated_at.micros(),
        response_code: one.response_code.map(|code| code as i16),
        error: one.error.as_deref().map(rows::text),
        duration_us: one.duration.map(|took| took.as_micros() as i64),
    }
}

/// Writes a waiting delivery without an owner, unless it has ended in this store.
async fn write_waiting(tx: &Tx, one: DeliveryRow<'_>, at: Timestamp, queue: Queue) -> Result<(), Fault> {
    let sql = format!(
        "INSERT INTO postrider.waiting ({}, next_attempt_at, queue, owner)
         SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, {NO_NODE}
         WHERE NOT EXISTS (SELECT 1 FROM postrider.deliveries WHERE tenant_id = $1 AND id = $2)
         ON CONFLICT DO NOTHING",
        rows::BOTH
    );
    let values = params![
        one.tenant_id => TEXT, one.id => UUID, one.subscription_id => UUID, one.event_type => TEXT,
        one.given_id => TEXT, one.status => INT2, one.attempts => INT4, one.earlier_attempts => INT4,
        one.updated_at => INT8, one.response_code => INT2, one.error => TEXT, one.duration_us => INT8,
        at.micros() => INT8, i16::from(queue.code()) => INT2,
    ];
    tx.query(&sql, values).await.map(drop)
}
