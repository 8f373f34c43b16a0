//! Bodies of requests: events, batches, and all others.

use api::fuzzing::{self, Payload, Refused};
use serde_json::Value;

pub(super) const WORDS: &[&str] = &[
    "\"type\":",
    "\"data\":{",
    "\"id\":",
    "\"timestamp\":",
    "\"metadata\":",
    "\"priority\":",
    "\"deliver_at\":",
    "\"channels\":[",
    "\"events\":[",
    "\"url\":",
    "\"headers\":",
    "\"filter\":",
    "\"retry\":{",
    "\"batching\":{",
    "\"request\":{",
    "\"authentication\":{",
    "\"subscription_id\":",
    "\"scopes\":[",
    "\"limits\":{",
    "\"egress\":{",
    "null",
    "1.0",
    "\"5\"",
];

pub(super) fn events(input: &[u8]) {
    for result in [fuzzing::event(input), fuzzing::batch(input)] {
        match result {
            Ok(payloads) => payloads.iter().for_each(payload),
            Err(refused) => check(&refused, input),
        }
    }
}

fn payload((text, is_accepted): &Payload) {
    assert!(serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok());
    if *is_accepted {
        // Accepted means that receivers can read it: their parsers have `serde_json`'s limits.
        let value = serde_json::from_str::<Value>(text);
        assert!(value.as_ref().is_ok_and(Value::is_object), "{text}: {value:?}");
    }
}

pub(super) fn others(input: &[u8]) {
    for refused in fuzzing::bodies(input).into_iter().filter_map(Result::err) {
        check(&refused, input);
    }
}

/// A fault is the client's, is told as text without control characters, and is not much longer than the body.
fn check(refused: &Refused, input: &[u8]) {
    assert!((400..500).contains(&refused.status), "{refused:?}");
    assert!(!refused.detail.is_empty() && refused.detail.len() <= 8 * input.len() + 4_000, "{refused:?}");
}
