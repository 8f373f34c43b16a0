//! Published events.

mod list;
pub(crate) mod row;

use crate::{SqliteStore, cells::Cells, error::sqlite, query, rows};
use async_trait::async_trait;
use model::{Event, EventId, TenantId};
use rusqlite::Connection;
use storage::{Counted, DedupeKey, EventFilter, Events, ListScope, Listed, Page, Place, StorageError};

pub(crate) fn by_id(connection: &Connection, tenant: &TenantId, id: EventId) -> Result<Option<Event>, StorageError> {
    let sql = format!("SELECT {} FROM events e WHERE e.tenant_id = ?1 AND e.id = ?2", row::COLUMNS);
    let mut statement = connection.prepare_cached(&sql).map_err(sqlite)?;
    let found = query::first(&mut statement, (tenant.as_str(), rows::event_key(&id)), row::read)?;
    Ok(found.filter(|event| event.id == id))
}

#[async_trait]
impl Events for SqliteStore {
    async fn event(&self, tenant: &TenantId, id: EventId) -> Result<Option<Event>, StorageError> {
        self.readers.read_of(tenant, move |connection, tenant| by_id(connection, tenant, id)).await
    }

    async fn event_by_key(&self, tenant: &TenantId, key: &DedupeKey) -> Result<Option<Event>, StorageError> {
        let name = key.text();
        self.readers.read_of(tenant, move |connection, tenant| row::by_key(connection, tenant, &name)).await
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
                query::all(&mut statement, [key], |row| Cells::events(row).tenant("tenant_id"))
            })
            .await
    }
}
