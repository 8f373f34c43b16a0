//! JSON objects, paths of order keys, and their values.

use crate::input::texts;
use model::{
    JsonObject,
    shape::{KeyPath, Order},
};
use serde_json::Value;

pub(super) const WORDS: &[&str] =
    &["data.", "metadata.", "[0]", "[*]", "[\"", "\"]", "$.", "{\"a\":", "1.0e2", "\\u0061", "\u{1e}"];

/// A path, data and metadata.
pub(super) fn run(input: &[u8]) {
    let [path, data, metadata] = texts(input);
    let objects = [&data, &metadata].map(|text| JsonObject::parse(text));
    for object in objects.iter().flatten() {
        let (compact, pretty) = (object.as_str(), object.pretty());
        for form in [compact, &pretty] {
            assert_eq!(JsonObject::parse(form).ok().as_ref(), Some(object), "{compact}: another object as {form}");
        }
        assert!(compact.len() <= data.len().max(metadata.len()));
        if let Ok(value) = serde_json::from_str::<Value>(compact) {
            assert_eq!(object.to_value(), value);
        }
    }
    let Ok(path) = KeyPath::parse(&path) else { return };
    assert!(path.as_str().chars().count() <= model::payload::PATH_MAX);
    assert_eq!(KeyPath::parse(path.as_str()).as_ref(), Ok(&path));
    let value = path.value(data.as_bytes(), metadata.as_bytes());
    let order = Order::ByKey(path);
    let key = order.key(data.as_bytes(), metadata.as_bytes());
    assert!(key.is_none_or(|key| key.code() < 0), "a key equals that of all deliveries");
    assert!(key.is_none() || value.is_some(), "a key without a value");
    // Spaces between tokens do not change the order.
    if let [Ok(data), Ok(metadata)] = &objects {
        assert_eq!(order.key(data.pretty().as_bytes(), metadata.pretty().as_bytes()), key);
    }
    let stored = serde_json::to_string(&order).unwrap();
    assert_eq!(serde_json::from_str::<Order>(&stored).ok().as_ref(), Some(&order));
}
