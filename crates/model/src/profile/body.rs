//! Rendering of request bodies: once per event and profile, shared by all deliveries.

use super::{
    Profile,
    rules::{Body, Field},
};
use crate::{event::Event, id::IdStyle};
use bytes::Bytes;
use std::fmt::Write as _;

/// The body of every request that sends `event` to a subscription with this profile.
pub fn render(profile: Profile, event: &Event, style: IdStyle) -> Bytes {
    match profile.rules().body {
        Body::Payload => event.data.clone(),
        Body::Envelope(fields) => {
            let mut text = Text(Vec::with_capacity(event.data.len() + 2 * event.metadata.len() + 200));
            for (i, field) in fields.iter().enumerate() {
                text.0.push(if i == 0 { b'{' } else { b',' });
                append(&mut text, *field, event, style);
            }
            text.0.push(b'}');
            text.0.into()
        }
    }
}

fn append(text: &mut Text, field: Field, event: &Event, style: IdStyle) {
    match field {
        Field::Id => match &event.given_id {
            Some(given) => text.string("id", given),
            None => text.plain("id", event.id.text(style)),
        },
        Field::Type => text.plain("type", &event.event_type),
        Field::Timestamp => text.plain("timestamp", event.timestamp),
        Field::TenantId => text.plain("tenant_id", &event.tenant),
        Field::Data => text.raw("data", &event.data, "{}"),
        Field::Metadata => text.raw("metadata", &event.metadata, "{}"),
        Field::CustomMetadata => text.raw("custom_metadata", &event.metadata, "{}"),
    }
}

struct Text(Vec<u8>);

impl std::fmt::Write for Text {
    fn write_str(&mut self, s: &str) -> std::fmt::Result {
        self.0.extend_from_slice(s.as_bytes());
        Ok(())
    }
}

impl Text {
    /// A field whose value never needs escaping.
    fn plain(&mut self, name: &str, value: impl std::fmt::Display) {
        let _ = write!(self, "\"{name}\":\"{value}\"");
    }

    fn string(&mut self, name: &str, value: &str) {
        let _ = write!(self, "\"{name}\":");
        let _ = serde_json::to_writer(&mut self.0, value);
    }

    fn raw(&mut self, name: &str, json: &[u8], absent: &str) {
        let _ = write!(self, "\"{name}\":");
        self.0.extend_from_slice(if json.is_empty() { absent.as_bytes() } else { json });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{EventId, EventType, Priority, TenantId, Timestamp};

    fn event(given: Option<&str>) -> Event {
        Event {
            id: EventId::from_bytes([1; 16]),
            given_id: given.map(Into::into),
            tenant: TenantId::trusted("acme"),
            event_type: EventType::trusted("invoice.created"),
            timestamp: Timestamp::from_millis(1_759_233_600_000),
            data: Bytes::from_static(b"{\"b\": 1,  \"a\":1e400, \"u\":\"\xc3\xa9\\u00e9\"}"),
            metadata: Bytes::new(),
            priority: Priority::Normal,
            deliveries: 1,
            deliver_at: None,
            payload_erased_at: None,
            trace: None,
            channels: Default::default(),
        }
    }

    #[test]
    fn bodies_follow_the_wire_table() {
        let data = "{\"b\": 1,  \"a\":1e400, \"u\":\"é\\u00e9\"}";
        let id = EventId::from_bytes([1; 16]);
        let time = "2025-09-30T12:00:00.000Z";
        let rows = [
            (
                Profile::Platform,
                format!(
                    "{{\"id\":\"{id}\",\"type\":\"invoice.created\",\"timestamp\":\"{time}\",\"tenant_id\":\"acme\",\
                     \"data\":{data},\"metadata\":{{}},\"custom_metadata\":{{}}}}"
                ),
            ),
            (Profile::Tenant, data.to_owned()),
            (Profile::Standard, format!("{{\"type\":\"invoice.created\",\"timestamp\":\"{time}\",\"data\":{data}}}")),
        ];
        for (profile, expected) in rows {
            assert_eq!(std::str::from_utf8(&render(profile, &event(None), IdStyle::Prefixed)).unwrap(), expected);
        }
    }

    #[test]
    fn a_given_id_is_escaped() {
        let body = render(Profile::Platform, &event(Some("a\"b\\c")), IdStyle::Prefixed);
        let value: serde_json::Value = serde_json::from_slice(&body[..body.len() - 100]).unwrap_or_default();
        assert!(value.is_null());
        assert!(body.starts_with(br#"{"id":"a\"b\\c","type""#));
    }
}
