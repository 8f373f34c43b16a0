//! Changes of fields for which absent and null differ.

use serde::{Deserialize, Deserializer};

/// A field that is left out, cleared, or set. In a type that is deserialised it needs `#[serde(default)]`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Patch<T> {
    /// The field keeps its value.
    #[default]
    Absent,
    /// The field is cleared.
    Null,
    Value(T),
}

impl<T> Patch<T> {
    /// The field's value after the change.
    pub fn apply(self, current: Option<T>) -> Option<T> {
        match self {
            Self::Absent => current,
            Self::Null => None,
            Self::Value(value) => Some(value),
        }
    }

    /// The given value; `None` for absent and null.
    pub fn value(self) -> Option<T> {
        match self {
            Self::Absent | Self::Null => None,
            Self::Value(value) => Some(value),
        }
    }

    /// `None` when the field is absent; null is `Some(None)`.
    pub fn given(self) -> Option<Option<T>> {
        match self {
            Self::Absent => None,
            Self::Null => Some(None),
            Self::Value(value) => Some(Some(value)),
        }
    }

    pub const fn as_ref(&self) -> Patch<&T> {
        match self {
            Self::Absent => Patch::Absent,
            Self::Null => Patch::Null,
            Self::Value(value) => Patch::Value(value),
        }
    }

    pub fn map<U>(self, convert: impl FnOnce(T) -> U) -> Patch<U> {
        match self {
            Self::Absent => Patch::Absent,
            Self::Null => Patch::Null,
            Self::Value(value) => Patch::Value(convert(value)),
        }
    }

    pub const fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }
}

/// A field that is present: null or a value.
impl<T> From<Option<T>> for Patch<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::Value)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct Fields {
        #[serde(default)]
        name: Patch<String>,
    }

    #[test]
    fn absent_null_and_a_value_differ() {
        for (json, expected, given) in [
            ("{}", Patch::Absent, None),
            (r#"{"name": null}"#, Patch::Null, Some(None)),
            (r#"{"name": ""}"#, Patch::Value(String::new()), Some(Some(String::new()))),
        ] {
            let read = serde_json::from_str::<Fields>(json).unwrap().name;
            assert_eq!(read, expected, "{json}");
            assert_eq!(read.as_ref().map(|name| name.len()).is_absent(), given.is_none(), "{json}");
            assert_eq!(read.given(), given, "{json}");
        }
        assert!(serde_json::from_str::<Fields>(r#"{"name": 5}"#).is_err());
    }

    #[test]
    fn a_change_keeps_clears_or_sets() {
        assert_eq!(Patch::Absent.apply(Some(1)), Some(1));
        assert_eq!(Patch::Null.apply(Some(1)), None);
        assert_eq!(Patch::Value(2).apply(Some(1)), Some(2));
        assert_eq!((Patch::from(Some(1)), Patch::<u8>::from(None)), (Patch::Value(1), Patch::Null));
    }
}
