//! A JSON object that keeps the publisher's spelling of numbers and order of names.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use serde_json::value::RawValue;
use std::{fmt, sync::Arc};

/// A JSON object as text without insignificant whitespace. Numbers of any length and the order of names are preserved.
/// Clones share the text.
#[derive(Clone, PartialEq, Eq)]
pub struct JsonObject(Arc<str>);

/// The text is not a JSON object.
#[derive(Debug, thiserror::Error)]
#[error("must be a JSON object")]
pub struct NotAnObject;

impl JsonObject {
    pub fn parse(text: &str) -> Result<Self, NotAnObject> {
        let raw: &RawValue = serde_json::from_str(text).map_err(|_| NotAnObject)?;
        Self::of(raw)
    }

    pub fn of(raw: &RawValue) -> Result<Self, NotAnObject> {
        if raw.get().starts_with('{') { Ok(Self(compact(raw.get()).into())) } else { Err(NotAnObject) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Pretty-prints with one line per entry, indented by two spaces per level.
    pub fn pretty(&self) -> String {
        let (mut text, mut level, mut last) = (String::new(), 0usize, "");
        each_token(&self.0, |token| {
            let closes = matches!(token, "}" | "]");
            if closes {
                level = level.saturating_sub(1);
            }
            let opened = matches!(last, "{" | "[");
            if (opened && !closes) || (closes && !opened) || last == "," {
                text.push('\n');
                text.extend(std::iter::repeat_n("  ", level));
            } else if last == ":" {
                text.push(' ');
            }
            if matches!(token, "{" | "[") {
                level += 1;
            }
            text.push_str(token);
            last = token;
        });
        text
    }

    /// The parsed value; numbers that do not fit 64 bits become IEEE 754 doubles.
    pub fn to_value(&self) -> serde_json::Value {
        serde_json::from_str(&self.0).unwrap_or_else(|_| serde_json::Value::Object(serde_json::Map::new()))
    }
}

/// The text without whitespace between tokens.
fn compact(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    each_token(json, |token| text.push_str(token));
    text
}

/// Calls `found` with each token of well-formed JSON.
fn each_token<'j>(json: &'j str, mut found: impl FnMut(&'j str)) {
    let bytes = json.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let end = match byte {
            b' ' | b'\t' | b'\n' | b'\r' => {
                at += 1;
                continue;
            }
            b'{' | b'}' | b'[' | b']' | b',' | b':' => at + 1,
            b'"' => end_of_string(bytes, at + 1),
            _ => {
                let ends = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b',' | b'}' | b']' | b':');
                bytes[at..].iter().position(ends).map_or(bytes.len(), |length| at + length)
            }
        };
        found(&json[at..end]);
        at = end;
    }
}

/// The position after the closing quote of a string whose content begins at `at`.
fn end_of_string(bytes: &[u8], mut at: usize) -> usize {
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// `{}`.
impl Default for JsonObject {
    fn default() -> Self {
        Self("{}".into())
    }
}

impl From<serde_json::Map<String, serde_json::Value>> for JsonObject {
    fn from(map: serde_json::Map<String, serde_json::Value>) -> Self {
        Self(serde_json::Value::Object(map).to_string().into())
    }
}

impl fmt::Debug for JsonObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for JsonObject {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw: &RawValue = serde_json::from_str(&self.0).map_err(serde::ser::Error::custom)?;
        raw.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for JsonObject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        Self::of(&raw).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whitespace_is_removed_and_restored_by_pretty_printing() {
        let text = "{ \"a\" : [ 1.10 ,\n {} , [ ] , \"x \\\" , y\" ],\"b\":{\"c\":1e2,\"d\":null} }";
        let object = JsonObject::parse(text).unwrap();
        assert_eq!(object.as_str(), r#"{"a":[1.10,{},[],"x \" , y"],"b":{"c":1e2,"d":null}}"#);
        assert_eq!(JsonObject::parse(&object.pretty()).unwrap(), object);
        let plain = JsonObject::parse(r#"{"a":[1,{},[],"x, y"],"b":{"c":12,"d":null}}"#).unwrap();
        assert_eq!(plain.pretty(), serde_json::to_string_pretty(&plain.to_value()).unwrap());
    }

    #[test]
    fn numbers_and_the_order_of_names_are_preserved() {
        for text in ["{}", r#"{"b":12345678901234567890123,"a":1.10,"c":9007199254740993}"#] {
            let object: JsonObject = serde_json::from_str(text).unwrap();
            assert_eq!(object.as_str(), text);
            assert_eq!(serde_json::to_string(&object).unwrap(), text);
            assert_eq!(JsonObject::parse(text).unwrap(), object);
        }
        for text in ["[]", "null", "\"{}\"", "{", ""] {
            assert!(JsonObject::parse(text).is_err() && serde_json::from_str::<JsonObject>(text).is_err(), "{text}");
        }
    }
}
