//! Published events.

mod list;

use crate::{SqliteStore, error::sqlite, rows};
use async_trait::async_trait;
use bytes::Bytes;
use model::{Event, EventId, EventType, Priority, TenantId};
use rusqlite::{Connection, OptionalExtension, Row};
use storage::{Counted, DedupeKey, EventFilter, Events, ListScope, Listed, Page, Place, StorageError};

/// The event's columns, each with a prefix, as queries that join deliveries name them too.
pub(crate) const COLUMNS: &str = "e.tenant_id AS tenant_id, e.id AS event_id, e.given_id AS given_id,
    e.event_type AS event_type, e.timestamp AS timestamp, e.data AS data, e.metadata AS metadata,
    e.priority AS priority, e.deliveries AS deliveries";

pub(crate) fn read(row: &Row<'_>) -> rusqlite::Result<Event> {
    Ok(Event {
        id: rows::event_id(row, "event_id")?,
        given_id: row.get_ref("given_id")?.as_str_or_null()?.map(Into::into),
        tenant: rows::tenant(row, "tenant_id")?,
        event_type: EventType::trusted(row.get_ref("event_type")?.as_str()?),
        timestamp: rows::time(row, "timestamp")?,
        data: Bytes::copy_from_slice(row.get_ref("data")?.as_blob()?),
        metadata: Bytes::copy_from_slice(row.get_ref("metadata")?.as_blob()?),
        priority: Priority::from_code(row.get("priority")?),
        deliveries: row.get("deliveries")?,
    })
}

pub(crate) fn by_key(connection: &Connection, tenant: &TenantId, name: &str) -> Result<Option<Event>, StorageError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM event_keys k JOIN events e ON e.tenant_id = k.tenant_id AND e.id = k.event_id
         WHERE k.tenant_id = ?1 AND k.name = ?2"
    );
    connection
        .prepare_cached(&sql)
        .and_then(|mut statement| statement.query_row((tenant.as_str(), name), read).optional())
        .map_err(sqlite)
}

#[async_trait]
impl Events for SqliteStore {
    async fn event(&self, tenant: &TenantId, id: EventId) -> Result<Option<Event>, StorageError> {
        self.readers
            .read_of(tenant, move |connection, tenant| {
                let sql = format!("SELECT {COLUMNS} FROM events e WHERE e.tenant_id = ?1 AND e.id = ?2");
                connection
                    .prepare_cached(&sql)
                    .and_then(|mut s| s.query_row((tenant.as_str(), rows::event_key(&id)), read).optional())
                    .map(|found| found.filter(|event| event.id == id))
                    .map_err(sqlite)
            })
            .await
    }

    async fn event_by_key(&self, tenant: &TenantId, key: &DedupeKey) -> Result<Option<Event>, StorageError> {
        let name = key.text();
        self.readers.read_of(tenant, move |connection, tenant| by_key(connection, tenant, &name)).await
    }

    async fn events(
        &self,
        scope: ListScope<'_>,
        filter: &EventFilter,
        page: Page<Place<EventId>>,
    ) -> Result<Listed<Event, EventId>, StorageError> {
        let filter = filter.clone();
        self.readers.read_in(scope, move |connection, scope| list::page(connection, scope, &filter, &page)).await
    }

    async fn count_events(
        &self,
        scope: ListScope<'_>,
        filter: &EventFilter,
        most: u32,
    ) -> Result<Counted<EventId>, StorageError> {
        let filter = filter.clone();
        self.readers.read_in(scope, move |connection, scope| list::count(connection, scope, &filter, most)).await
    }

    async fn tenants_with_event(&self, id: EventId) -> Result<Vec<TenantId>, StorageError> {
        let sql = "SELECT e.tenant_id AS tenant_id FROM events e INDEXED BY events_by_id
                   JOIN tenants t ON t.id = e.tenant_id AND t.deleting = 0 WHERE e.id = ?1 ORDER BY e.tenant_id";
        self.readers
            .read(move |connection| {
                let mut statement = connection.prepare_cached(sql).map_err(sqlite)?;
                let key = rows::event_bound(id.bytes());
                let found = statement.query_map([key], |row| rows::tenant(row, "tenant_id")).map_err(sqlite)?;
                found.map(|row| row.map_err(sqlite)).collect()
            })
            .await
    }
}
