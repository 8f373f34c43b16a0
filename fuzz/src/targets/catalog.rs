//! Catalog files, and JSON Schemas: their compilation, payloads against them, and their compatibility.

use crate::input::{text, texts};
use model::{
    catalog::{Origin, parse},
    compatibility::breaks,
    schema::{PayloadSchema, check_entry, subject},
};
use serde_json::Value;

pub(super) const WORDS: &[&str] = &[
    "\"$ref\":\"#\"",
    "\"$ref\":\"#/$defs/a\"",
    "\"$defs\":{\"a\":",
    "\"properties\":{",
    "\"anyOf\":[",
    "\"items\":",
    "\"pattern\":\"(a+)+$\"",
    "\"format\":\"date-time\"",
    "\"enum\":[",
    "\"$dynamicRef\":\"#a\"",
    "\"required\":[",
    "\"type\":\"object\"",
    "\"additionalProperties\":false",
    "\"$id\":\"http://a/\"",
    "\"multipleOf\":1e-300",
    "\"category\":\"a\"",
    "\"events\":[",
    "\"uniqueItems\":true",
    "\u{1e}",
];

pub(super) fn files(input: &[u8]) {
    let text = text(input);
    let Ok(entries) = parse(&text, Origin::Custom) else { return };
    for entry in &entries {
        assert!(entry.event_type.as_str().len() <= model::EventType::MAX);
        for fault in check_entry(entry) {
            assert!(fault.to_string().len() < 10 * text.len() + 10_000);
        }
    }
}

/// A schema, another one, and a payload.
pub(super) fn schemas(input: &[u8]) {
    let [old, new, payload] = texts(input);
    let [Ok(old), Ok(payload)] = [&old, &payload].map(|text| serde_json::from_str::<Value>(text)) else { return };
    let compiled = PayloadSchema::compile(&old);
    if let Ok(schema) = &compiled {
        assert!(schema.check(subject(&payload)).len() <= 20);
    }
    if let (Ok(_), Ok(new)) = (compiled, serde_json::from_str::<Value>(&new)) {
        drop(breaks(&old, &new));
        assert!(breaks(&old, &old).is_empty() || refers(&old), "a schema is not compatible with itself: {old}");
    }
}

/// True for a schema with references; a comparison may give up on those.
fn refers(schema: &Value) -> bool {
    schema.to_string().contains("ef\"")
}
