//! The fields of an event type as clients send them.

use crate::body::Patch;
use crate::schemas::EventTypeName;
use model::{
    FieldErrors, JsonObject,
    catalog::CatalogEntry,
    schema::{BadEntry, check_entry},
    text::check_lines,
};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

/// The fields of an event type. Absent fields keep their value, null clears them.
#[derive(Deserialize, ToSchema)]
#[schema(as = EventTypeFields)]
pub(crate) struct EventTypeFields {
    /// Name of the event type; required to register it.
    #[serde(default)]
    #[schema(value_type = Option<EventTypeName>, example = "shipment.delayed")]
    pub(super) event_type: Option<String>,
    #[serde(default)]
    #[schema(min_length = 1, max_length = 1000)]
    description: Option<String>,
    #[serde(default)]
    #[schema(example = "shipping", min_length = 1, max_length = 100)]
    category: Option<String>,
    /// JSON Schema (2020-12) of the event's `data`.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    schema: Patch<Value>,
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    example: Patch<JsonObject>,
}

/// Maximum size of a schema or an example, in bytes; all of them are kept in memory.
const DOCUMENT_MAX: usize = 256 * 1024;

impl EventTypeFields {
    pub(super) fn apply(self, entry: &mut CatalogEntry) -> Result<(), FieldErrors> {
        let mut faults = FieldErrors::default();
        let mut text = |field: &str, given: Option<String>, max: usize, target: &mut String| {
            let Some(given) = given else { return };
            let given = given.trim();
            if given.is_empty() {
                faults.add(field, format!("must have 1 to {max} characters"));
            } else if faults.take(field, check_lines(given, max)).is_some() {
                given.clone_into(target);
            }
        };
        text("description", self.description, 1_000, &mut entry.description);
        text("category", self.category, 100, &mut entry.category);
        if let Some(schema) = self.schema.given() {
            let too_long = schema.as_ref().is_some_and(|schema| schema.to_string().len() > DOCUMENT_MAX);
            if too_long {
                faults.add("schema", format!("must have at most {DOCUMENT_MAX} bytes"));
            } else if schema.as_ref().is_none_or(|schema| schema.is_object() || schema.is_boolean()) {
                entry.schema = schema;
            } else {
                faults.add("schema", "must be a JSON Schema: an object, true or false");
            }
        }
        if let Some(example) = self.example.given() {
            if example.as_ref().is_some_and(|example| example.as_str().len() > DOCUMENT_MAX) {
                faults.add("example", format!("must have at most {DOCUMENT_MAX} bytes"));
            } else {
                entry.example = example;
            }
        }
        for fault in check_entry(entry) {
            match fault {
                BadEntry::Schema(fault) => faults.add("schema", fault.to_string()),
                BadEntry::Example(fault) => faults.add("example", fault.to_string()),
            }
        }
        faults.into_result()
    }
}
