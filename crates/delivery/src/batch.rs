//! Batches: several events of one subscription in one request, and the answers of receivers to them. Pure.

use crate::outgoing::Outgoing;
use bytes::Bytes;
use model::{
    Attempt, AttemptError, AttemptResult, IdStyle, SubscriptionId, attempt::AttemptErrorKind, shape::BatchFormat,
};
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::HashSet;

/// The event type that the headers of a batch have.
pub(crate) const EVENT_TYPE: &str = "webhook.batch";

/// Bytes of a response to a batch that are read: more than the ids of the largest batch take.
pub(crate) const ANSWER_MAX: usize = 256 * 1024;

/// The id of a batch. It depends on the batch's events alone, so that the same events have it again in a retry.
pub(crate) fn id(subscription: SubscriptionId, events: &[&Outgoing], style: IdStyle) -> String {
    let mut hash = Sha256::new();
    hash.update(subscription.bytes());
    for event in events {
        let id = event.public_id(style);
        hash.update((id.len() as u64).to_be_bytes());
        hash.update(id);
    }
    format!("batch_{}", &signing::hex(&hash.finalize())[..32])
}

/// The body of a batch of rendered events, and the part of each.
pub(crate) fn body(
    format: BatchFormat,
    events: usize,
    mut render: impl FnMut(usize, &mut Vec<u8>),
) -> (Bytes, Vec<Bytes>) {
    let (mut body, mut parts) = (Vec::new(), Vec::with_capacity(events));
    let (open, between, close): (&[u8], &[u8], &[u8]) = match format {
        BatchFormat::Json => (b"[", b",", b"]"),
        BatchFormat::Ndjson => (b"", b"\n", b"\n"),
    };
    body.extend_from_slice(open);
    for i in 0..events {
        if i > 0 {
            body.extend_from_slice(between);
        }
        let start = body.len();
        render(i, &mut body);
        parts.push(start..body.len());
    }
    body.extend_from_slice(close);
    let body = Bytes::from(body);
    let parts = parts.into_iter().map(|part| body.slice(part)).collect();
    (body, parts)
}

/// The events of an accepted batch that the receiver has not processed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Failed {
    #[default]
    None,
    Ids(HashSet<String>),
    /// The list cannot be read, so that every event may be in it.
    Unknown,
}

impl Failed {
    /// The attempt of one event of an accepted batch, failed when the event is in the list.
    pub(crate) fn apply(&self, (mut attempt, result): (Attempt, AttemptResult), id: &str) -> (Attempt, AttemptResult) {
        if !self.has(id) {
            return (attempt, result);
        }
        let error = AttemptError::new(AttemptErrorKind::Protocol, self.message());
        attempt.error = Some(error.message.clone());
        (attempt, AttemptResult::Failed(error))
    }

    fn has(&self, id: &str) -> bool {
        match self {
            Self::None => false,
            Self::Ids(ids) => ids.contains(id),
            Self::Unknown => true,
        }
    }

    const fn message(&self) -> &'static str {
        match self {
            Self::Unknown => "the list of failed events in the response to the batch cannot be read",
            Self::None | Self::Ids(_) => "the response to the batch lists this event as failed",
        }
    }

    /// Reads the body of a successful response: `{"failed": ["id", …]}`. Any other body lists none.
    pub(crate) fn read(body: &[u8]) -> Self {
        #[derive(Deserialize)]
        struct Answer {
            #[serde(default)]
            failed: Value,
        }
        let text = String::from_utf8_lossy(body);
        if !text.trim_start().starts_with('{') || !text.contains("\"failed\"") {
            return Self::None;
        }
        match serde_json::from_slice::<Answer>(body) {
            Ok(Answer { failed }) if is_nothing(&failed) => Self::None,
            Ok(Answer { failed }) => serde_json::from_value(failed).map_or(Self::Unknown, Self::Ids),
            Err(_) => Self::Unknown,
        }
    }
}

/// True for a value that says in its way that nothing has failed.
fn is_nothing(failed: &Value) -> bool {
    match failed {
        Value::Null | Value::Bool(false) => true,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::Bool(true) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outgoing::tests::event;
    use model::Event;

    fn outgoing(id: &str) -> Outgoing {
        Outgoing::new(Event { given_id: Some(id.into()), ..event("acme") })
    }

    #[test]
    fn the_id_depends_on_the_events_in_their_order() {
        let (a, b, ab) = (outgoing("a"), outgoing("b"), outgoing("ab"));
        let (one, two) = (SubscriptionId::from_bytes([1; 16]), SubscriptionId::from_bytes([2; 16]));
        let of = |subscription, events: &[&Outgoing]| id(subscription, events, IdStyle::Prefixed);
        let first = of(one, &[&a, &b]);
        assert_eq!(first, of(one, &[&a, &b]));
        assert!(first.starts_with("batch_") && first.len() == 38, "{first}");
        for other in [of(one, &[&b, &a]), of(one, &[&a]), of(one, &[&ab]), of(two, &[&a, &b])] {
            assert_ne!(first, other);
        }
    }

    #[test]
    fn bodies_are_an_array_or_lines() {
        for (format, events, expected) in [
            (BatchFormat::Json, 1, "[0]"),
            (BatchFormat::Json, 3, "[0,1,2]"),
            (BatchFormat::Ndjson, 1, "0\n"),
            (BatchFormat::Ndjson, 3, "0\n1\n2\n"),
        ] {
            let (body, parts) = body(format, events, |i, body| body.extend_from_slice(i.to_string().as_bytes()));
            assert_eq!(std::str::from_utf8(&body).unwrap(), expected);
            assert_eq!(parts, (0..events).map(|i| Bytes::from(i.to_string())).collect::<Vec<_>>());
        }
    }

    #[test]
    fn answers_list_failed_events() {
        let ids = |ids: &[&str]| Failed::Ids(ids.iter().map(|id| (*id).to_owned()).collect());
        for (body, expected) in [
            ("", Failed::None),
            ("OK", Failed::None),
            ("[]", Failed::None),
            ("{}", Failed::None),
            ("<p>{\"failed\": [\"a\"]}</p>", Failed::None),
            ("{\"ok\": true}", Failed::None),
            ("{\"failed\": null}", Failed::None),
            ("{\"failed\": []}", Failed::None),
            ("{\"received\": 2, \"failed\": 0}", Failed::None),
            ("{\"failed\": false}", Failed::None),
            ("{\"failed\": [\"a\"]}", ids(&["a"])),
            (" \n{\"more\": {}, \"failed\": [\"a\", \"b\", \"a\", \"\\u00e9\"]}", ids(&["a", "b", "é"])),
            // A list in another form, or one that was cut off.
            ("{\"failed\": 2}", Failed::Unknown),
            ("{\"failed\": [{\"id\": \"a\"}]}", Failed::Unknown),
            ("{\"failed\": [\"a\", \"b", Failed::Unknown),
        ] {
            assert_eq!(Failed::read(body.as_bytes()), expected, "{body}");
        }
        assert!(ids(&["a"]).has("a") && !ids(&["a"]).has("b") && !Failed::None.has("a") && Failed::Unknown.has("a"));
    }
}
