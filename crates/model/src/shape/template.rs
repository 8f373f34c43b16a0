//! Texts with placeholders for parts of an event: `/orders/{data.order.id}`.

use crate::{EventType, TenantId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{fmt, sync::Arc};

/// The longest template, in bytes.
const TEMPLATE_MAX: usize = 1_000;
/// The longest value that fills a placeholder, in bytes.
const VALUE_MAX: usize = 500;

/// A text with placeholders. `{{` and `}}` stand for a brace.
#[derive(Clone, PartialEq, Eq)]
pub struct TextTemplate {
    source: Arc<str>,
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(Box<str>),
    Place(Place),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    Id,
    Type,
    Timestamp,
    Tenant,
    Data(Vec<Box<str>>),
    Metadata(Vec<Box<str>>),
}

/// The text is not a template.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotATemplate {
    #[error("must have at most {TEMPLATE_MAX} bytes")]
    TooLong,
    #[error("must not contain control characters")]
    Control,
    #[error("has a brace without its counterpart at character {0}; write {{{{ or }}}} for a brace")]
    Brace(usize),
    #[error(
        "{{{0}}} is not a placeholder; there are {{id}}, {{type}}, {{timestamp}}, {{tenant}}, {{data.<field>}} and \
         {{metadata.<field>}}"
    )]
    Unknown(Box<str>),
}

/// An event lacks a value that a template needs, or has one that does not fit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfilled {
    #[error("the event has no {0}")]
    Missing(Box<str>),
    #[error("{0} of the event is not text, a number or a boolean")]
    NotPlain(Box<str>),
    #[error("{0} of the event is longer than {VALUE_MAX} bytes, or empty")]
    Length(Box<str>),
    #[error("{0} of the event is \".\" or \"..\", which would change the path")]
    Dots(Box<str>),
}

/// The parts of an event that fill placeholders.
#[derive(Clone, Copy, Debug)]
pub struct EventFacts<'e> {
    pub id: &'e str,
    pub event_type: &'e EventType,
    pub timestamp: Timestamp,
    pub tenant: &'e TenantId,
    pub data: &'e Value,
    pub metadata: &'e Value,
}

impl Place {
    fn parse(text: &str) -> Option<Self> {
        let fields = |path: &str| -> Option<Vec<Box<str>>> {
            path.split('.').map(|name| (!name.is_empty()).then(|| name.into())).collect()
        };
        Some(match text {
            "id" => Self::Id,
            "type" => Self::Type,
            "timestamp" => Self::Timestamp,
            "tenant" => Self::Tenant,
            _ => match text.split_once('.')? {
                ("data", path) => Self::Data(fields(path)?),
                ("metadata", path) => Self::Metadata(fields(path)?),
                _ => return None,
            },
        })
    }

    fn value(&self, of: &EventFacts<'_>) -> Result<String, Unfilled> {
        let (root, path) = match self {
            Self::Id => return Ok(of.id.to_owned()),
            Self::Type => return Ok(of.event_type.to_string()),
            Self::Timestamp => return Ok(of.timestamp.to_string()),
            Self::Tenant => return Ok(of.tenant.to_string()),
            Self::Data(path) => (of.data, path),
            Self::Metadata(path) => (of.metadata, path),
        };
        let name = || Box::from(self.to_string());
        let found = path.iter().try_fold(root, |value, field| match value {
            Value::Object(map) => map.get(&**field),
            Value::Array(list) => list.get(field.parse::<usize>().ok()?),
            _ => None,
        });
        let text = match found.ok_or_else(|| Unfilled::Missing(name()))? {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            Value::Bool(yes) => yes.to_string(),
            Value::Null => return Err(Unfilled::Missing(name())),
            Value::Array(_) | Value::Object(_) => return Err(Unfilled::NotPlain(name())),
        };
        if text.is_empty() || text.len() > VALUE_MAX { Err(Unfilled::Length(name())) } else { Ok(text) }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id => f.write_str("id"),
            Self::Type => f.write_str("type"),
            Self::Timestamp => f.write_str("timestamp"),
            Self::Tenant => f.write_str("tenant"),
            Self::Data(path) => write!(f, "data.{}", path.join(".")),
            Self::Metadata(path) => write!(f, "metadata.{}", path.join(".")),
        }
    }
}

impl TextTemplate {
    pub fn parse(source: &str) -> Result<Self, NotATemplate> {
        if source.len() > TEMPLATE_MAX {
            return Err(NotATemplate::TooLong);
        }
        if source.chars().any(char::is_control) {
            return Err(NotATemplate::Control);
        }
        let (mut parts, mut text, mut rest) = (Vec::new(), String::new(), source);
        while let Some(next) = rest.chars().next() {
            let at = || source[..source.len() - rest.len()].chars().count() + 1;
            if rest.starts_with("{{") || rest.starts_with("}}") {
                text.push(next);
                rest = &rest[2..];
            } else if let Some(inner) = rest.strip_prefix('{') {
                let end = inner.find('}').ok_or_else(|| NotATemplate::Brace(at()))?;
                let name = &inner[..end];
                let place = Place::parse(name).ok_or_else(|| NotATemplate::Unknown(name.into()))?;
                if !text.is_empty() {
                    parts.push(Part::Text(std::mem::take(&mut text).into()));
                }
                parts.push(Part::Place(place));
                rest = &inner[end + 1..];
            } else if next == '}' {
                return Err(NotATemplate::Brace(at()));
            } else {
                text.push(next);
                rest = &rest[next.len_utf8()..];
            }
        }
        if !text.is_empty() {
            parts.push(Part::Text(text.into()));
        }
        Ok(Self { source: source.into(), parts })
    }

    pub fn source(&self) -> &str {
        &self.source
    }

    /// Fills the placeholders; each value is passed through `encode`.
    pub fn fill(&self, of: &EventFacts<'_>, encode: impl Fn(&str) -> String) -> Result<String, Unfilled> {
        let mut filled = String::with_capacity(self.source.len() + 32);
        for part in &self.parts {
            match part {
                Part::Text(text) => filled.push_str(text),
                Part::Place(place) => filled.push_str(&encode(&place.value(of)?)),
            }
        }
        Ok(filled)
    }

    /// As [`Self::fill`] for a path, segment by segment: values are percent-encoded, so that none adds a segment, and none
    /// makes a segment `.` or `..`.
    pub fn fill_path(&self, of: &EventFacts<'_>) -> Result<String, Unfilled> {
        let filled = self.fill(of, percent_encoded)?;
        if filled.split('/').any(|segment| matches!(segment, "." | "..")) {
            let mut places = self.parts.iter().rev().filter_map(|part| match part {
                Part::Place(place) => Some(place.to_string()),
                Part::Text(_) => None,
            });
            return Err(Unfilled::Dots(places.next().unwrap_or_default().into()));
        }
        Ok(filled)
    }
}

/// Percent-encodes all but unreserved characters (RFC 3986, section 2.3).
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

impl fmt::Debug for TextTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.source, f)
    }
}

impl Serialize for TextTemplate {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.source)
    }
}

impl<'de> Deserialize<'de> for TextTemplate {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn fill(template: &str, data: Value) -> Result<String, Unfilled> {
        let (event_type, tenant) = (EventType::trusted("invoice.paid"), TenantId::trusted("acme"));
        let facts = EventFacts {
            id: "evt_1",
            event_type: &event_type,
            timestamp: Timestamp::from_millis(0),
            tenant: &tenant,
            data: &data,
            metadata: &json!({"m": true}),
        };
        TextTemplate::parse(template).unwrap().fill_path(&facts)
    }

    #[test]
    fn placeholders_are_filled_and_encoded() {
        let data = json!({"id": "a/b?c#d é", "n": 12345678901234567890u64, "list": [{"x": 1.5}], "e": "", "o": {}, "z": null,
                          "up": "..", "long": "x".repeat(501)});
        for (template, expected) in [
            ("/fixed", "/fixed"),
            ("/{type}/{id}", "/invoice.paid/evt_1"),
            ("/{tenant}/{timestamp}", "/acme/1970-01-01T00%3A00%3A00.000Z"),
            ("/{data.id}", "/a%2Fb%3Fc%23d%20%C3%A9"),
            ("/{data.n}/{data.list.0.x}/{metadata.m}", "/12345678901234567890/1.5/true"),
            ("/{{x}}/{data.n}", "/{x}/12345678901234567890"),
            ("/x{data.up}", "/x.."),
        ] {
            assert_eq!(fill(template, data.clone()).as_deref(), Ok(expected), "{template}");
        }
        for (template, fault) in [
            ("/{data.none}", Unfilled::Missing("data.none".into())),
            ("/{data.id.x}", Unfilled::Missing("data.id.x".into())),
            ("/{data.z}", Unfilled::Missing("data.z".into())),
            ("/{data.o}", Unfilled::NotPlain("data.o".into())),
            ("/{data.e}", Unfilled::Length("data.e".into())),
            ("/{data.long}", Unfilled::Length("data.long".into())),
            ("/{data.up}/x", Unfilled::Dots("data.up".into())),
        ] {
            assert_eq!(fill(template, data.clone()), Err(fault), "{template}");
        }
    }

    #[test]
    fn malformed_templates_are_refused() {
        for (template, fault) in [
            ("/{", NotATemplate::Brace(2)),
            ("/é}", NotATemplate::Brace(3)),
            ("/{}", NotATemplate::Unknown("".into())),
            ("/{data}", NotATemplate::Unknown("data".into())),
            ("/{data..x}", NotATemplate::Unknown("data..x".into())),
            ("/{secret.x}", NotATemplate::Unknown("secret.x".into())),
            ("/\r\n", NotATemplate::Control),
        ] {
            assert_eq!(TextTemplate::parse(template), Err(fault), "{template}");
        }
        assert_eq!(TextTemplate::parse(&"x".repeat(1_001)), Err(NotATemplate::TooLong));
    }

    proptest! {
        #[test]
        fn a_value_never_leaves_its_segment(value in "\\PC{1,40}") {
            if let Ok(path) = fill("/a/{data.v}/b", json!({"v": value})) {
                let segments: Vec<&str> = path.split('/').collect();
                prop_assert_eq!(segments.len(), 4);
                prop_assert!(path.is_ascii() && !path.contains(['?', '#', ' ', '\\']));
                let url = url::Url::parse("https://example.com").unwrap().join(&path).unwrap();
                prop_assert_eq!(url.path(), path);
            }
        }

        #[test]
        fn any_text_is_a_template_or_refused(text in "\\PC{0,60}") {
            if let Ok(template) = TextTemplate::parse(&text) {
                prop_assert_eq!(template.source(), text);
            }
        }
    }
}
