//! Event types that an installation adds. They belong to the installation, not to a tenant, so each case uses names of
//! its own.

use super::fixtures::object;
use crate::{RegisterOutcome, Store};
use model::{
    EventType, JsonObject,
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

pub async fn a_custom_type_is_registered_once(store: &dyn Store) {
    let first = entry("once_entry.booked");
    let second = CatalogEntry { category: "Books".into(), ..first.clone() };
    assert_eq!(store.register_custom_type(&first).await.unwrap(), RegisterOutcome::Registered);
    assert_eq!(store.register_custom_type(&second).await.unwrap(), RegisterOutcome::AlreadyRegistered);
    assert_eq!(found(store, "once_entry.booked").await, std::slice::from_ref(&first));
    store.put_custom_type(&CatalogEntry { retired: true, ..first }).await.unwrap();
    assert_eq!(store.register_custom_type(&second).await.unwrap(), RegisterOutcome::Registered);
    assert_eq!(found(store, "once_entry.booked").await, [second]);
}

pub async fn numbers_of_an_example_keep_their_digits(store: &dyn Store) {
    let text = r#"{"id":"x","total":1234567890123456789012345.10}"#;
    let entry = CatalogEntry { example: Some(JsonObject::parse(text).unwrap()), ..entry("long_entry.booked") };
    store.put_custom_type(&entry).await.unwrap();
    let [read] = &found(store, "long_entry.booked").await[..] else { panic!("one entry") };
    assert_eq!(read.example.as_ref().unwrap().as_str(), text);
}
