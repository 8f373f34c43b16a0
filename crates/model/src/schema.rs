//! Validation of payloads against the JSON Schema of their event type (2020-12, formats checked).

use crate::catalog::CatalogEntry;
use jsonschema::{Draft, Validator};
use serde_json::Value;
use std::fmt;

/// A compiled schema.
pub struct PayloadSchema(Validator);

impl fmt::Debug for PayloadSchema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PayloadSchema")
    }
}

/// A violation of the schema by a payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    /// JSON pointer (RFC 6901) into the payload; empty for the whole payload.
    pub pointer: String,
    /// A message that never contains values of the payload.
    pub message: String,
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pointer = if self.pointer.is_empty() { "/" } else { &self.pointer };
        write!(f, "{pointer}: {}", self.message)
    }
}

/// The value is not a valid schema.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not a JSON Schema (2020-12): {pointer}: {message}")]
pub struct NotASchema {
    /// JSON pointer into the schema.
    pub pointer: String,
    pub message: String,
}

/// Maximum number of reported violations per payload.
const BREACHES_MAX: usize = 20;

impl PayloadSchema {
    pub fn compile(schema: &Value) -> Result<Self, NotASchema> {
        jsonschema::options()
            .with_draft(Draft::Draft202012)
            .should_validate_formats(true)
            .build(schema)
            .map(Self)
            .map_err(|fault| {
                let at = fault.instance_path().to_string();
                let pointer = if at.is_empty() { "/".to_owned() } else { at };
                NotASchema { pointer, message: fault.masked().to_string() }
            })
    }

    /// All violations, in the payload's order.
    pub fn check(&self, payload: &Value) -> Vec<Breach> {
        if self.0.is_valid(payload) {
            return Vec::new();
        }
        self.0
            .iter_errors(payload)
            .take(BREACHES_MAX)
            .map(|fault| Breach { pointer: fault.instance_path().to_string(), message: fault.masked().to_string() })
            .collect()
    }
}

/// The part of a payload that the type's schema describes: the payload itself, or, in the tenant API's helper form
/// `{event, resource_type, resource_id, data, …}`, its `data`.
pub fn subject(payload: &Value) -> &Value {
    let helper = payload.get("event").is_some_and(Value::is_string)
        && payload.get("resource_type").is_some_and(Value::is_string);
    match payload.get("data") {
        Some(data) if helper && data.is_object() => data,
        _ => payload,
    }
}

/// An error in a catalog entry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadEntry {
    #[error("schema {0}")]
    Schema(NotASchema),
    #[error("example {0}")]
    Example(ExampleBreach),
}

/// The example does not match the schema.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("breaks the schema at {0}")]
pub struct ExampleBreach(Breach);

/// Validates a catalog entry: its schema must be valid, and its example must match the schema.
pub fn check_entry(entry: &CatalogEntry) -> Vec<BadEntry> {
    let Some(schema) = &entry.schema else { return Vec::new() };
    match PayloadSchema::compile(schema) {
        Err(fault) => vec![BadEntry::Schema(fault)],
        Ok(schema) => match &entry.example {
            None => Vec::new(),
            Some(example) => schema
                .check(&example.to_value())
                .into_iter()
                .map(|breach| BadEntry::Example(ExampleBreach(breach)))
                .collect(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use serde_json::json;

    #[test]
    fn every_shipped_example_matches_its_schema() {
        for entry in Catalog::shipped().unwrap().iter() {
            assert_eq!(check_entry(entry), Vec::<BadEntry>::new(), "{}", entry.event_type);
        }
    }

    #[test]
    fn violations_have_pointers_and_no_values() {
        let schema = PayloadSchema::compile(&json!({
            "type": "object",
            "required": ["id"],
            "properties": { "id": { "type": "string" }, "at": { "type": "string", "format": "date-time" },
                            "lines": { "type": "array", "items": { "type": "integer" } } }
        }))
        .unwrap();
        let breaches = schema.check(&json!({ "at": "secret-word", "lines": [1, "secret-word"] }));
        let mut pointers: Vec<_> = breaches.iter().map(|breach| breach.pointer.as_str()).collect();
        pointers.sort_unstable();
        assert_eq!(pointers, ["", "/at", "/lines/1"]);
        assert!(!breaches.iter().any(|breach| breach.message.contains("secret-word")), "{breaches:?}");
        assert!(schema.check(&json!({ "id": "x", "at": "2026-01-31T09:30:00Z" })).is_empty());
    }

    #[test]
    fn invalid_schemas_are_refused() {
        for bad in [json!({"type": "objekt"}), json!({"required": "id"}), json!({"pattern": "("})] {
            assert!(PayloadSchema::compile(&bad).is_err(), "{bad}");
        }
        // A schema must be self-contained: remote references are never fetched.
        assert!(PayloadSchema::compile(&json!({"$ref": "https://example.com/other.json"})).is_err());
    }

    #[test]
    fn the_data_of_the_helper_form_is_validated() {
        let helper = json!({"event": "a.b", "resource_type": "a", "resource_id": "1", "data": {"id": 1}});
        assert_eq!(subject(&helper), &json!({"id": 1}));
        let plain = json!({"event": "a.b", "data": {"id": 1}});
        assert_eq!(subject(&plain), &plain);
    }
}
