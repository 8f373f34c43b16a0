//! Fields of request bodies for which absent and null differ.

use serde::{Deserialize, Deserializer};

/// A field that a client leaves out, clears, or sets. It needs `#[serde(default)]`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Patch<T> {
    /// The field keeps its value, or gets its default.
    #[default]
    Absent,
    /// The field is cleared, or gets its default.
    Null,
    Value(T),
}

impl<T> Patch<T> {
    /// The given value; `None` for absent and null.
    pub(crate) fn value(self) -> Option<T> {
        match self {
            Self::Absent | Self::Null => None,
            Self::Value(value) => Some(value),
        }
    }

    /// `None` when the field is absent; null is `Some(None)`.
    pub(crate) fn given(self) -> Option<Option<T>> {
        match self {
            Self::Absent => None,
            Self::Null => Some(None),
            Self::Value(value) => Some(Some(value)),
        }
    }

    pub(crate) const fn as_ref(&self) -> Patch<&T> {
        match self {
            Self::Absent => Patch::Absent,
            Self::Null => Patch::Null,
            Self::Value(value) => Patch::Value(value),
        }
    }

    pub(crate) const fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    pub(crate) fn map<U>(self, convert: impl FnOnce(T) -> U) -> Patch<U> {
        match self {
            Self::Absent => Patch::Absent,
            Self::Null => Patch::Null,
            Self::Value(value) => Patch::Value(convert(value)),
        }
    }
}

/// A field that is present: null or a value.
impl<T> From<Option<T>> for Patch<T> {
    fn from(given: Option<T>) -> Self {
        given.map_or(Self::Null, Self::Value)
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
        for (json, expected) in [
            ("{}", Patch::Absent),
            (r#"{"name": null}"#, Patch::Null),
            (r#"{"name": ""}"#, Patch::Value(String::new())),
        ] {
            assert_eq!(serde_json::from_str::<Fields>(json).unwrap().name, expected, "{json}");
        }
        assert!(serde_json::from_str::<Fields>(r#"{"name": 5}"#).is_err());
    }
}
