//! Transfer to another store.

use crate::{
    SqliteStore,
    cells::Cells,
    deliveries,
    error::sqlite,
    events, existence,
    insert::{AttemptRow, DeliveryRow, EventRow, Existing, FullEventRow, KeyRow},
    query, rows,
};
use async_trait::async_trait;
use model::{Attempt, Delivery, DeliveryId, EventId, Queue, Subscription, TenantId, Timestamp, shape::OrderKey};
use rusqlite::{Connection, Row, Transaction};
use storage::{OrderPlace, StorageError, StoredEvent, Transfer};

#[async_trait]
impl Transfer for SqliteStore {
    async fn read_events(
        &self,
        tenant: &TenantId,
        after: Option<EventId>,
        limit: usize,
    ) -> Result<Vec<StoredEvent>, StorageError> {
        self.readers
            .read_of(tenant, move |connection, tenant| {
                let snapshot = connection.unchecked_transaction().map_err(sqlite)?;
                read_events(&snapshot, tenant, after, limit)
            })
            .await
    }

    async fn write_events(&self, tenant: &TenantId, events: Vec<StoredEvent>) -> Result<(), StorageError> {
        let (tenant, marks) = (tenant.clone(), self.marks.clone());
        self.writer
            .transaction(move |tx| {
                // Transferred rows go into the middle of lists, so counts must be redone.
                marks.lock().forget();
                if !existence::exists(tx, &tenant)? {
                    return Err(StorageError::unavailable("the tenant does not exist"));
                }
                events.iter().try_for_each(|stored| write_event(tx, &tenant, stored)).map_err(sqlite)
            })
            .await
    }

    async fn write_stats(&self, of: &Subscription) -> Result<(), StorageError> {
        let of = of.clone();
        self.writer
            .transaction(move |tx| {
                let micros = |at: Option<Timestamp>| at.map(Timestamp::micros);
                tx.execute(
                    "INSERT OR REPLACE INTO subscription_stats (tenant_id, subscription_id, success_count,
                     failure_count, last_triggered_at, last_success_at, last_failure_at, failing_since)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                    (
                        of.tenant.as_str(),
                        of.id.bytes(),
                        of.stats.success_count,
                        of.stats.failure_count,
                        micros(of.stats.last_triggered_at),
                        micros(of.stats.last_success_at),
                        micros(of.stats.last_failure_at),
                        micros(of.stats.failing_since),
                    ),
                )
                .map(drop)
                .map_err(sqlite)
            })
            .await
    }
}

fn read_events(
    connection: &Connection,
    tenant: &TenantId,
    after: Option<EventId>,
    limit: usize,
) -> Result<Vec<StoredEvent>, StorageError> {
    let sql = format!(
        "SELECT {} FROM events e WHERE e.tenant_id = ?1 AND e.id > ?2 ORDER BY e.id LIMIT ?3",
        events::row::COLUMNS
    );
    let last: &[u8] = after.as_ref().map_or(&[], |id| rows::event_key(id));
    let mut list = connection.prepare_cached(&sql).map_err(sqlite)?;
    let mut names = connection
        .prepare_cached("SELECT name FROM event_keys WHERE tenant_id = ?1 AND event_id = ?2 ORDER BY name")
        .map_err(sqlite)?;
    let sql = format!(
        "SELECT {}, d.queue AS queue FROM deliveries d {} WHERE d.tenant_id = ?1 AND d.id BETWEEN ?2 AND ?3 ORDER BY d.id",
        deliveries::row::COLUMNS,
        deliveries::row::JOIN
    );
    let mut of_event = connection.prepare_cached(&sql).map_err(sqlite)?;
    let mut places = connection.prepare_cached(PLACES).map_err(sqlite)?;
    let sql = format!(
        "SELECT {} FROM attempts WHERE tenant_id = ?1 AND delivery_id BETWEEN ?2 AND ?3
         ORDER BY delivery_id, number",
        rows::ATTEMPT
    );
    let mut tries = connection.prepare_cached(&sql).map_err(sqlite)?;
    let tenant = tenant.as_str();
    let found = query::all(&mut list, (tenant, last, limit), events::row::read)?;
    let mut stored = Vec::with_capacity(found.len());
    for event in found {
        let (first, last) = event.id.delivery_range();
        let range = (tenant, first.bytes(), last.bytes());
        stored.push(StoredEvent {
            names: query::all(&mut names, (tenant, rows::event_key(&event.id)), |row| row.get("name").map_err(sqlite))?,
            deliveries: query::all(&mut of_event, range, read_delivery)?,
            places: query::all(&mut places, range, read_place)?,
            attempts: query::all(&mut tries, range, read_attempt)?,
            event,
        });
    }
    Ok(stored)
}

/// The places of an event's ordered deliveries that wait.
const PLACES: &str = "SELECT tenant_id, id, order_key, position FROM deliveries
     WHERE tenant_id = ?1 AND id BETWEEN ?2 AND ?3 AND order_key IS NOT NULL AND next_attempt_at IS NOT NULL";

const PLACE: &str =
    "UPDATE deliveries SET order_key = ?3, position = ?4 WHERE tenant_id = ?1 AND id = ?2 AND order_key IS NULL";

fn read_delivery(row: &Row<'_>) -> Result<(Delivery, Queue), StorageError> {
    let queue = Cells::deliveries(row).code("queue", Queue::from_code)?;
    let delivery = deliveries::row::read(row)?;
    // An ended delivery no longer belongs to a queue.
    let queue = if delivery.next_attempt_at.is_some() { queue } else { Queue::Normal };
    Ok((delivery, queue))
}

fn read_place(row: &Row<'_>) -> Result<(DeliveryId, OrderPlace), StorageError> {
    let cells = Cells::deliveries(row);
    let key = OrderKey::from_code(cells.get("order_key")?);
    Ok((cells.delivery_id("id")?, OrderPlace { key, position: cells.get("position")? }))
}

fn read_attempt(row: &Row<'_>) -> Result<(DeliveryId, Attempt), StorageError> {
    Ok((Cells::attempts(row).delivery_id("delivery_id")?, rows::attempt(row)?))
}

fn write_event(tx: &Transaction<'_>, tenant: &TenantId, stored: &StoredEvent) -> rusqlite::Result<()> {
    let StoredEvent { event, names, deliveries, places, attempts } = stored;
    let tenant_id = tenant.as_str();
    let row = EventRow { tenant_id, ..EventRow::of(event) };
    match FullEventRow::of(&row, event) {
        None => row.insert(&mut *tx.prepare_cached(EventRow::sql(Existing::Keep))?)?,
        Some(full) => full.insert(&mut *tx.prepare_cached(FullEventRow::sql(Existing::Keep))?)?,
    };
    let mut statement = tx.prepare_cached(KeyRow::sql(Existing::Keep))?;
    for name in names {
        KeyRow { tenant_id, name, event_id: rows::event_key(&event.id) }.insert(&mut statement)?;
    }
    let mut statement = tx.prepare_cached(DeliveryRow::sql(Existing::Keep))?;
    for (one, queue) in deliveries {
        DeliveryRow { tenant_id, ..DeliveryRow::of(one, *queue) }.insert(&mut statement)?;
    }
    for (id, place) in places {
        let row = (tenant_id, id.bytes(), place.key.code(), place.position);
        tx.prepare_cached(PLACE)?.execute(row)?;
    }
    let mut statement = tx.prepare_cached(AttemptRow::sql(Existing::Keep))?;
    for (id, one) in attempts {
        AttemptRow::of(tenant_id, id, one).insert(&mut statement)?;
    }
    Ok(())
}
