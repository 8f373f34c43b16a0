//! Conversions between rows and the model's types.

use bytes::Bytes;
use model::{Attempt, DeliveryId, EventId, JsonObject, TenantId, Timestamp};
use rusqlite::Row;
use std::time::Duration;
use storage::{StorageError, codec};

pub(crate) fn time(row: &Row<'_>, column: &str) -> rusqlite::Result<Timestamp> {
    row.get(column).map(Timestamp::from_micros)
}

pub(crate) fn time_or_none(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<Timestamp>> {
    Ok(row.get::<_, Option<i64>>(column)?.map(Timestamp::from_micros))
}

pub(crate) fn tenant(row: &Row<'_>, column: &str) -> rusqlite::Result<TenantId> {
    Ok(TenantId::trusted(row.get_ref(column)?.as_str()?))
}

/// The stored part of an event's id.
pub(crate) fn event_key(id: &EventId) -> &[u8] {
    &id.bytes()[..14]
}

/// A bound of event ids in stored form; at full length when its last bytes are set, which no stored id has.
pub(crate) fn event_bound(id: &[u8; 16]) -> &[u8] {
    if id[14..] == [0, 0] { &id[..14] } else { id }
}

pub(crate) fn event_id(row: &Row<'_>, column: &str) -> rusqlite::Result<EventId> {
    let kept: [u8; 14] = row.get(column)?;
    let mut bytes = [0; 16];
    bytes[..14].copy_from_slice(&kept);
    Ok(EventId::from_bytes(bytes))
}

pub(crate) fn delivery_id(row: &Row<'_>, column: &str) -> rusqlite::Result<DeliveryId> {
    row.get(column).map(DeliveryId::from_bytes)
}

/// Columns of an attempt.
pub(crate) const ATTEMPT: &str =
    "number, started_at, duration_us, response_code, error, request_headers, response_headers, response_body, note";

pub(crate) fn attempt(row: &Row<'_>) -> rusqlite::Result<Attempt> {
    Ok(Attempt {
        number: row.get("number")?,
        started_at: time(row, "started_at")?,
        duration: Duration::from_micros(row.get("duration_us")?),
        response_code: row.get("response_code")?,
        error: row.get("error")?,
        request_headers: row.get("request_headers")?,
        response_headers: row.get("response_headers")?,
        response_body: Bytes::copy_from_slice(row.get_ref("response_body")?.as_blob()?),
        note: row.get("note")?,
    })
}

pub(crate) fn object(row: &Row<'_>, column: &str) -> Result<JsonObject, StorageError> {
    let text: String = row.get(column).map_err(crate::error::sqlite)?;
    codec::object(&text, column)
}

pub(crate) use codec::{id_bounds, patterns, patterns_text};
