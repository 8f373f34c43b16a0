//! The catalog: every event type with category, description, JSON Schema and example.
//!
//! The shipped part is one readable file per category in `crates/model/catalog`, embedded in the binary.

use crate::{
    event::{EventType, NotAnEventType},
    json::JsonObject,
};
use serde::Deserialize;
use serde_json::Value;
use std::{collections::BTreeMap, sync::Arc};

/// An event type in the catalog.
#[derive(Clone, Debug, PartialEq)]
pub struct CatalogEntry {
    pub event_type: EventType,
    pub category: String,
    pub description: String,
    pub schema: Option<Value>,
    pub example: Option<JsonObject>,
    pub origin: Origin,
    /// A retired type is still listed and published, but cannot be subscribed to.
    pub retired: bool,
}

/// The origin of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    Shipped,
    Custom,
}

/// An invalid catalog file.
#[derive(Debug, thiserror::Error)]
pub enum CatalogFault {
    #[error("not a catalog file")]
    Json(#[from] serde_json::Error),
    #[error("event type {0:?} {1}")]
    Name(String, NotAnEventType),
    #[error("event type {0:?} occurs twice")]
    Twice(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    category: String,
    #[serde(rename = "title")]
    _title: Option<String>,
    #[serde(rename = "description")]
    _description: Option<String>,
    events: Vec<FileEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileEntry {
    #[serde(rename = "type")]
    event_type: String,
    description: String,
    schema: Option<Value>,
    example: Option<JsonObject>,
}

const SHIPPED: [&str; 14] = [
    include_str!("../catalog/billing.json"),
    include_str!("../catalog/credit_notes.json"),
    include_str!("../catalog/customer.json"),
    include_str!("../catalog/user.json"),
    include_str!("../catalog/communication.json"),
    include_str!("../catalog/file_storage.json"),
    include_str!("../catalog/data_transfer.json"),
    include_str!("../catalog/analytics.json"),
    include_str!("../catalog/audit.json"),
    include_str!("../catalog/ticketing.json"),
    include_str!("../catalog/sales.json"),
    include_str!("../catalog/inventory.json"),
    include_str!("../catalog/general.json"),
    include_str!("../catalog/operational.json"),
];

/// Parses one catalog file.
pub fn parse(text: &str, origin: Origin) -> Result<Vec<CatalogEntry>, CatalogFault> {
    let file: File = serde_json::from_str(text)?;
    file.events
        .into_iter()
        .map(|entry| {
            let event_type = EventType::parse(&entry.event_type)
                .map_err(|fault| CatalogFault::Name(entry.event_type.clone(), fault))?;
            Ok(CatalogEntry {
                event_type,
                category: file.category.clone(),
                description: entry.description,
                schema: entry.schema,
                example: entry.example,
                origin,
                retired: false,
            })
        })
        .collect()
}

/// All event types of an installation, sorted by name.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    entries: BTreeMap<EventType, Arc<CatalogEntry>>,
}

impl Catalog {
    /// The catalog embedded in the binary.
    pub fn shipped() -> Result<Self, CatalogFault> {
        let mut catalog = Self::default();
        for text in SHIPPED {
            for entry in parse(text, Origin::Shipped)? {
                if let Some(other) = catalog.entries.insert(entry.event_type.clone(), Arc::new(entry)) {
                    return Err(CatalogFault::Twice(other.event_type.to_string()));
                }
            }
        }
        Ok(catalog)
    }

    /// Upserts an entry by its name.
    pub fn put(&mut self, entry: CatalogEntry) {
        self.entries.insert(entry.event_type.clone(), Arc::new(entry));
    }

    pub fn get(&self, name: &str) -> Option<&Arc<CatalogEntry>> {
        self.entries.get(&EventType::trusted(name))
    }

    pub fn iter(&self) -> impl Iterator<Item = &Arc<CatalogEntry>> {
        self.entries.values()
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// True for a type that is not retired, and for a pattern that covers one.
    pub fn can_subscribe(&self, pattern: &crate::event::EventPattern) -> bool {
        match pattern {
            crate::event::EventPattern::One(one) => self.get(one.as_str()).is_some_and(|entry| !entry.retired),
            wide => self.iter().any(|entry| !entry.retired && wide.matches(entry.event_type.as_str())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::EventPattern;

    #[test]
    fn the_shipped_catalog_is_complete() {
        let catalog = Catalog::shipped().unwrap();
        assert!(catalog.iter().all(|entry| !entry.description.is_empty()));
        assert!(catalog.iter().all(|entry| entry.schema.is_some() && entry.example.is_some()));
        assert!(catalog.get("invoice.created").is_some());
    }

    #[test]
    fn patterns_must_cover_a_type_that_is_not_retired() {
        let mut catalog = Catalog::shipped().unwrap();
        let can = |catalog: &Catalog, text: &str| catalog.can_subscribe(&EventPattern::parse(text).unwrap());
        assert!(can(&catalog, "*") && can(&catalog, "invoice.*") && can(&catalog, "invoice.paid"));
        assert!(!can(&catalog, "nothing.*") && !can(&catalog, "invoice.lost"));
        let mut entry = (**catalog.get("error.occurred").unwrap()).clone();
        entry.retired = true;
        catalog.put(entry);
        assert!(!can(&catalog, "error.occurred") && !can(&catalog, "error.*"));
    }
}
