//! The form in which stores keep policies.

use serde::de::DeserializeOwned;

/// Reads a struct from a JSON object. (Derived code also reads an array, whose elements are the fields in their order.)
pub(crate) fn parse_object<T: DeserializeOwned>(text: &str) -> Result<T, serde_json::Error> {
    if !text.starts_with('{') {
        return Err(serde::de::Error::custom("must be a JSON object"));
    }
    serde_json::from_str(text)
}
