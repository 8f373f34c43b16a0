//! An event before it has an id.

use bytes::Bytes;
use model::{Channels, EventType, Priority, Timestamp, TraceContext};
use std::sync::Arc;

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
    /// The time before which nothing is sent. The caller has checked that it is not too far ahead.
    pub deliver_at: Option<Timestamp>,
    pub idempotency_key: Option<String>,
    /// True if the data violates the schema of its type and the installation accepts that.
    pub broke_schema: bool,
    /// The publisher's span; from [`crate::traces::Traces::publish`] on the context that is kept with the event.
    pub trace: Option<Arc<TraceContext>>,
    pub channels: Channels,
}

impl Draft {
    /// The challenge to the receiver of a new URL.
    pub(crate) fn verification(challenge: &str) -> Self {
        Self {
            event_type: EventType::trusted("webhook.verification"),
            data: format!(r#"{{"challenge":"{challenge}"}}"#).into(),
            metadata: Bytes::new(),
            given_id: None,
            timestamp: None,
            priority: Priority::Normal,
            deliver_at: None,
            idempotency_key: None,
            broke_schema: false,
            trace: None,
            channels: Channels::default(),
        }
    }
}
