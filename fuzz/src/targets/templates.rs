//! Templates: texts with placeholders, and the fixed formats of well-known receivers.

use crate::input;
use model::{
    EventType, TenantId, Timestamp,
    shape::{EventFacts, TextTemplate},
};
use serde_json::Value;
use std::collections::BTreeMap;
use transform::templates::{self, Options, Template};

pub(super) const WORDS: &[&str] = &[
    "{data.",
    "{metadata.",
    "{id}",
    "{type}",
    "{tenant}",
    "{timestamp}",
    "{{",
    "}}",
    "/",
    "..",
    "%2e",
    "\"a\":",
    "[",
    "{\"routing_key\":\"",
    "severity",
    "priority",
    "P1",
    "critical",
    "\u{1e}",
    "<script>",
    "*_~`",
    "&lt;",
];

/// A template and data.
pub(super) fn texts(input: &[u8]) {
    let [source, data] = input::texts(input);
    let Ok(template) = TextTemplate::parse(&source) else { return };
    assert!(source.len() <= 1_000 && template.source() == source);
    let (event_type, tenant) = (EventType::trusted("invoice.created"), TenantId::trusted("acme"));
    let (data, metadata) = (serde_json::from_str(&data).unwrap_or(Value::Null), Value::Null);
    let facts = EventFacts {
        id: "evt_1",
        event_type: &event_type,
        timestamp: Timestamp::from_millis(0),
        tenant: &tenant,
        data: &data,
        metadata: &metadata,
    };
    let filled = template.fill(&facts, str::to_owned);
    assert!(filled.is_ok() == template.fill(&facts, str::to_owned).is_ok());
    if let Ok(path) = template.fill_path(&facts) {
        let before = template.fill(&facts, |_| String::new()).unwrap_or_default();
        let segments = |text: &str| text.split('/').count();
        assert_eq!(segments(&path), segments(&before), "a value adds a segment: {path}");
        assert!(!path.split('/').any(|segment| matches!(segment, "." | "..")), "{path}");
    }
}

/// Options, the kind of an event, and its data.
pub(super) fn options(input: &[u8]) {
    let [options, kind, data] = input::texts(input);
    let given: BTreeMap<String, String> = serde_json::from_str(&options).unwrap_or_default();
    for template in Template::ALL {
        let Ok(options) = Options::check(template, given.clone()) else { continue };
        let event = templates::EventFacts {
            id: "evt_1",
            kind: &kind,
            timestamp: "2026-01-31T09:30:00.000Z",
            tenant: "acme",
            source: "https://hooks.example",
            data: &data,
            metadata: "{}",
        };
        let rendered = template.render(&event, &options);
        if rendered.content_type.contains("json") {
            assert!(serde_json::from_slice::<serde::de::IgnoredAny>(&rendered.body).is_ok(), "{}", template.name());
        }
        for (name, value) in &rendered.headers {
            let is_valid = http::HeaderName::try_from(name).is_ok() && http::HeaderValue::try_from(value).is_ok();
            assert!(is_valid, "{}: {name}: {value:?}", template.name());
        }
        let most = 40 * (data.len() + kind.len()) + 20_000;
        assert!(rendered.body.len() <= most, "{}: {} bytes", template.name(), rendered.body.len());
    }
}
