//! Event types that an installation adds. They belong to the installation and not to a tenant, so each case has names
//! of its own.

use super::fixtures::object;
use crate::Store;
use model::{
    EventType,
    catalog::{CatalogEntry, Origin},
};
use serde_json::json;

fn entry(name: &str) -> CatalogEntry {
    CatalogEntry {
        event_type: EventType::parse(name).unwrap(),
        category: "Ledger".into(),
        description: "An entry was booked – or so it's said".into(),
        schema: Some(json!({ "type": "object", "required": ["id"], "properties": { "id": { "type": "string" } } })),
        example: Some(object(json!({ "id": "ü", "total": 12.5, "lines": [] }))),
        origin: Origin::Custom,
        retired: false,
    }
}

async fn found(store: &dyn Store, name: &str) -> Vec<CatalogEntry> {
    let all = store.custom_types().await.unwrap();
    all.into_iter().filter(|entry| entry.event_type.as_str() == name).collect()
}

pub async fn a_custom_type_is_kept_whole(store: &dyn Store) {
    let entry = entry("whole_entry.booked");
    store.put_custom_type(&entry).await.unwrap();
    assert_eq!(found(store, "whole_entry.booked").await, [entry]);
}

pub async fn a_custom_type_without_schema_and_example_is_kept(store: &dyn Store) {
    let mut entry = entry("bare_entry.booked");
    (entry.schema, entry.example) = (None, None);
    store.put_custom_type(&entry).await.unwrap();
    assert_eq!(found(store, "bare_entry.booked").await, [entry]);
}

pub async fn a_custom_type_put_again_is_replaced(store: &dyn Store) {
    let (first, other) = (entry("other_entry.booked"), entry("other_entry.voided"));
    let mut second = first.clone();
    (second.retired, second.category, second.schema) = (true, "Books".into(), None);
    for entry in [&first, &other, &second] {
        store.put_custom_type(entry).await.unwrap();
    }
    assert_eq!(found(store, "other_entry.booked").await, [second]);
    assert_eq!(found(store, "other_entry.voided").await, [other]);
}
