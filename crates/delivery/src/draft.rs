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
    /// The publisher's own id of the event.
    pub given_id: Option<String>,
    pub timestamp: Option<Timestamp>,
    pub priority: Priority,
    pub idempotency_key: Option<String>,
    /// True if the data violates the schema of its type and the installation accepts that.
    pub broke_schema: bool,
}
