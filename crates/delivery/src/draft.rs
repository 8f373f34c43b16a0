//! An event before it has an id.

use bytes::Bytes;
use model::{EventType, Priority, Timestamp};

/// An event as its publisher sent it, validated.
#[derive(Clone, Debug)]
pub struct Draft {
    pub event_type: EventType,
    /// A JSON object, byte for byte as published.
    pub data: Bytes,
    /// A JSON object, or empty.
    pub metadata: Bytes,
    /// The publisher's own id for it.
    pub given_id: Option<String>,
    pub timestamp: Option<Timestamp>,
    pub priority: Priority,
    pub idempotency_key: Option<String>,
    /// It was checked against its type's schema, and breaks it.
    pub broke_schema: bool,
}
