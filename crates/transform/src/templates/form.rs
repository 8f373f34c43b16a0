//! `application/x-www-form-urlencoded`, for receivers that cannot read JSON.

use super::event::{EventFacts, Rendered};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;

/// Deepest nesting that gets names of its own; deeper values are written as JSON.
const DEPTH: usize = 20;

/// Longest name. A deeper value is written as JSON under the name of its container.
const NAME: usize = 1_000;

/// Most bytes of the names and values of data, and of metadata. Many small values below long names would take a multiple of
/// the event's size; beyond this the whole object is written as JSON.
const TOTAL: usize = 4 * 1024 * 1024;

/// Fields `id`, `type`, `timestamp`, `tenant`, then data and metadata with flattened names in the brackets of PHP and Rails:
/// `data[customer][id]`, `data[items][0][sku]`. Numbers keep their digits, `null` is empty, and an empty object or array
/// has no field. Serialised by <https://url.spec.whatwg.org/#urlencoded-serializing>.
pub(super) fn form(event: &EventFacts<'_>) -> Rendered {
    let mut out = form_urlencoded::Serializer::new(String::new());
    out.append_pair("id", event.id).append_pair("type", event.kind);
    out.append_pair("timestamp", event.timestamp).append_pair("tenant", event.tenant);
    for (name, json) in [("data", event.data), ("metadata", event.metadata)] {
        let mut fields = Fields { pairs: Vec::new(), left: TOTAL };
        if flatten(&mut fields, name.to_owned(), json, 0).is_err() {
            fields.pairs = vec![(name.to_owned(), json.trim().to_owned())];
        }
        out.extend_pairs(fields.pairs);
    }
    Rendered { body: out.finish().into_bytes(), content_type: "application/x-www-form-urlencoded", headers: Vec::new() }
}

/// The fields of an object, and how many bytes more they may have.
struct Fields {
    pairs: Vec<(String, String)>,
    left: usize,
}

/// The fields have more than [`TOTAL`] bytes.
#[derive(Debug)]
struct TooLong;

impl Fields {
    fn add(&mut self, name: String, value: String) -> Result<(), TooLong> {
        self.left = self.left.checked_sub(name.len() + value.len() + 2).ok_or(TooLong)?;
        self.pairs.push((name, value));
        Ok(())
    }
}

fn flatten(fields: &mut Fields, name: String, json: &str, depth: usize) -> Result<(), TooLong> {
    let json = json.trim();
    let container = matches!(json.as_bytes().first(), Some(b'{' | b'['));
    if container && depth < DEPTH && name.len() <= NAME {
        let mut deserializer = serde_json::Deserializer::from_str(json);
        let mut too_long = false;
        let members = Members { fields: &mut *fields, name: &name, depth, too_long: &mut too_long };
        let read = members.deserialize(&mut deserializer);
        if too_long {
            return Err(TooLong);
        }
        if read.is_ok() {
            return Ok(());
        }
    }
    let value = match json {
        "null" => String::new(),
        text if text.starts_with('"') => serde_json::from_str(text).unwrap_or_else(|_| text.to_owned()),
        other => other.to_owned(),
    };
    fields.add(name, value)
}

/// Visits members in their order, with the digits of numbers as they are.
struct Members<'a> {
    fields: &'a mut Fields,
    name: &'a str,
    depth: usize,
    /// Set when the visit ended for that reason.
    too_long: &'a mut bool,
}

impl Members<'_> {
    fn member<E: Error>(&mut self, key: &dyn fmt::Display, value: &RawValue) -> Result<(), E> {
        flatten(self.fields, format!("{}[{key}]", self.name), value.get(), self.depth + 1).map_err(|TooLong| {
            *self.too_long = true;
            E::custom("the fields are too long")
        })
    }
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

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            let value: &RawValue = map.next_value()?;
            self.member(&key, value)?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut elements: A) -> Result<(), A::Error> {
        let mut at = 0usize;
        while let Some(value) = elements.next_element::<&RawValue>()? {
            self.member(&at, value)?;
            at += 1;
        }
        Ok(())
    }
}
