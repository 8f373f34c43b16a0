//! The catalog as a Markdown page.

use model::catalog::{Catalog, CatalogEntry};
use serde_json::Value;
use std::{collections::BTreeMap, fmt::Write as _};

/// The whole page; the content of `docs/events.md`.
pub(super) fn page(catalog: &Catalog) -> String {
    let mut by_category: BTreeMap<&str, Vec<&CatalogEntry>> = BTreeMap::new();
    for entry in catalog.iter() {
        by_category.entry(&entry.category).or_default().push(entry);
    }
    let mut text = format!(
        "# Events\n\n<!-- Made by `postrider catalog export --format markdown`; do not edit. -->\n\n\
         {} event types in {} categories. Fields are those of the event's `data`; fields that are not listed may be \
         there too.\n",
        catalog.len(),
        by_category.len()
    );
    for (category, entries) in &by_category {
        let _ = write!(text, "\n- [{category}](#{category}):");
        for entry in entries {
            let name = entry.event_type.as_str();
            let _ = write!(text, " [`{name}`](#{})", anchor(name));
        }
    }
    text.push('\n');
    for (category, entries) in by_category {
        let _ = write!(text, "\n## {category}\n");
        for entry in entries {
            section(&mut text, entry);
        }
    }
    text
}

/// The anchor that common Markdown renderers generate for a heading.
fn anchor(name: &str) -> String {
    name.chars().filter(|c| *c != '.').collect()
}

fn section(text: &mut String, entry: &CatalogEntry) {
    let _ = write!(text, "\n### {}\n\n{}\n", entry.event_type.as_str(), entry.description);
    if let Some(properties) = entry.schema.as_ref().and_then(|s| s.get("properties")).and_then(Value::as_object) {
        let required = entry.schema.as_ref().and_then(|s| s.get("required")).and_then(Value::as_array);
        text.push_str("\n| field | type | always | meaning |\n| --- | --- | --- | --- |\n");
        for (name, property) in properties {
            let always = required.is_some_and(|list| list.iter().any(|one| one == name));
            let meaning = property.get("description").and_then(Value::as_str).unwrap_or("");
            let _ = writeln!(
                text,
                "| `{name}` | {} | {} | {} |",
                kind(property),
                if always { "yes" } else { "" },
                meaning.replace('|', "\\|")
            );
        }
    }
    if let Some(example) = &entry.example {
        let _ = write!(text, "\n```json\n{}\n```\n", example.pretty());
    }
}

/// A property's type in one or two words.
fn kind(property: &Value) -> String {
    if let Some(list) = property.get("enum").and_then(Value::as_array) {
        return list.iter().map(|one| format!("`{}`", plain(one))).collect::<Vec<_>>().join(", ");
    }
    let kind = match property.get("type") {
        Some(Value::Array(kinds)) => kinds.iter().map(plain).collect::<Vec<_>>().join(" or "),
        Some(kind) => plain(kind),
        None => "any".into(),
    };
    match property.get("format").and_then(Value::as_str) {
        Some(format) => format!("{kind} ({format})"),
        None => kind,
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
