//! The examples of `docs/filters.md`.

use filter::{Decision, Document, Filter};

const PAGE: &str = include_str!("../../../docs/filters.md");

/// The fenced blocks of the language `cel`, in order.
fn examples() -> Vec<&'static str> {
    PAGE.split("```cel\n").skip(1).filter_map(|rest| rest.split("\n```").next()).collect()
}

/// Type, data of an event that the example matches, data of one that it does not match.
const EVENTS: &[(&str, &str, &str)] = &[
    ("order.paid", r#"{"amount": 100.5, "currency": "EUR"}"#, r#"{"amount": 100, "currency": "EUR"}"#),
    ("order.paid", r#"{"amount": 250.0, "currency": "EUR"}"#, r#"{"amount": 250, "currency": "USD"}"#),
    ("order.paid", r#"{"status": "refunded"}"#, r#"{"status": "open"}"#),
    ("order.paid", "{}", ""),
    ("order.paid", "{}", r#"{"test": true}"#),
    (
        "order.paid",
        r#"{"items": [{"sku": "B"}, {"sku": "A-100", "quantity": 2}]}"#,
        r#"{"items": [{"sku": "A-100", "quantity": 1}]}"#,
    ),
    ("order.paid", r#"{"items": [{"price": 49.99}]}"#, r#"{"items": []}"#),
    ("order.paid", r#"{"customer-tier": "gold"}"#, "{}"),
    ("order.paid", r#"{"email": "x@y", "phone": "+34123456789"}"#, r#"{"email": "x@y", "phone": "+3412345678"}"#),
    ("order.paid", r#"{"amount": 110, "currency": "EUR"}"#, r#"{"amount": 110, "currency": "USD"}"#),
    (
        "order.paid",
        r#"{"created": "2026-02-24T10:00:00Z", "due": "2026-03-01T12:00:00+01:00"}"#,
        r#"{"created": "2026-02-27T12:00:00Z", "due": "2026-03-01T12:00:00+01:00"}"#,
    ),
];

#[test]
fn every_example_of_the_page_matches_its_event_and_no_other() {
    let examples = examples();
    assert_eq!(examples.len(), EVENTS.len(), "each block of the page has a row");
    for (source, (event_type, matching, other)) in examples.into_iter().zip(EVENTS) {
        let filter = Filter::parse(source).unwrap_or_else(|fault| panic!("{source}: {fault}"));
        let decide = |event_type: &str, data: &str| {
            filter.decide(&Document::parse(event_type, "acme", data.as_bytes(), b"").unwrap())
        };
        assert_eq!(decide(event_type, matching), Decision::Matches, "{source}");
        let other = if other.is_empty() { decide("order.viewed", "{}") } else { decide(event_type, other) };
        assert!(matches!(other, Decision::Differs(_)), "{source}");
    }
}

#[test]
fn the_page_names_the_limits() {
    for limit in [filter::LENGTH, filter::DEPTH, filter::STEPS] {
        let text = if limit < 1_000 { limit.to_string() } else { format!("{},{:03}", limit / 1_000, limit % 1_000) };
        assert!(PAGE.contains(&format!("| {text}")), "{text}");
    }
    assert!(PAGE.contains(&format!("{} bytes of a string", filter::BYTES_PER_STEP)));
}
