//! Conversions between rows and the model's types.

use crate::cells::Cells;
use bytes::Bytes;
use model::{Attempt, Channels, Delivery, DeliveryStatus, Event, EventType, Priority, TraceContext};
use std::{borrow::Cow, net::IpAddr, sync::Arc};
use storage::StorageError;
use tokio_postgres::Row;
use uuid::Uuid;

pub(crate) fn uuid(bytes: &[u8; 16]) -> Uuid {
    Uuid::from_bytes(*bytes)
}

/// Replaces NUL characters, which PostgreSQL cannot store in text.
pub(crate) fn text(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { Cow::Owned(text.replace('\0', "\u{fffd}")) } else { Cow::Borrowed(text) }
}

/// The result of a statement that counts its rows (column `rows`).
pub(crate) fn count<N: TryFrom<i64> + Default>(rows: &[Row]) -> N {
    // A count is bounded by the statement's limit.
    rows.first().and_then(|row| row.get::<_, i64>("rows").try_into().ok()).unwrap_or_default()
}

pub(crate) const EVENT: &str = "e.tenant_id, e.id AS event_id, e.given_id, e.event_type, e.timestamp, e.data, e.metadata, e.priority, e.deliveries,
    e.deliver_at, e.payload_erased_at, e.trace, e.channels";

pub(crate) fn event(row: &Row) -> Result<Event, StorageError> {
    let cells = Cells::events(row);
    Ok(Event {
        id: cells.event_id("event_id"),
        given_id: cells.get::<Option<&str>>("given_id").map(Into::into),
        tenant: cells.tenant("tenant_id"),
        event_type: EventType::trusted(cells.get("event_type")),
        timestamp: cells.time("timestamp"),
        data: Bytes::copy_from_slice(cells.get("data")),
        metadata: Bytes::copy_from_slice(cells.get("metadata")),
        priority: cells.code("priority", Priority::from_code)?,
        deliveries: cells.number::<i32, u32>("deliveries")?,
        deliver_at: cells.time_or_none("deliver_at"),
        payload_erased_at: cells.time_or_none("payload_erased_at"),
        trace: cells.parsed_or_none("trace", trace)?,
        channels: cells.parsed_or_none("channels", Channels::from_stored)?.unwrap_or_default(),
    })
}

fn trace(stored: &str) -> Result<Arc<TraceContext>, &'static str> {
    TraceContext::from_stored(stored).map(Arc::new).ok_or("not a trace context")
}

/// Columns that waiting and ended deliveries have in common.
pub(crate) const BOTH: &str =
    "tenant_id, id, subscription_id, event_type, given_id, status, attempts, earlier_attempts,
    updated_at, response_code, error, duration_us";

/// A delivery of either table: only waiting ones have a due time.
pub(crate) fn delivery(row: &Row) -> Result<Delivery, StorageError> {
    let next_attempt_at = Cells::waiting(row).time_or_none("next_attempt_at");
    let cells = if next_attempt_at.is_some() { Cells::waiting(row) } else { Cells::deliveries(row) };
    Ok(Delivery {
        id: cells.delivery_id("id"),
        tenant: cells.tenant("tenant_id"),
        subscription: cells.subscription_id("subscription_id"),
        event_type: EventType::trusted(cells.get("event_type")),
        given_event_id: cells.get::<Option<&str>>("given_id").map(Into::into),
        status: cells.code("status", DeliveryStatus::from_code)?,
        attempts: cells.number::<i32, u32>("attempts")?,
        earlier_attempts: cells.number::<i32, u32>("earlier_attempts")?,
        next_attempt_at,
        updated_at: cells.time("updated_at"),
        response_code: cells.number_or_none::<i16, u16>("response_code")?,
        error: cells.get("error"),
        duration: cells.micros_or_none("duration_us")?,
    })
}

pub(crate) const ATTEMPT: &str = "tenant_id, delivery_id, number, started_at, duration_us, response_code, error,
    request_headers, response_headers, response_body, note, remote_ip, timings, request_body";

pub(crate) fn attempt(row: &Row) -> Result<Attempt, StorageError> {
    let cells = Cells::attempts(row);
    Ok(Attempt {
        number: cells.number::<i32, u32>("number")?,
        started_at: cells.time("started_at"),
        duration: cells.micros("duration_us")?,
        response_code: cells.number_or_none::<i16, u16>("response_code")?,
        error: cells.get("error"),
        request_headers: cells.get("request_headers"),
        response_headers: cells.get("response_headers"),
        response_body: Bytes::copy_from_slice(cells.get("response_body")),
        request_body: cells.get::<Option<&[u8]>>("request_body").map(Bytes::copy_from_slice),
        note: cells.get("note"),
        remote_ip: cells.parsed_or_none("remote_ip", str::parse::<IpAddr>)?,
        timings: cells.parsed_or_none("timings", storage::codec::timings)?.unwrap_or_default(),
    })
}
