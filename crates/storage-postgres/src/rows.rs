//! Conversions between rows and the model's types.

use bytes::Bytes;
use model::{
    Attempt, Delivery, DeliveryId, DeliveryStatus, Event, EventId, EventType, Priority, SubscriptionId, TenantId,
    Timestamp,
};
use std::{borrow::Cow, time::Duration};
use tokio_postgres::Row;
use uuid::Uuid;

pub(crate) fn uuid(bytes: &[u8; 16]) -> Uuid {
    Uuid::from_bytes(*bytes)
}

/// Replaces NUL characters, which PostgreSQL cannot store in text.
pub(crate) fn text(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { Cow::Owned(text.replace('\0', "\u{fffd}")) } else { Cow::Borrowed(text) }
}

pub(crate) fn time(row: &Row, column: &str) -> Timestamp {
    Timestamp::from_micros(row.get(column))
}

pub(crate) fn time_or_none(row: &Row, column: &str) -> Option<Timestamp> {
    row.get::<_, Option<i64>>(column).map(Timestamp::from_micros)
}

pub(crate) fn tenant(row: &Row, column: &str) -> TenantId {
    TenantId::trusted(row.get(column))
}

pub(crate) fn subscription_id(row: &Row) -> SubscriptionId {
    SubscriptionId::from_uuid(row.get("subscription_id"))
}

pub(crate) fn delivery_id(row: &Row, column: &str) -> DeliveryId {
    DeliveryId::from_uuid(row.get(column))
}

pub(crate) const EVENT: &str = "e.tenant_id, e.id AS event_id, e.given_id, e.event_type, e.timestamp, e.data, e.metadata, e.priority, e.deliveries";

pub(crate) fn event(row: &Row) -> Event {
    Event {
        id: EventId::from_uuid(row.get("event_id")),
        given_id: row.get::<_, Option<&str>>("given_id").map(Into::into),
        tenant: tenant(row, "tenant_id"),
        event_type: EventType::trusted(row.get("event_type")),
        timestamp: time(row, "timestamp"),
        data: Bytes::copy_from_slice(row.get("data")),
        metadata: Bytes::copy_from_slice(row.get("metadata")),
        priority: Priority::from_code(row.get::<_, i16>("priority") as u8),
        deliveries: row.get::<_, i32>("deliveries") as u32,
    }
}

/// Columns that waiting and ended deliveries have in common.
pub(crate) const BOTH: &str =
    "tenant_id, id, subscription_id, event_type, given_id, status, attempts, earlier_attempts,
    updated_at, response_code, error, duration_us";

pub(crate) fn delivery(row: &Row) -> Delivery {
    Delivery {
        id: delivery_id(row, "id"),
        tenant: tenant(row, "tenant_id"),
        subscription: subscription_id(row),
        event_type: EventType::trusted(row.get("event_type")),
        given_event_id: row.get::<_, Option<&str>>("given_id").map(Into::into),
        status: DeliveryStatus::from_code(row.get::<_, i16>("status") as u8).unwrap_or(DeliveryStatus::Failed),
        attempts: row.get::<_, i32>("attempts") as u32,
        earlier_attempts: row.get::<_, i32>("earlier_attempts") as u32,
        next_attempt_at: time_or_none(row, "next_attempt_at"),
        updated_at: time(row, "updated_at"),
        response_code: row.get::<_, Option<i16>>("response_code").map(|code| code as u16),
        error: row.get("error"),
        duration: row.get::<_, Option<i64>>("duration_us").map(micros),
    }
}

pub(crate) fn micros(micros: i64) -> Duration {
    Duration::from_micros(micros.unsigned_abs())
}

pub(crate) const ATTEMPT: &str = "delivery_id, number, started_at, duration_us, response_code, error, request_headers,
    response_headers, response_body, note";

pub(crate) fn attempt(row: &Row) -> Attempt {
    Attempt {
        number: row.get::<_, i32>("number") as u32,
        started_at: time(row, "started_at"),
        duration: micros(row.get("duration_us")),
        response_code: row.get::<_, Option<i16>>("response_code").map(|code| code as u16),
        error: row.get("error"),
        request_headers: row.get("request_headers"),
        response_headers: row.get("response_headers"),
        response_body: Bytes::copy_from_slice(row.get("response_body")),
        note: row.get("note"),
    }
}
