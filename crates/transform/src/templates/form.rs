//! `application/x-www-form-urlencoded`, for receivers that cannot read JSON.

use super::event::{EventFacts, Rendered};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;

/// Deepest nesting that gets names of its own; deeper values are written as JSON.
const DEPTH: usize = 20;

/// Longest name. A deeper value is written as JSON under the name of its container.
const NAME: usize = 1_000;

/// Fields `id`, `type`, `timestamp`, `tenant`, then data and metadata with flattened names in the brackets of PHP and Rails:
/// `data[customer][id]`, `data[items][0][sku]`. Numbers keep their digits, `null` is empty, and an empty object or array
/// has no field. Serialised by <https://url.spec.whatwg.org/#urlencoded-serializing>.
pub(super) fn form(event: &EventFacts<'_>) -> Rendered {
    let mut out = form_urlencoded::Serializer::new(String::new());
    out.append_pair("id", event.id).append_pair("type", event.kind);
    out.append_pair("timestamp", event.timestamp).append_pair("tenant", event.tenant);
    for (name, json) in [("data", event.data), ("metadata", event.metadata)] {
        flatten(&mut out, name.to_owned(), json, 0);
    }
    Rendered { body: out.finish().into_bytes(), content_type: "application/x-www-form-urlencoded", headers: Vec::new() }
}

type Out = form_urlencoded::Serializer<'static, String>;

fn flatten(out: &mut Out, name: String, json: &str, depth: usize) {
    let container = matches!(json.trim_start().as_bytes().first(), Some(b'{' | b'['));
    if container && depth < DEPTH && name.len() <= NAME {
        let mut deserializer = serde_json::Deserializer::from_str(json);
        let members = Members { out: &mut *out, name: &name, depth };
        if members.deserialize(&mut deserializer).is_ok() {
            return;
        }
    }
    match json.trim() {
        "null" => out.append_pair(&name, ""),
        text if text.starts_with('"') => {
            let text = serde_json::from_str::<String>(text).unwrap_or_else(|_| text.to_owned());
            out.append_pair(&name, &text)
        }
        other => out.append_pair(&name, other),
    };
}

/// Visits members in their order, with the digits of numbers as they are.
struct Members<'a> {
    out: &'a mut Out,
    name: &'a str,
    depth: usize,
}

impl<'de> DeserializeSeed<'de> for Members<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Members<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or an array")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            let value: &RawValue = map.next_value()?;
            flatten(self.out, format!("{}[{key}]", self.name), value.get(), self.depth + 1);
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        let mut at = 0;
        while let Some(value) = elements.next_element::<&RawValue>()? {
            flatten(self.out, format!("{}[{at}]", self.name), value.get(), self.depth + 1);
            at += 1;
        }
        Ok(())
    }
}
