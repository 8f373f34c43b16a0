//! Rendering of request bodies: once per event and profile, shared by all deliveries.

use super::{
    Profile,
    rules::{Body, Field},
};
use crate::{event::Event, id::IdStyle, time::Timestamp};
use bytes::Bytes;
use std::fmt::Write as _;

/// The body of every request that sends `event` to a subscription with this profile.
pub fn render(profile: Profile, event: &Event, style: IdStyle) -> Bytes {
    match profile.rules().body {
        Body::Payload => event.data.clone(),
        Body::Envelope(fields) => {
            let mut text = Text(Vec::with_capacity(event.data.len() + 2 * event.metadata.len() + 200));
            text.object(fields, |text, field| append(text, field, event, style));
            text.0.into()
        }
    }
}

/// The fields of an event where a request carries several, or a reference to the data: receivers find the id there.
const OWN_FIELDS: &[Field] = &[Field::Id, Field::Type, Field::Timestamp, Field::Data];

/// The fields of an event that is one of a batch, for a profile. Unlike a request of its own, it has no header for the id.
fn fields_in_batch(profile: Profile) -> &'static [Field] {
    match profile.rules().body {
        Body::Envelope(fields) if fields.contains(&Field::Id) => fields,
        Body::Payload | Body::Envelope(_) => OWN_FIELDS,
    }
}

/// Appends `event` as one of a batch: a JSON object with the fields of the profile's bodies, and always with the id. It has
/// no line break.
pub fn render_item(profile: Profile, event: &Event, style: IdStyle, body: &mut Vec<u8>) {
    let mut text = Text(std::mem::take(body));
    let start = text.0.len();
    text.object(fields_in_batch(profile), |text, field| append(text, field, event, style));
    *body = text.0;
    // In JSON a line break is white space: strings have it escaped.
    body[start..].iter_mut().filter(|byte| matches!(byte, b'\n' | b'\r')).for_each(|byte| *byte = b' ');
}

/// The body, or one of a batch, that has `url` instead of the event's data and metadata.
pub fn render_reference(profile: Profile, event: &Event, style: IdStyle, url: &str, expires_at: Timestamp) -> Vec<u8> {
    let mut text = Text(Vec::with_capacity(url.len() + 200));
    let fields =
        fields_in_batch(profile).iter().filter(|field| !matches!(field, Field::Metadata | Field::CustomMetadata));
    text.object(fields, |text, field| match field {
        Field::Data => {
            text.string("data_url", url);
            text.0.push(b',');
            text.plain("data_url_expires_at", expires_at);
        }
        _ => append(text, field, event, style),
    });
    text.0
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
    fn object<'f>(&mut self, fields: impl IntoIterator<Item = &'f Field>, mut append: impl FnMut(&mut Self, Field)) {
        for (i, field) in fields.into_iter().enumerate() {
            self.0.push(if i == 0 { b'{' } else { b',' });
            append(self, *field);
        }
        self.0.push(b'}');
    }

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
    fn one_of_a_batch_has_its_id_and_no_line_break() {
        let data = "{\"b\": 1,  \"a\":1e400, \"u\":\"é\\u00e9\"}";
        let id = EventId::from_bytes([1; 16]);
        let time = "2025-09-30T12:00:00.000Z";
        let own = format!("{{\"id\":\"{id}\",\"type\":\"invoice.created\",\"timestamp\":\"{time}\",\"data\":{data}}}");
        let platform = String::from_utf8(render(Profile::Platform, &event(None), IdStyle::Prefixed).to_vec()).unwrap();
        for (profile, expected) in
            [(Profile::Platform, platform), (Profile::Tenant, own.clone()), (Profile::Standard, own)]
        {
            let mut body = b"[\n".to_vec();
            render_item(profile, &event(None), IdStyle::Prefixed, &mut body);
            assert_eq!(String::from_utf8(body).unwrap(), format!("[\n{expected}"));
        }
        let broken = Event { data: Bytes::from_static(b"{\r\n\"a\":\n\"\\n\"}"), ..event(Some("a\nb")) };
        let mut body = Vec::new();
        render_item(Profile::Tenant, &broken, IdStyle::Prefixed, &mut body);
        let text = String::from_utf8(body).unwrap();
        assert_eq!(text.lines().count(), 1);
        let read: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!((&read["id"], &read["data"]["a"]), (&"a\nb".into(), &"\n".into()));
    }

    #[test]
    fn a_reference_has_no_data() {
        let expires = Timestamp::from_millis(1_759_237_200_000);
        for (profile, more) in
            [(Profile::Platform, "\"tenant_id\":\"acme\","), (Profile::Tenant, ""), (Profile::Standard, "")]
        {
            let body = render_reference(profile, &event(Some("e")), IdStyle::Prefixed, "https://x/\"", expires);
            let expected = format!(
                "{{\"id\":\"e\",\"type\":\"invoice.created\",\"timestamp\":\"2025-09-30T12:00:00.000Z\",{more}\
                 \"data_url\":\"https://x/\\\"\",\"data_url_expires_at\":\"2025-09-30T13:00:00.000Z\"}}"
            );
            assert_eq!(String::from_utf8(body).unwrap(), expected);
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
