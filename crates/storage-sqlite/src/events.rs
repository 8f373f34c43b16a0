//! Published events.

use crate::{
    SqliteStore,
    error::sqlite,
    marks::{self, List},
    rows,
};
use async_trait::async_trait;
use bytes::Bytes;
use model::{Event, EventId, EventType, Priority, TenantId};
use rusqlite::{Connection, OptionalExtension, Row};
use storage::{DedupeKey, EventFilter, Events, Page, StorageError};

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

/// The list's query, newest first. (The index is named for the same reason as in the list of deliveries.)
fn list_query(by_type: bool) -> String {
    let (index, narrow) = if by_type {
        ("INDEXED BY events_by_type", "AND e.event_type = ?6")
    } else {
        ("NOT INDEXED", "AND ?6 IS NULL")
    };
    format!(
        "SELECT {COLUMNS} FROM events e {index} WHERE e.tenant_id = ?1 AND e.id >= ?2 AND e.id < ?3 {narrow}
         ORDER BY e.id DESC LIMIT ?4 OFFSET ?5"
    )
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
        tenant: &TenantId,
        filter: &EventFilter,
        page: Page<EventId>,
    ) -> Result<Vec<Event>, StorageError> {
        let filter = filter.clone();
        self.readers
            .read_of(tenant, move |connection, tenant| {
                let (least, most) = rows::id_bounds(filter.after, filter.before);
                let below = page.below.map_or(most, |id| most.min(*id.bytes()));
                // One snapshot, so that marks and rows are of one time.
                let connection = connection.unchecked_transaction().map_err(sqlite)?;
                let list = filter.event_type.clone().map_or(List::Events, List::EventsOf);
                let (below, offset) = marks::skip(&connection, tenant, &list, &below[..14], page.offset)?;
                let sql = list_query(filter.event_type.is_some());
                let mut statement = connection.prepare_cached(&sql).map_err(sqlite)?;
                let wanted = filter.event_type.as_ref().map(EventType::as_str);
                let found = statement
                    .query_map((tenant.as_str(), &least[..14], below, page.limit, offset, wanted), read)
                    .map_err(sqlite)?;
                found.map(|row| row.map_err(sqlite)).collect()
            })
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_goes_down_an_index() {
        let mut connection = Connection::open_in_memory().unwrap();
        crate::migrate::run(&mut connection).unwrap();
        for (by_type, way) in [
            (false, "SEARCH e USING PRIMARY KEY (tenant_id=? AND id>? AND id<?)"),
            (true, "SEARCH e USING INDEX events_by_type (tenant_id=? AND event_type=? AND id>? AND id<?)"),
        ] {
            let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {}", list_query(by_type))).unwrap();
            let steps = statement.query_map([(); 6].map(|()| "x"), |row| row.get("detail")).unwrap();
            assert_eq!(steps.map(Result::unwrap).collect::<Vec<String>>(), [way]);
        }
    }
}
