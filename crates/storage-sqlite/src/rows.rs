//! Conversions between rows and the model's types.

use crate::cells::Cells;
use bytes::Bytes;
use model::{Attempt, EventId};
use rusqlite::Row;
use std::net::IpAddr;
use storage::StorageError;

/// The stored part of an event's id.
pub(crate) fn event_key(id: &EventId) -> &[u8] {
    &id.bytes()[..14]
}

/// A bound of event ids in stored form; at full length when its last bytes are set, which no stored id has.
pub(crate) fn event_bound(id: &[u8; 16]) -> &[u8] {
    if id[14..] == [0, 0] { &id[..14] } else { id }
}

/// Columns of an attempt.
pub(crate) const ATTEMPT: &str = "tenant_id, delivery_id, number, started_at, duration_us, response_code, error,
    request_headers, response_headers, response_body, note, remote_ip, timings, request_body";

pub(crate) fn attempt(row: &Row<'_>) -> Result<Attempt, StorageError> {
    let cells = Cells::attempts(row);
    Ok(Attempt {
        number: cells.get("number")?,
        started_at: cells.time("started_at")?,
        duration: cells.micros("duration_us")?,
        response_code: cells.get("response_code")?,
        error: cells.get("error")?,
        request_headers: cells.get("request_headers")?,
        response_headers: cells.get("response_headers")?,
        response_body: Bytes::copy_from_slice(cells.blob("response_body")?),
        request_body: cells.blob_or_none("request_body")?.map(Bytes::copy_from_slice),
        note: cells.get("note")?,
        remote_ip: cells.parsed_or_none("remote_ip", str::parse::<IpAddr>)?,
        timings: cells.parsed_or_none("timings", storage::codec::timings)?.unwrap_or_default(),
    })
}
