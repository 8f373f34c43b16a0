//! Events, their types, and the patterns by which subscriptions choose them.

use crate::{
    channel::Channels,
    id::{EventId, IdStyle},
    tenant::TenantId,
    time::Timestamp,
    trace::TraceContext,
};
use bytes::Bytes;
use std::{fmt, sync::Arc};

/// A name such as `invoice.created`: 1 to 100 letters, digits, `_` and `-`, in parts separated by dots.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventType(Arc<str>);

/// The text is not a valid event type.
#[derive(Debug, thiserror::Error)]
#[error("must be 1 to 100 letters, digits, '_' or '-' in parts separated by dots, for example invoice.created")]
pub struct NotAnEventType;

impl EventType {
    pub const MAX: usize = 100;

    pub fn parse(text: &str) -> Result<Self, NotAnEventType> {
        let part = |p: &str| !p.is_empty() && p.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_' || c == b'-');
        if text.len() > Self::MAX || !text.split('.').all(part) {
            return Err(NotAnEventType);
        }
        Ok(Self(text.into()))
    }

    /// Skips validation: for values from the store, which only contains valid ones.
    pub fn trusted(text: &str) -> Self {
        Self(text.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl serde::Serialize for EventType {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// A pattern of a subscription: one type, all types below a prefix (`invoice.*`), or all types (`*`).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum EventPattern {
    All,
    Below(Arc<str>),
    One(EventType),
}

impl EventPattern {
    pub fn parse(text: &str) -> Result<Self, NotAnEventType> {
        if text == "*" {
            return Ok(Self::All);
        }
        match text.strip_suffix(".*") {
            Some(prefix) => Ok(Self::Below(EventType::parse(prefix)?.0)),
            None => Ok(Self::One(EventType::parse(text)?)),
        }
    }

    pub fn matches(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Below(prefix) => {
                name.strip_prefix(&**prefix).is_some_and(|rest| rest.len() > 1 && rest.starts_with('.'))
            }
            Self::One(one) => one.as_str() == name,
        }
    }
}

impl fmt::Display for EventPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("*"),
            Self::Below(prefix) => write!(f, "{prefix}.*"),
            Self::One(one) => f.write_str(one.as_str()),
        }
    }
}

/// Priority of events within a tenant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    Low,
    #[default]
    Normal,
    High,
}

impl Priority {
    pub const ALL: [Self; 3] = [Self::Low, Self::Normal, Self::High];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Normal => "normal",
            Self::High => "high",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|priority| priority.name() == name)
    }

    /// The number that stores keep.
    pub const fn code(self) -> u8 {
        self as u8
    }

    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|priority| priority.code() == code)
    }
}

/// A published occurrence. `data` and `metadata` are the publisher's bytes, never re-serialised.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    pub id: EventId,
    /// The publisher's id, unchanged.
    pub given_id: Option<Arc<str>>,
    pub tenant: TenantId,
    pub event_type: EventType,
    pub timestamp: Timestamp,
    pub data: Bytes,
    /// A JSON object, or empty if absent.
    pub metadata: Bytes,
    pub priority: Priority,
    /// Number of deliveries that were created when the event was published.
    pub deliveries: u32,
    /// The time before which no delivery may be sent, as its publisher gave it; a time before the publication means at
    /// once.
    pub deliver_at: Option<Timestamp>,
    /// Time at which `data` and `metadata` were erased; both are empty objects since then.
    pub payload_erased_at: Option<Timestamp>,
    /// The span in which the event was published, or the publisher's own span: its deliveries continue this trace.
    pub trace: Option<Arc<TraceContext>>,
    pub channels: Channels,
}

/// The data of an event whose payload was erased.
pub const ERASED_DATA: &[u8] = b"{}";

impl Event {
    /// The id in responses, in bodies, and as `webhook-id` on the wire: the publisher's id, or Postrider's in this
    /// style.
    pub fn public_id(&self, style: IdStyle) -> String {
        self.given_id.as_deref().map_or_else(|| self.id.text(style), str::to_owned)
    }
}

/// The text cannot be a publisher's event id.
#[derive(Debug, thiserror::Error)]
#[error("must be 1 to 200 visible ASCII characters without spaces and dots")]
pub struct NotAGivenId;

/// Validates a publisher's event id: 1 to 200 visible ASCII characters, because it is sent in a header. A dot is
/// refused because Standard Webhooks signs `id.timestamp.body`.
pub fn check_given_id(text: &str) -> Result<(), NotAGivenId> {
    if text.is_empty() || text.len() > 200 || !text.bytes().all(|c| c.is_ascii_graphic() && c != b'.') {
        return Err(NotAGivenId);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_checked() {
        for good in ["invoice.created", "a", "bulk_email.completed", "x-1.y-2.z", &"a".repeat(100)] {
            assert!(EventType::parse(good).is_ok(), "{good}");
        }
        for bad in ["", ".", "a..b", "a.", "in voice", "é.a", "*", "a.*", &"a".repeat(101)] {
            assert!(EventType::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn patterns_match_exactly_their_types() {
        let rows = [
            ("*", "invoice.created", true),
            ("invoice.*", "invoice.created", true),
            ("invoice.*", "invoice.line.added", true),
            ("invoice.*", "invoice", false),
            ("invoice.*", "invoices.created", false),
            ("invoice.created", "invoice.created", true),
            ("invoice.created", "invoice.paid", false),
        ];
        for (pattern, name, expected) in rows {
            let pattern = EventPattern::parse(pattern).unwrap();
            assert_eq!(pattern.matches(name), expected, "{pattern} {name}");
            assert_eq!(EventPattern::parse(&pattern.to_string()).unwrap(), pattern);
        }
        for bad in ["", "**", "*.created", "invoice.*.x", "invoice*"] {
            assert!(EventPattern::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn names_and_stored_codes_of_priorities_are_read_back() {
        for priority in Priority::ALL {
            assert_eq!(Priority::parse(priority.name()), Some(priority));
            assert_eq!(Priority::from_code(priority.code()), Some(priority));
        }
        assert_eq!((Priority::parse("urgent"), Priority::from_code(3)), (None, None));
    }

    #[test]
    fn given_ids_can_travel_in_a_header_and_a_signature() {
        for good in ["order-1", "a/b:c#7", "0190f3c1"] {
            assert!(check_given_id(good).is_ok());
        }
        for bad in ["", "a b", "a.b", "a\nb", "ü", &"x".repeat(201)] {
            assert!(check_given_id(bad).is_err());
        }
    }
}
