//! Values during an evaluation. They borrow from the document and from the filter; a clone copies no text.

use crate::{
    datum::{self, Datum},
    kind::Kind,
    number::Number,
};
use jiff::{SignedDuration, Timestamp};
use std::{ops::Deref, rc::Rc};

#[derive(Debug, Clone)]
pub(crate) enum Value<'a> {
    Null,
    Boolean(bool),
    Number(Number),
    Text(Text<'a>),
    List(List<'a>),
    Map(Map<'a>),
    Time(Timestamp),
    Duration(SignedDuration),
}

#[derive(Debug, Clone)]
pub(crate) enum Text<'a> {
    Given(&'a str),
    Made(Rc<str>),
}

#[derive(Debug, Clone)]
pub(crate) enum List<'a> {
    Given(&'a [Datum]),
    Made(Rc<[Value<'a>]>),
}

#[derive(Debug, Clone)]
pub(crate) enum Map<'a> {
    Given(&'a [(Box<str>, Datum)]),
    /// Of a map literal, whose keys may be numbers and booleans too. Keys are distinct.
    Made(Rc<[(Value<'a>, Value<'a>)]>),
}

impl Value<'_> {
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::Null => Kind::Null,
            Self::Boolean(_) => Kind::Boolean,
            Self::Number(_) => Kind::Number,
            Self::Text(_) => Kind::String,
            Self::List(_) => Kind::List,
            Self::Map(_) => Kind::Map,
            Self::Time(_) => Kind::Timestamp,
            Self::Duration(_) => Kind::Duration,
        }
    }

    pub(crate) fn made(text: impl Into<Rc<str>>) -> Self {
        Self::Text(Text::Made(text.into()))
    }

    /// The constant of a folded expression; `None` for maps, which stay expressions because of their keys.
    pub(crate) fn to_datum(&self) -> Option<Datum> {
        Some(match self {
            Self::Null => Datum::Null,
            Self::Boolean(value) => Datum::Boolean(*value),
            Self::Number(value) => Datum::Number(*value),
            Self::Text(text) => Datum::Text((**text).into()),
            Self::List(list) => {
                Datum::List((0..list.len()).map(|at| list.get(at)?.to_datum()).collect::<Option<Vec<_>>>()?.into())
            }
            Self::Map(_) => return None,
            Self::Time(time) => Datum::Time(*time),
            Self::Duration(duration) => Datum::Duration(*duration),
        })
    }
}

impl<'a> From<&'a Datum> for Value<'a> {
    fn from(datum: &'a Datum) -> Self {
        match datum {
            Datum::Null => Self::Null,
            Datum::Boolean(value) => Self::Boolean(*value),
            Datum::Number(value) => Self::Number(*value),
            Datum::Text(text) => Self::from(&**text),
            Datum::List(list) => Self::List(List::Given(list)),
            Datum::Map(map) => Self::Map(Map::Given(map)),
            Datum::Time(time) => Self::Time(*time),
            Datum::Duration(duration) => Self::Duration(*duration),
        }
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Text::Given(text))
    }
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::Given(text) => text,
            Self::Made(text) => text,
        }
    }
}

impl<'a> List<'a> {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Given(list) => list.len(),
            Self::Made(list) => list.len(),
        }
    }

    pub(crate) fn get(&self, at: usize) -> Option<Value<'a>> {
        match self {
            Self::Given(list) => list.get(at).map(Value::from),
            Self::Made(list) => list.get(at).cloned(),
        }
    }
}

impl<'a> Map<'a> {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Given(map) => map.len(),
            Self::Made(map) => map.len(),
        }
    }

    /// The key and the value at a position, in the fixed order of the map.
    pub(crate) fn entry(&self, at: usize) -> Option<(Value<'a>, Value<'a>)> {
        match self {
            Self::Given(map) => map.get(at).map(|(name, value)| (Value::from(&**name), Value::from(value))),
            Self::Made(map) => map.get(at).cloned(),
        }
    }

    /// Looks a string up in the map of a document, which is sorted; `None` also for any other key.
    pub(crate) fn named(map: &'a [(Box<str>, Datum)], key: &Value<'_>) -> Option<Value<'a>> {
        match key {
            Value::Text(name) => datum::field(map, name).map(Value::from),
            _ => None,
        }
    }
}
