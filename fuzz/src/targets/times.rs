//! Times, delays of events, and trace contexts.

use crate::input::{text, texts};
use model::{Timestamp, TraceContext, delay, retry::Condition};
use std::time::Duration;

pub(super) const WORDS: &[&str] = &[
    "2026-01-31T09:30:00Z",
    "+14:00",
    "[UTC]",
    "-009999-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999999Z",
    "T24:00",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    "=",
    ",",
    "rojo=1",
    "5xx",
    "no_failures",
];

pub(super) fn run(input: &[u8]) {
    let whole = text(input);
    if let Ok(at) = Timestamp::parse(&whole) {
        // Shown in milliseconds.
        assert_eq!(Timestamp::parse(&at.to_string()).ok(), Some(at.to_millis()), "{whole:?}");
        assert!(at.up_to_millis() >= at && at.to_millis() <= at);
    }
    let now = Timestamp::from_millis(1_700_000_000_000);
    if let Ok(at) = delay::deliver_at(&whole, now, delay::DELAY_MAX) {
        assert!(at <= now.after(delay::DELAY_MAX));
        assert!(at.since(now) <= Duration::from_secs(30 * 24 * 60 * 60));
    }
    if let Ok(condition) = Condition::parse(&whole) {
        assert_eq!(condition.to_string(), whole);
    }
    let [parent, state] = texts(input);
    if let Some(context) = TraceContext::parse(&parent, state.split('\n')) {
        let stored = TraceContext::from_stored(&context.stored());
        assert_eq!(stored.as_ref(), Some(&context), "{:?} is not read back", context.stored());
        let again = TraceContext::parse(&context.traceparent(), context.tracestate().into_iter());
        assert_eq!(again.as_ref(), Some(&context));
        assert!(context.tracestate().is_none_or(|state| state.len() <= 512 && state.is_ascii()));
    }
}
