//! Rows of events.

use crate::{cells::Cells, error::sqlite, query};
use bytes::Bytes;
use model::{Channels, Event, EventType, Priority, TenantId, TraceContext};
use rusqlite::{Connection, Row};
use std::sync::Arc;
use storage::StorageError;

/// The event's columns, each with a prefix, as queries that join deliveries name them too.
pub(crate) const COLUMNS: &str = "e.tenant_id AS tenant_id, e.id AS event_id, e.given_id AS given_id,
    e.event_type AS event_type, e.timestamp AS timestamp, e.data AS data, e.metadata AS metadata,
    e.priority AS priority, e.deliveries AS deliveries, e.deliver_at AS deliver_at,
    e.payload_erased_at AS payload_erased_at, e.trace AS trace, e.channels AS channels";

/// Finds an event whose payload was erased.
pub(crate) const IS_ERASED: &str =
    "SELECT 1 FROM events WHERE tenant_id = ?1 AND id = ?2 AND payload_erased_at IS NOT NULL";

pub(crate) fn read(row: &Row<'_>) -> Result<Event, StorageError> {
    let cells = Cells::events(row);
    Ok(Event {
        id: cells.event_id("event_id")?,
        given_id: cells.text_or_none("given_id")?.map(Into::into),
        tenant: cells.tenant("tenant_id")?,
        event_type: EventType::trusted(cells.text("event_type")?),
        timestamp: cells.time("timestamp")?,
        data: Bytes::copy_from_slice(cells.blob("data")?),
        metadata: Bytes::copy_from_slice(cells.blob("metadata")?),
        priority: cells.code("priority", Priority::from_code)?,
        deliveries: cells.get("deliveries")?,
        deliver_at: cells.time_or_none("deliver_at")?,
        payload_erased_at: cells.time_or_none("payload_erased_at")?,
        trace: cells.parsed_or_none("trace", trace)?,
        channels: cells.parsed_or_none("channels", Channels::from_stored)?.unwrap_or_default(),
    })
}

fn trace(stored: &str) -> Result<Arc<TraceContext>, &'static str> {
    TraceContext::from_stored(stored).map(Arc::new).ok_or("not a trace context")
}

/// The event that was published with a deduplication key.
pub(crate) fn by_key(connection: &Connection, tenant: &TenantId, name: &str) -> Result<Option<Event>, StorageError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM event_keys k JOIN events e ON e.tenant_id = k.tenant_id AND e.id = k.event_id
         WHERE k.tenant_id = ?1 AND k.name = ?2"
    );
    let mut statement = connection.prepare_cached(&sql).map_err(sqlite)?;
    query::first(&mut statement, (tenant.as_str(), name), read)
}
