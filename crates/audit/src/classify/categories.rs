//! The category of each event: the catalog's own, else the one of the same entity among the shipped types, else the
//! entity's name.

use super::catalog::{CatalogSource, Promised};
use crate::text::{similar, verbs};
use model::catalog::Catalog;
use std::collections::{BTreeMap, BTreeSet};

const SEPARATORS: [char; 3] = ['.', ':', '/'];

/// The events of the catalog with their categories. `code`: the members of the main set.
pub(crate) fn promised(code: &BTreeSet<String>, source: &CatalogSource) -> Vec<Promised> {
    let shipped = Shipped::new();
    match source {
        CatalogSource::Given { events, .. } => {
            let names: Vec<&str> = events.iter().map(|event| event.event_type.as_str()).collect();
            let entities = Entities::of(&names);
            let category = |event: &Promised| {
                event.category.clone().unwrap_or_else(|| shipped.category(&event.event_type, &entities))
            };
            events
                .iter()
                .map(|event| Promised { category: Some(category(event)), event_type: event.event_type.clone() })
                .collect()
        }
        CatalogSource::Code { .. } => {
            let names: Vec<&str> = code.iter().map(String::as_str).collect();
            let entities = Entities::of(&names);
            code.iter()
                .map(|event| Promised { category: Some(shipped.category(event, &entities)), event_type: event.clone() })
                .collect()
        }
    }
}

/// The categories of the shipped types.
struct Shipped {
    catalog: Catalog,
    by_entity: BTreeMap<String, String>,
}

impl Shipped {
    fn new() -> Self {
        let catalog = Catalog::shipped().unwrap_or_default();
        let mut by_entity: BTreeMap<String, String> = BTreeMap::new();
        for entry in catalog.iter() {
            let name = entry.event_type.as_str();
            let entity = name.split('.').next().unwrap_or(name);
            by_entity.entry(entity.to_owned()).or_insert_with(|| entry.category.clone());
        }
        Self { catalog, by_entity }
    }

    fn category(&self, event: &str, entities: &Entities) -> String {
        if let Some(entry) = self.catalog.get(event) {
            return entry.category.clone();
        }
        let entity = entities.of_event(event);
        if let Some(category) = self.by_entity.get(&entity) {
            return category.clone();
        }
        let stems = |text: &str| verbs::split(text).iter().map(|word| similar::stem(word)).collect::<Vec<_>>();
        let stem = stems(&entity);
        let same = self.by_entity.iter().find(|(one, _)| stems(one) == stem);
        same.map_or(entity, |(_, category)| category.clone())
    }
}

/// The entities of events without separators, by the first word: the words that all its events begin with, except the
/// last word of an event. `gift_card_sent` and `gift_card_updated` have `gift_card`.
struct Entities(BTreeMap<String, Vec<String>>);

impl Entities {
    fn of(events: &[&str]) -> Self {
        let mut entities: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for event in events.iter().filter(|event| !event.contains(SEPARATORS)) {
            let mut words = words(event);
            if words.len() > 1 {
                words.pop();
            }
            let Some(first) = words.first() else { continue };
            let known = entities.entry(first.to_lowercase()).or_insert_with(|| words.clone());
            let common = known.iter().zip(&words).take_while(|(one, other)| one.eq_ignore_ascii_case(other)).count();
            known.truncate(common);
        }
        Self(entities)
    }

    fn of_event(&self, event: &str) -> String {
        match event.split_once(SEPARATORS) {
            Some((entity, _)) => entity.to_owned(),
            None => {
                let first = words(event).into_iter().next().unwrap_or_default();
                let first = first.to_lowercase();
                self.0.get(&first).map_or(first, |entity| entity.join("_").to_lowercase())
            }
        }
    }
}

/// The words of `order_created`, `order-created` and `OrderCreated`.
fn words(event: &str) -> Vec<String> {
    let parts: Vec<&str> = event.split(['_', '-', ' ']).filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        [one] => verbs::split(one),
        parts => parts.iter().map(|part| (*part).to_owned()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_without_separators_are_grouped_by_what_they_begin_with() {
        let names = ["gift_card_sent", "gift_card_updated", "product_created", "product_variant_created", "any_events"];
        let entities = Entities::of(&names);
        let found: Vec<String> = names.iter().map(|name| entities.of_event(name)).collect();
        assert_eq!(found, ["gift_card", "gift_card", "product", "product", "any"]);
        assert_eq!(entities.of_event("invoice.line.added"), "invoice");
        assert_eq!(Entities::of(&["ORDER_PAID", "ORDER_SENT"]).of_event("ORDER_PAID"), "order");
    }
}
