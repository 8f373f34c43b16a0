//! Values that own their content: the content of documents and the constants of filters.

use crate::number::Number;
use jiff::{SignedDuration, Timestamp};
use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, SeqAccess, Visitor},
};
use std::fmt;

#[derive(Debug, Clone)]
pub(crate) enum Datum {
    Null,
    Boolean(bool),
    Number(Number),
    Text(Box<str>),
    List(Box<[Datum]>),
    /// Sorted by name, names are distinct. The order makes loops over a map deterministic.
    Map(Box<[(Box<str>, Datum)]>),
    /// Constants only: JSON has no timestamps.
    Time(Timestamp),
    Duration(SignedDuration),
}

pub(crate) fn field<'m>(map: &'m [(Box<str>, Datum)], name: &str) -> Option<&'m Datum> {
    let at = map.binary_search_by(|(other, _)| (**other).cmp(name)).ok()?;
    map.get(at).map(|(_, value)| value)
}

/// Reads JSON. Of a repeated name the last value counts, as in JavaScript.
impl<'de> Deserialize<'de> for Datum {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Datum;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Datum, E> {
        Ok(Datum::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Datum, E> {
        Ok(Datum::Boolean(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Datum, E> {
        Ok(Datum::Number(Number::Whole(value)))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Datum, E> {
        Number::of_whole(value.into()).map(Datum::Number).map_err(E::custom)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Datum, E> {
        Ok(Datum::Number(Number::of_json(value)))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Datum, E> {
        Ok(Datum::Text(value.into()))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Datum, E> {
        Ok(Datum::Text(value.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Datum, A::Error> {
        let mut list = Vec::new();
        while let Some(element) = elements.next_element()? {
            list.push(element);
        }
        Ok(Datum::List(list.into()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Datum, A::Error> {
        let mut map: Vec<(Box<str>, Datum)> = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            map.push(entry);
        }
        map.sort_by(|(left, _), (right, _)| left.cmp(right));
        // The sort is stable: the last of equal names is the last in the document.
        map.dedup_by(|later, earlier| {
            let repeated = later.0 == earlier.0;
            if repeated {
                std::mem::swap(&mut later.1, &mut earlier.1);
            }
            repeated
        });
        Ok(Datum::Map(map.into()))
    }
}
