//! Search in payloads: the path of a value within an event's data or metadata, and the value that it must have.
//!
//! A payload is read along the path only. Nothing else of it is decoded or copied, so a search costs little more than a
//! pass over the bytes.

use serde::{
    Deserialize,
    de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::value::RawValue;
use std::{cell::RefCell, fmt};

/// Maximum length of a path, in characters.
pub const PATH_MAX: usize = 500;
/// Maximum number of steps of a path below `data` or `metadata`.
pub const STEPS_MAX: usize = 32;
/// Maximum number of digits of an index.
const INDEX_DIGITS: usize = 9;
/// Maximum length of a value, in characters.
pub const VALUE_MAX: usize = 500;

/// Reason why a path is refused; a sentence without the field's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPath {
    #[error("must have at most {PATH_MAX} characters and {STEPS_MAX} steps")]
    TooLong,
    #[error("must begin with data or metadata, for example data.customer.id")]
    Root,
    #[error("must name a value within data or metadata, for example data.customer.id")]
    NoStep,
    #[error("must have names after dots, and [0], [*] or [\"name\"] in brackets, for example data.items[*].sku")]
    Syntax,
}

/// Reason why a value is refused; a sentence without the field's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadValue {
    #[error("must have at most {VALUE_MAX} characters")]
    TooLong,
    #[error("must be a string, a number, true, false or null; a string that begins with {{ or [ needs quotes")]
    NotScalar,
}

/// The part of an event in which a path begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Root {
    Data,
    Metadata,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Name(String),
    Index(usize),
    /// Every element of an array.
    Each,
}

/// The path of a value: `data` or `metadata`, then `.name`, `["name"]`, `[0]` or `[*]` (any element) for each level. A
/// subset of JSONPath (RFC 9535), with or without its `$.` at the beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayloadPath {
    root: Root,
    steps: Vec<Step>,
}

impl PayloadPath {
    pub fn parse(text: &str) -> Result<Self, BadPath> {
        if text.chars().count() > PATH_MAX {
            return Err(BadPath::TooLong);
        }
        let text = text.strip_prefix("$.").unwrap_or(text);
        let end = text.find(['.', '[']).unwrap_or(text.len());
        let root = match &text[..end] {
            "data" => Root::Data,
            "metadata" => Root::Metadata,
            _ => return Err(BadPath::Root),
        };
        let (mut rest, mut steps) = (&text[end..], Vec::new());
        while !rest.is_empty() {
            let (step, after) = step(rest).ok_or(BadPath::Syntax)?;
            steps.push(step);
            rest = after;
        }
        match steps.len() {
            0 => Err(BadPath::NoStep),
            1..=STEPS_MAX => Ok(Self { root, steps }),
            _ => Err(BadPath::TooLong),
        }
    }

    /// True when the path names all elements of an array.
    pub(crate) fn names_several(&self) -> bool {
        self.steps.contains(&Step::Each)
    }

    /// The first value at this path, as a text that is the same for equal values; `None` without one, or when it is an object
    /// or an array.
    pub(crate) fn first(&self, data: &[u8], metadata: &[u8]) -> Option<String> {
        PayloadValue::json(&self.first_raw(data, metadata)?).map(|value| value.canonical())
    }

    /// The same as its JSON.
    pub(crate) fn first_raw(&self, data: &[u8], metadata: &[u8]) -> Option<String> {
        let found = RefCell::new(None);
        let take = |raw: &str| {
            let is_one = !raw.starts_with(['{', '[']) && found.borrow().is_none();
            if is_one {
                found.replace(Some(raw.to_owned()));
            }
            is_one
        };
        self.seek(data, metadata, &take);
        found.into_inner()
    }

    /// Shows the values at this path to `look`; true when it was for one.
    fn seek(&self, data: &[u8], metadata: &[u8], look: &dyn Fn(&str) -> bool) -> bool {
        let json = match self.root {
            Root::Data => data,
            Root::Metadata => metadata,
        };
        let mut json = serde_json::Deserializer::from_slice(json);
        Seek { steps: &self.steps, look }.deserialize(&mut json).unwrap_or(false)
    }
}

/// The first step of a path, and what follows.
fn step(text: &str) -> Option<(Step, &str)> {
    if let Some(rest) = text.strip_prefix('.') {
        let (name, rest) = rest.split_at(rest.find(['.', '[']).unwrap_or(rest.len()));
        let is_plain = !name.is_empty() && !name.contains([']', '"', '\'', '*']);
        return is_plain.then(|| (Step::Name(name.to_owned()), rest));
    }
    let rest = text.strip_prefix('[')?;
    if let Some(quote @ ('"' | '\'')) = rest.chars().next() {
        let (name, rest) = rest[1..].split_once(quote)?;
        return Some((Step::Name(name.to_owned()), rest.strip_prefix(']')?));
    }
    let (inner, rest) = rest.split_once(']')?;
    let is_number = (1..=INDEX_DIGITS).contains(&inner.len()) && inner.bytes().all(|one| one.is_ascii_digit());
    match inner {
        "*" => Some((Step::Each, rest)),
        _ if is_number => Some((Step::Index(inner.parse().ok()?), rest)),
        _ => None,
    }
}

/// A JSON value without parts. Numbers are compared by their exact values, whatever their spelling and length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PayloadValue {
    Null,
    Bool(bool),
    Number(Decimal),
    Text(String),
}

impl PayloadValue {
    /// Reads JSON; text that is not JSON is a string, so a string needs quotes only where it would be another value.
    pub fn parse(text: &str) -> Result<Self, BadValue> {
        if text.chars().count() > VALUE_MAX {
            return Err(BadValue::TooLong);
        }
        if text.trim_start().starts_with(['{', '[']) {
            return Err(BadValue::NotScalar);
        }
        Ok(Self::json(text).unwrap_or_else(|| Self::Text(text.to_owned())))
    }

    fn json(text: &str) -> Option<Self> {
        match serde_json::from_str::<&RawValue>(text).ok()?.get() {
            "null" => Some(Self::Null),
            "true" => Some(Self::Bool(true)),
            "false" => Some(Self::Bool(false)),
            raw if raw.starts_with('"') => serde_json::from_str(raw).ok().map(Self::Text),
            raw => Decimal::of(raw).map(Self::Number),
        }
    }

    /// A text that only equal values have.
    fn canonical(&self) -> String {
        match self {
            Self::Null => "null".into(),
            Self::Bool(value) => value.to_string(),
            Self::Number(Decimal { is_negative, digits, exponent }) => {
                format!("{}{digits}e{exponent}", if *is_negative { "-" } else { "" })
            }
            Self::Text(text) => format!("\"{text}"),
        }
    }

    /// True when this well-formed JSON has the same type and value.
    fn is(&self, raw: &str) -> bool {
        match self {
            Self::Null => raw == "null",
            Self::Bool(value) => raw == if *value { "true" } else { "false" },
            Self::Number(value) => {
                raw.starts_with(|one: char| one == '-' || one.is_ascii_digit())
                    && Decimal::of(raw).is_some_and(|other| other == *value)
            }
            Self::Text(value) => match raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"')) {
                Some(inner) if !inner.contains('\\') => inner == value,
                Some(_) => serde_json::from_str::<String>(raw).is_ok_and(|other| other == *value),
                None => false,
            },
        }
    }
}

/// A number in normal form: digits without zeros at either end, times a power of ten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decimal {
    is_negative: bool,
    digits: String,
    exponent: i64,
}

impl Decimal {
    /// Reads a JSON number; `None` when its exponent has more than 18 digits.
    fn of(json: &str) -> Option<Self> {
        let (is_negative, number) = json.strip_prefix('-').map_or((false, json), |rest| (true, rest));
        let (mantissa, power) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
        if power.trim_start_matches(['+', '-']).len() > 18 {
            return None;
        }
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = format!("{whole}{fraction}");
        let digits = all.trim_start_matches('0').trim_end_matches('0');
        if digits.is_empty() {
            return Some(Self { is_negative: false, digits: String::new(), exponent: 0 });
        }
        let zeros = all.len() - all.trim_end_matches('0').len();
        let exponent = power.parse::<i64>().ok()? - fraction.len() as i64 + zeros as i64;
        Some(Self { is_negative, digits: digits.to_owned(), exponent })
    }
}

/// A condition on an event's payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayloadMatch {
    pub path: PayloadPath,
    pub value: PayloadValue,
}

impl PayloadMatch {
    /// True when the payload has this value at this path; of several members with one name, or of all elements of an
    /// array, one is enough. A payload that cannot be read does not match.
    pub fn matches(&self, data: &[u8], metadata: &[u8]) -> bool {
        self.path.seek(data, metadata, &|raw| self.value.is(raw))
    }
}

/// Reads a value along the steps that are left.
#[derive(Clone, Copy)]
struct Seek<'p> {
    steps: &'p [Step],
    look: &'p dyn Fn(&str) -> bool,
}

impl<'de> DeserializeSeed<'de> for Seek<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<bool, D::Error> {
        match self.steps {
            [] => <&RawValue>::deserialize(json).map(|raw| (self.look)(raw.get())),
            [step, rest @ ..] => json.deserialize_any(Level { step, rest: Self { steps: rest, ..self } }),
        }
    }
}

/// Reads one level of a value.
struct Level<'p> {
    step: &'p Step,
    rest: Seek<'p>,
}

impl<'de> Visitor<'de> for Level<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<bool, A::Error> {
        let name = if let Step::Name(name) = self.step { Some(name.as_str()) } else { None };
        let mut found = false;
        while let Some(is_named) = map.next_key_seed(Named(name))? {
            if is_named {
                found |= map.next_value_seed(self.rest)?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<bool, A::Error> {
        let (mut found, mut at) = (false, 0);
        loop {
            let is_wanted = match self.step {
                Step::Name(_) => false,
                Step::Index(index) => *index == at,
                Step::Each => true,
            };
            let element = if is_wanted {
                seq.next_element_seed(self.rest)?
            } else {
                seq.next_element::<IgnoredAny>()?.map(|_| false)
            };
            let Some(matches) = element else { return Ok(found) };
            (found, at) = (found | matches, at + 1);
        }
    }

    fn visit_bool<E>(self, _: bool) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_i64<E>(self, _: i64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_u64<E>(self, _: u64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_f64<E>(self, _: f64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_str<E>(self, _: &str) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_unit<E>(self) -> Result<bool, E> {
        Ok(false)
    }
}

/// Reads a member's name: true when it is this one.
struct Named<'n>(Option<&'n str>);

impl<'de> DeserializeSeed<'de> for Named<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<bool, D::Error> {
        json.deserialize_str(self)
    }
}

impl Visitor<'_> for Named<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<bool, E> {
        Ok(self.0 == Some(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn matches(path: &str, value: &str, data: &str) -> bool {
        let (path, value) = (PayloadPath::parse(path).unwrap(), PayloadValue::parse(value).unwrap());
        PayloadMatch { path, value }.matches(data.as_bytes(), br#"{"region": "eu"}"#)
    }

    #[test]
    fn a_value_is_found_at_its_path_with_its_type() {
        let data = r#"{"customer": {"id": 42, "name": "Zoë \"Z\"", "vip": true, "note": null, "tag": "42", "a.b": 1,
            "42": "numeric name"}, "items": [{"sku": "x", "n": [1, 2]}, {"sku": "y"}], "total": 12.50,
            "id": 9007199254740993}"#;
        for (path, value) in [
            ("data.customer.id", "42"),
            ("$.data.customer.id", "42.0"),
            ("data.customer.id", "4.2e1"),
            ("data.customer.tag", "\"42\""),
            ("data.customer.name", "Zoë \"Z\""),
            ("data.customer.name", r#""Zoë \"Z\"""#),
            ("data.customer.vip", "true"),
            ("data.customer.note", "null"),
            ("data.customer[\"a.b\"]", "1"),
            ("data['customer'].42", "numeric name"),
            ("data.items[1].sku", "y"),
            ("data.items[*].sku", "x"),
            ("data.items[*].n[*]", "2"),
            ("data.total", "12.5"),
            ("data.id", "9007199254740993"),
            ("metadata.region", "eu"),
        ] {
            assert!(matches(path, value, data), "{path} = {value}");
        }
        for (path, value) in [
            ("data.customer.id", "\"42\""),
            ("data.customer.tag", "42"),
            ("data.customer.vip", "\"true\""),
            ("data.customer.note", "\"null\""),
            ("data.customer.none", "null"),
            ("data.customer", "null"),
            ("data.customer.id.more", "42"),
            ("data.items[2].sku", "y"),
            ("data.items.sku", "y"),
            ("data.customer[*]", "42"),
            ("data.id", "9007199254740992"),
            ("metadata.customer.id", "42"),
            ("data.region", "eu"),
        ] {
            assert!(!matches(path, value, data), "{path} = {value}");
        }
    }

    #[test]
    fn equal_values_have_one_text_and_others_another() {
        let first = |json: &str| PayloadPath::parse("data.a").unwrap().first(json.as_bytes(), b"");
        for (json, expected) in [
            (r#"{"a": 1}"#, Some("1e0")),
            (r#"{"a": 1.0}"#, Some("1e0")),
            (r#"{"a": -10e2}"#, Some("-1e3")),
            (r#"{"a": 9007199254740993}"#, Some("9007199254740993e0")),
            (r#"{"a": "1e0"}"#, Some("\"1e0")),
            (r#"{"a": "\u00e9"}"#, Some("\"é")),
            (r#"{"a": true}"#, Some("true")),
            (r#"{"a": null}"#, Some("null")),
            (r#"{"a": 1, "a": 2}"#, Some("1e0")),
            (r#"{"a": {"b": 1}}"#, None),
            (r#"{"a": [1]}"#, None),
            (r#"{"b": 1}"#, None),
            ("nonsense", None),
        ] {
            assert_eq!(first(json).as_deref(), expected, "{json}");
        }
        let inner = PayloadPath::parse("metadata.a[1]").unwrap();
        assert_eq!(inner.first(b"", br#"{"a": [1, "x"]}"#).as_deref(), Some("\"x"));
    }

    #[test]
    fn of_members_with_one_name_either_matches() {
        let data = r#"{"a": 1, "a": {"b": 2}, "a": 3}"#;
        assert!(matches("data.a", "1", data) && matches("data.a.b", "2", data) && matches("data.a", "3", data));
    }

    #[test]
    fn a_payload_that_cannot_be_read_does_not_match() {
        for data in ["", "{", "[1", r#"{"a": 1"#, "\u{feff}{}", "nonsense"] {
            assert!(!matches("data.a", "1", data), "{data}");
        }
        assert!(
            !PayloadMatch { path: PayloadPath::parse("metadata.a").unwrap(), value: PayloadValue::parse("1").unwrap() }
                .matches(b"{}", b"")
        );
        let deep = format!("{{\"b\": {}1{}, \"a\": 7}}", "[".repeat(400), "]".repeat(400));
        assert!(matches("data.a", "7", &deep), "values beside the path may be nested deeply");
    }

    #[test]
    fn bad_paths_and_values_are_refused() {
        for (path, fault) in [
            ("", BadPath::Root),
            ("customer.id", BadPath::Root),
            ("Data.x", BadPath::Root),
            ("data", BadPath::NoStep),
            ("$.metadata", BadPath::NoStep),
            ("data.", BadPath::Syntax),
            ("data..a", BadPath::Syntax),
            ("data.a[", BadPath::Syntax),
            ("data.a[]", BadPath::Syntax),
            ("data.a[-1]", BadPath::Syntax),
            ("data.a[1:2]", BadPath::Syntax),
            ("data.a[\"b]", BadPath::Syntax),
            ("data.a[\"b\"", BadPath::Syntax),
            ("data.a[0]b", BadPath::Syntax),
            ("data.*", BadPath::Syntax),
            ("data.a[99999999999999999999999]", BadPath::Syntax),
        ] {
            assert_eq!(PayloadPath::parse(path), Err(fault), "{path}");
        }
        assert_eq!(PayloadPath::parse(&format!("data{}", ".a".repeat(33))), Err(BadPath::TooLong));
        assert_eq!(PayloadPath::parse(&format!("data.{}", "é".repeat(496))), Err(BadPath::TooLong));
        assert!(PayloadPath::parse(&format!("data.{}", "é".repeat(495))).is_ok());
        for value in ["{\"a\": 1}", "[]", " [1]", "{not json"] {
            assert_eq!(PayloadValue::parse(value), Err(BadValue::NotScalar), "{value}");
        }
        assert_eq!(PayloadValue::parse(&"é".repeat(501)), Err(BadValue::TooLong));
        for text in [r#""\ud800""#, "1e9999999999999999999", "\"open", "INV-7", "042", "+1", "NaN", "True", "'x'"] {
            assert_eq!(PayloadValue::parse(text), Ok(PayloadValue::Text(text.to_owned())));
        }
    }

    proptest! {
        #[test]
        fn numbers_are_equal_when_their_values_are(mantissa in -10_000_000i64..10_000_000, zeros in 0u32..4, shift in -6i32..6) {
            let plain = format!("{mantissa}e{shift}");
            let longer = format!("{mantissa}{}e{}", "0".repeat(zeros as usize), i64::from(shift) - i64::from(zeros));
            prop_assert_eq!(Decimal::of(&plain), Decimal::of(&longer));
            let other = format!("{}e{shift}", mantissa + 1);
            prop_assert_ne!(Decimal::of(&plain), Decimal::of(&other));
        }

        #[test]
        fn nothing_panics(path in ".{0,40}", value in ".{0,40}", data in ".{0,80}") {
            if let (Ok(path), Ok(value)) = (PayloadPath::parse(&format!("data{path}")), PayloadValue::parse(&value)) {
                PayloadMatch { path, value }.matches(data.as_bytes(), b"");
            }
        }

        #[test]
        fn a_string_is_found_whatever_it_contains(text in ".{0,60}", name in ".{1,20}") {
            // A name of the other members would be overwritten by their values.
            prop_assume!(!name.contains('"') && name != "before" && name != "z");
            let data = serde_json::json!({"before": [1, {"x": 2}], name.clone(): {"v": text}, "z": null}).to_string();
            let (path, value) = (format!("data[\"{name}\"].v"), serde_json::to_string(&text).unwrap());
            prop_assert!(matches(&path, &value, &data));
        }
    }
}
