//! The event of the tests.

use filter::{Decision, Document, Filter};

pub(crate) const DATA: &str = r#"{"yes": true, "no": false, "nil": null, "n": 7, "zero": 0, "half": 2.5, "text": "hello",
    "decimal": "12.5", "huge": 1e30, "currency": "EUR", "a-b": 1, "list": [1, 2.5, "x"], "map": {"a": 1, "b": 2},
    "at": "2026-03-01T12:00:00Z"}"#;

pub(crate) fn document() -> Document {
    Document::parse("order.paid", "acme", DATA.as_bytes(), br#"{"source": "shop"}"#).unwrap()
}

pub(crate) fn decide(source: &str) -> Decision {
    Filter::parse(source).unwrap_or_else(|fault| panic!("{source}: {fault}")).decide(&document())
}
