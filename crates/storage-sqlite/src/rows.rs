//! Between rows and the model's types.

use model::{DeliveryId, EventId, EventPattern, TenantId, Timestamp};
use rusqlite::Row;
use serde_json::{Map, Value};
use storage::StorageError;

pub(crate) fn time(row: &Row<'_>, column: &str) -> rusqlite::Result<Timestamp> {
    row.get(column).map(Timestamp::from_micros)
}

pub(crate) fn time_or_none(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<Timestamp>> {
    Ok(row.get::<_, Option<i64>>(column)?.map(Timestamp::from_micros))
}

pub(crate) fn tenant(row: &Row<'_>, column: &str) -> rusqlite::Result<TenantId> {
    Ok(TenantId::trusted(row.get_ref(column)?.as_str()?))
}

/// The part of an event's id that is kept.
pub(crate) fn event_key(id: &EventId) -> &[u8] {
    &id.bytes()[..14]
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

pub(crate) fn map(row: &Row<'_>, column: &str) -> Result<Map<String, Value>, StorageError> {
    let text: String = row.get(column).map_err(crate::error::sqlite)?;
    serde_json::from_str(&text).map_err(|_| StorageError::corrupt(format!("column {column} is not a JSON object")))
}

pub(crate) fn map_text(map: &Map<String, Value>) -> String {
    serde_json::to_string(map).unwrap_or_else(|_| unreachable!("a JSON object is always writable"))
}

pub(crate) fn patterns(text: &str) -> Result<Vec<EventPattern>, StorageError> {
    text.split_terminator(' ')
        .map(|one| EventPattern::parse(one).map_err(|_| StorageError::corrupt(format!("event pattern {one:?}"))))
        .collect()
}

pub(crate) fn patterns_text(patterns: &[EventPattern]) -> String {
    patterns.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

/// The least and the greatest 16 bytes of ids made within these times (from, inclusive; to, exclusive).
pub(crate) fn id_bounds(after: Option<Timestamp>, before: Option<Timestamp>) -> ([u8; 16], [u8; 16]) {
    let edge = |at: Timestamp| {
        // A part of a millisecond counts up: an id only knows its millisecond.
        let millis = u128::try_from(at.micros().saturating_add(999).div_euclid(1_000)).unwrap_or(0);
        (millis.min(0xffff_ffff_ffff) << 80).to_be_bytes()
    };
    (after.map_or([0; 16], edge), before.map_or([0xff; 16], edge))
}
