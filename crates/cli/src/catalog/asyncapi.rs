//! The catalog as AsyncAPI 3.0 (<https://www.asyncapi.com/docs/reference/specification/v3.0.0>) from the receiver's
//! side, to generate a receiver's types. Bodies are those of the `platform` profile.

use model::catalog::{Catalog, CatalogEntry};
use serde_json::{Map, Value, json};

pub(super) fn document(catalog: &Catalog) -> Value {
    let mut channels = Map::new();
    let mut operations = Map::new();
    let mut messages = Map::new();
    let mut schemas = Map::new();
    for entry in catalog.iter() {
        let name = entry.event_type.as_str();
        let message = format!("#/components/messages/{name}");
        channels.insert(
            name.to_owned(),
            json!({
                "address": null,
                "description": "The URL that you subscribed.",
                "messages": { "event": { "$ref": message } },
            }),
        );
        operations.insert(
            format!("receive.{name}"),
            json!({
                "action": "receive",
                "summary": entry.description,
                "channel": { "$ref": format!("#/channels/{name}") },
                "messages": [{ "$ref": format!("#/channels/{name}/messages/event") }],
                "tags": [{ "name": entry.category }],
                "bindings": { "http": { "method": "POST", "bindingVersion": "0.3.0" } },
            }),
        );
        messages.insert(name.to_owned(), message_of(entry));
        schemas.insert(data_name(entry), data_schema(entry));
    }
    schemas.insert("headers".into(), headers());
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Webhook events",
            "version": "1.0.0",
            "description": "Events that are sent to subscribed URLs. Each request is signed; verify webhook-signature \
                            (https://www.standardwebhooks.com) before you trust it.",
        },
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
        "components": { "messages": messages, "schemas": schemas },
    })
}

fn data_name(entry: &CatalogEntry) -> String {
    format!("{}.data", entry.event_type)
}

fn message_of(entry: &CatalogEntry) -> Value {
    let name = entry.event_type.as_str();
    let envelope = |data: Value| {
        json!({
            "id": "evt_06f8k2m4q9v1x3z5b7d9f1h3k5",
            "type": name,
            "timestamp": "2026-01-31T09:30:00.000Z",
            "tenant_id": "acme",
            "data": data,
            "metadata": {},
            "custom_metadata": {},
        })
    };
    let mut message = json!({
        "name": name,
        "title": name,
        "summary": entry.description,
        "contentType": "application/json",
        "headers": { "$ref": "#/components/schemas/headers" },
        "payload": {
            "type": "object",
            "required": ["id", "type", "timestamp", "tenant_id", "data"],
            "properties": {
                "id": { "type": "string", "description": "The same on every retry: de-duplicate by it." },
                "type": { "type": "string", "const": name },
                "timestamp": { "type": "string", "format": "date-time" },
                "tenant_id": { "type": "string" },
                "data": { "$ref": format!("#/components/schemas/{}", data_name(entry)) },
                "metadata": { "type": "object" },
                "custom_metadata": { "type": "object", "description": "The same as metadata." },
            },
        },
    });
    if let Some(example) = &entry.example {
        message["examples"] = json!([{ "name": "example", "payload": envelope(example.to_value()) }]);
    }
    message
}

/// The entry's schema; references to its root are moved to its place in the document.
fn data_schema(entry: &CatalogEntry) -> Value {
    fn move_references(value: &mut Value, root: &str) {
        match value {
            Value::Object(map) => {
                map.remove("$schema");
                for (key, one) in map.iter_mut() {
                    match one {
                        Value::String(text) if key == "$ref" && text.starts_with('#') => {
                            *text = format!("{root}{}", &text[1..])
                        }
                        one => move_references(one, root),
                    }
                }
            }
            Value::Array(list) => list.iter_mut().for_each(|one| move_references(one, root)),
            _ => {}
        }
    }
    let mut schema = entry.schema.clone().unwrap_or_else(|| json!({ "type": "object" }));
    move_references(&mut schema, &format!("#/components/schemas/{}", data_name(entry)));
    schema
}

fn headers() -> Value {
    let text = |description: &str| json!({ "type": "string", "description": description });
    json!({
        "type": "object",
        "required": ["webhook-id", "webhook-timestamp"],
        "properties": {
            "webhook-id": text("The event's id, the same on every retry."),
            "webhook-timestamp": text("When this attempt was made, in seconds since the Unix epoch."),
            "webhook-signature": text("v1,<base64>, space-separated when several keys are valid."),
            "x-webhook-signature": text("Hexadecimal HMAC-SHA256 of the body."),
            "x-webhook-event-id": text("The event's id."),
            "x-webhook-event-type": text("The event's type."),
            "x-webhook-timestamp": text("When this attempt was made, ISO 8601."),
        },
    })
}
