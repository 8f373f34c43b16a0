//! Lenient deserialisation: numbers and booleans as strings, where their value is unambiguous. Clients of the
//! platform's own server (Pydantic, lax mode) send them.

use model::Patch;
use serde::{
    Deserialize, Deserializer,
    de::{Error, Unexpected, Visitor},
};
use std::fmt;

/// A whole number, also as a string (`"5"`, `" 5 "`) or with an empty fraction (`5.0`).
pub(crate) fn whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Patch<i64>, D::Error> {
    deserializer.deserialize_any(Whole).map(Patch::from)
}

/// A number of seconds, also with an empty fraction (`5.0`), which is a whole number in JSON Schema.
pub(crate) fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    let Some(number) = Option::<serde_json::Number>::deserialize(deserializer)? else { return Ok(None) };
    let has_empty_fraction = |number: &f64| number.fract() == 0.0 && (0.0..=1e15).contains(number);
    let whole = number.as_u64().or_else(|| number.as_f64().filter(has_empty_fraction).map(|number| number as u64));
    whole.map(Some).ok_or_else(|| serde::de::Error::custom("must be a whole number of seconds, 0 or more"))
}

/// A number, also as a string.
pub(crate) fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Patch<f64>, D::Error> {
    deserializer.deserialize_any(Number).map(Patch::from)
}

/// A boolean, also as a string (`"true"`, `"off"`, `"1"`) or as 0 and 1.
pub(crate) fn boolean<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Patch<bool>, D::Error> {
    deserializer.deserialize_any(Boolean).map(Patch::from)
}

/// A list of strings, each trimmed.
pub(crate) fn texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Patch<Vec<String>>, D::Error> {
    let given: Patch<Vec<String>> = Deserialize::deserialize(deserializer)?;
    Ok(given.map(|list| list.into_iter().map(|text| text.trim().to_owned()).collect()))
}

/// A string, trimmed.
pub(crate) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Patch<String>, D::Error> {
    let given: Patch<String> = Deserialize::deserialize(deserializer)?;
    Ok(given.map(|text| text.trim().to_owned()))
}

struct Whole;

impl Visitor<'_> for Whole {
    type Value = Option<i64>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number")
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Some(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        // Out of range for every field, so the field's own check refuses it.
        Ok(Some(i64::try_from(number).unwrap_or(i64::MAX)))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
        if number.fract() == 0.0 && number.abs() < 1e15 {
            return Ok(Some(number as i64));
        }
        Err(E::invalid_type(Unexpected::Float(number), &self))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        let digits = text.trim();
        let digits = digits.split_once('.').filter(|(_, rest)| rest.bytes().all(|c| c == b'0')).map_or(digits, |d| d.0);
        digits.parse().map(Some).map_err(|_| E::invalid_value(Unexpected::Str(text), &self))
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}

struct Number;

impl Visitor<'_> for Number {
    type Value = Option<f64>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number")
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Some(number as f64))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Some(number as f64))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Some(number))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        let number = text.trim().parse().ok().filter(|number: &f64| number.is_finite());
        number.map(Some).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}

struct Boolean;

impl Visitor<'_> for Boolean {
    type Value = Option<bool>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("true or false")
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<Self::Value, E> {
        Ok(Some(flag))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        match number {
            0 => Ok(Some(false)),
            1 => Ok(Some(true)),
            _ => Err(E::invalid_value(Unexpected::Unsigned(number), &self)),
        }
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
        if number == 0.0 || number == 1.0 {
            return Ok(Some(number == 1.0));
        }
        Err(E::invalid_value(Unexpected::Float(number), &self))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        match text.trim().to_ascii_lowercase().as_str() {
            "true" | "t" | "yes" | "y" | "on" | "1" => Ok(Some(true)),
            "false" | "f" | "no" | "n" | "off" | "0" => Ok(Some(false)),
            _ => Err(E::invalid_value(Unexpected::Str(text), &self)),
        }
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default)]
    struct Fields {
        #[serde(deserialize_with = "whole")]
        number: Patch<i64>,
        #[serde(deserialize_with = "boolean")]
        flag: Patch<bool>,
    }

    #[test]
    fn whole_numbers_are_read_where_their_value_is_clear() {
        let rows = [
            ("5", Some(Patch::Value(5))),
            ("\"5\"", Some(Patch::Value(5))),
            ("\" 5 \"", Some(Patch::Value(5))),
            ("5.0", Some(Patch::Value(5))),
            ("\"5.00\"", Some(Patch::Value(5))),
            ("-1", Some(Patch::Value(-1))),
            ("null", Some(Patch::Null)),
            ("5.5", None),
            ("\"5.5\"", None),
            ("\"five\"", None),
            ("\"\"", None),
            ("true", None),
            ("[5]", None),
            ("1e300", None),
            ("99999999999999999999", None),
        ];
        for (json, expected) in rows {
            let read = serde_json::from_str::<Fields>(&format!("{{\"number\": {json}}}"));
            assert_eq!(read.ok().map(|fields| fields.number), expected, "{json}");
        }
        assert_eq!(serde_json::from_str::<Fields>("{}").unwrap(), Fields::default());
    }

    #[test]
    fn booleans_are_read_where_their_value_is_clear() {
        let rows = [
            ("true", Some(Patch::Value(true))),
            ("\"false\"", Some(Patch::Value(false))),
            ("\" ON \"", Some(Patch::Value(true))),
            ("1", Some(Patch::Value(true))),
            ("0", Some(Patch::Value(false))),
            ("\"0\"", Some(Patch::Value(false))),
            ("null", Some(Patch::Null)),
            ("2", None),
            ("\"maybe\"", None),
            ("{}", None),
        ];
        for (json, expected) in rows {
            let read = serde_json::from_str::<Fields>(&format!("{{\"flag\": {json}}}"));
            assert_eq!(read.ok().map(|fields| fields.flag), expected, "{json}");
        }
    }
}
