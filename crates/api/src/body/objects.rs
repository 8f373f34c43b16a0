//! Wraps a deserializer so that structs are read from JSON objects only, and collects the names of unknown fields.
//!
//! The code that serde derives also accepts an array for a struct, its elements for the fields in their order. Then
//! `["invoice.created", {}]` would be an event, and `["https://…"]` a change of the URL.

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, EnumAccess, Error, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use std::{borrow::Cow, fmt};

/// The path of a value in a document.
#[derive(Clone, Copy)]
pub(super) enum Location<'p> {
    Whole,
    Field(&'p Self, &'p str),
    Element(&'p Self, usize),
}

impl fmt::Display for Location<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => Ok(()),
            Self::Field(Self::Whole, name) => f.write_str(name),
            Self::Field(parent, name) => write!(f, "{parent}.{name}"),
            Self::Element(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}

/// Maximum number of unknown fields that are named; a client can send any number of them.
const UNKNOWN_MAX: usize = 20;

/// The unknown fields of a document, by their paths.
#[derive(Default)]
pub(super) struct Unknown(pub(super) Vec<String>);

impl Unknown {
    fn add(&mut self, place: &Location<'_>) {
        if self.0.len() < UNKNOWN_MAX {
            self.0.push(place.to_string());
        }
    }
}

/// Reads a `T` in which every struct is a JSON object.
pub(super) fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    inner: D,
    unknown: &mut Unknown,
) -> Result<T, D::Error> {
    T::deserialize(Objects { inner, place: Location::Whole, unknown })
}

struct Objects<'a, 'p, D> {
    inner: D,
    place: Location<'p>,
    unknown: &'a mut Unknown,
}

macro_rules! forward {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
            self.inner.$method(visitor)
        })*
    };
}

macro_rules! wrap {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
            self.inner.$method(Wrap { inner: visitor, place: self.place, unknown: self.unknown })
        })*
    };
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Objects<'_, '_, D> {
    type Error = D::Error;

    forward! {
        deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
        deserialize_f32 deserialize_f64 deserialize_char deserialize_str deserialize_string
        deserialize_bytes deserialize_byte_buf deserialize_unit deserialize_identifier
    }
    wrap! { deserialize_any deserialize_option deserialize_seq deserialize_map }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.unknown.add(&self.place);
        self.inner.deserialize_ignored_any(visitor)
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_unit_struct(name, visitor)
    }

    /// Raw values of `serde_json` use this method and must reach its own deserializer unwrapped.
    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_newtype_struct(name, visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_tuple(len, Wrap { inner: visitor, place: self.place, unknown: self.unknown })
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        let visitor = Wrap { inner: visitor, place: self.place, unknown: self.unknown };
        self.inner.deserialize_tuple_struct(name, len, visitor)
    }

    /// Asks for a map, which JSON has only as an object.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.inner.deserialize_map(Wrap { inner: visitor, place: self.place, unknown: self.unknown })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.inner.deserialize_enum(name, variants, visitor)
    }
}

/// A visitor whose nested values are read through [`Objects`] too.
struct Wrap<'a, 'p, V> {
    inner: V,
    place: Location<'p>,
    unknown: &'a mut Unknown,
}

macro_rules! visit {
    ($($method:ident($type:ty))*) => {
        $(fn $method<E: Error>(self, value: $type) -> Result<V::Value, E> {
            self.inner.$method(value)
        })*
    };
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Wrap<'_, '_, V> {
    type Value = V::Value;

    /// Replaces serde's name of a struct (`struct EventRequest`), which clients do not know.
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let expected = (&self.inner as &dyn serde::de::Expected).to_string();
        let is_object = expected.starts_with("struct ") || expected == "a map";
        f.write_str(if is_object { "a JSON object" } else { &expected })
    }

    visit! {
        visit_bool(bool) visit_i8(i8) visit_i16(i16) visit_i32(i32) visit_i64(i64) visit_i128(i128)
        visit_u8(u8) visit_u16(u16) visit_u32(u32) visit_u64(u64) visit_u128(u128) visit_f32(f32) visit_f64(f64)
        visit_char(char) visit_str(&str) visit_borrowed_str(&'de str) visit_string(String)
        visit_bytes(&[u8]) visit_borrowed_bytes(&'de [u8]) visit_byte_buf(Vec<u8>)
    }

    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.inner.visit_none()
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.inner.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        self.inner.visit_some(Objects { inner, place: self.place, unknown: self.unknown })
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        self.inner.visit_newtype_struct(Objects { inner, place: self.place, unknown: self.unknown })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, inner: A) -> Result<V::Value, A::Error> {
        self.inner.visit_seq(Elements { inner, parent: self.place, index: 0, unknown: self.unknown })
    }

    fn visit_map<A: MapAccess<'de>>(self, inner: A) -> Result<V::Value, A::Error> {
        self.inner.visit_map(Entries { inner, parent: self.place, name: Cow::Borrowed(""), unknown: self.unknown })
    }

    fn visit_enum<A: EnumAccess<'de>>(self, inner: A) -> Result<V::Value, A::Error> {
        self.inner.visit_enum(inner)
    }
}

struct Elements<'a, 'p, A> {
    inner: A,
    parent: Location<'p>,
    index: usize,
    unknown: &'a mut Unknown,
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Elements<'_, '_, A> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        let place = Location::Element(&self.parent, self.index);
        self.index += 1;
        self.inner.next_element_seed(Seed { inner: seed, place, unknown: self.unknown })
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

struct Entries<'a, 'p, 'de, A> {
    inner: A,
    parent: Location<'p>,
    /// Name of the entry whose value comes next.
    name: Cow<'de, str>,
    unknown: &'a mut Unknown,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Entries<'_, '_, 'de, A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        self.inner.next_key_seed(Name { inner: seed, name: &mut self.name })
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        let place = Location::Field(&self.parent, &self.name);
        self.inner.next_value_seed(Seed { inner: seed, place, unknown: self.unknown })
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

struct Seed<'a, 'p, S> {
    inner: S,
    place: Location<'p>,
    unknown: &'a mut Unknown,
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Seed<'_, '_, S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, inner: D) -> Result<S::Value, D::Error> {
        self.inner.deserialize(Objects { inner, place: self.place, unknown: self.unknown })
    }
}

/// Reads the name of an entry and keeps a copy of it.
struct Name<'n, 'de, S> {
    inner: S,
    name: &'n mut Cow<'de, str>,
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Name<'_, 'de, S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, inner: D) -> Result<S::Value, D::Error> {
        *self.name = inner.deserialize_str(NameVisitor)?;
        match &*self.name {
            Cow::Borrowed(name) => self.inner.deserialize(serde::de::value::BorrowedStrDeserializer::new(name)),
            Cow::Owned(name) => self.inner.deserialize(serde::de::value::StrDeserializer::new(name)),
        }
    }
}

struct NameVisitor;

impl<'de> Visitor<'de> for NameVisitor {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(name))
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(name.to_owned()))
    }
}

/// Checks that a document is well-formed, without keeping any of it.
pub(super) fn check_syntax(bytes: &[u8]) -> Result<(), serde_json::Error> {
    serde_json::from_slice::<IgnoredAny>(bytes).map(drop)
}
