//! Builds the draft of an operational event: pure.

use super::event::{OperationalEvent, each};
use crate::draft::Draft;
use bytes::Bytes;
use model::Priority;
use serde_json::Value;

/// The reader of an event: decides which fields it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Audience<'n> {
    /// The operator, who also sees the name of the node.
    Operator { node: &'n str },
    /// The tenant that the event is about.
    Tenant,
}

/// Whether a draft has the identity of its fact as deduplication key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Identified {
    Yes,
    /// The store writes it with its outcome, and so once.
    ByOutcome,
}

/// Precedes deduplication keys of operational events. No header can contain it, so publishers have no such keys.
const KEY: char = '\u{1f}';

/// The event as it is published to this audience.
pub(super) fn draft(event: &OperationalEvent, audience: Audience<'_>, identified: Identified) -> Draft {
    let mut data = each!(event, one => serde_json::to_value(one)).unwrap_or_else(|_| Value::Object(Default::default()));
    if let (Audience::Operator { node }, Value::Object(fields)) = (audience, &mut data) {
        fields.insert("node".into(), node.into());
    }
    let kind = event.kind();
    Draft {
        event_type: kind.event_type().clone(),
        data: Bytes::from(data.to_string()),
        metadata: Bytes::new(),
        given_id: None,
        timestamp: Some(event.occurred_at()),
        priority: Priority::Normal,
        deliver_at: None,
        idempotency_key: (identified == Identified::Yes)
            .then(|| format!("{KEY}{}{KEY}{}", kind.name(), event.identity())),
        broke_schema: false,
        trace: None,
        channels: Default::default(),
    }
}
