//! Searches in payloads: a path, a value, data.

use crate::input::texts;
use model::{PayloadMatch, PayloadPath, PayloadValue, payload};
use serde_json::Value;

pub(super) const WORDS: &[&str] =
    &["data.", "metadata.", "[0]", "[*]", "[\"", "\"]", "$.", "{\"a\":", "1.0e2", "1e999999999999999999", "\u{1e}"];

pub(super) fn run(input: &[u8]) {
    let [path, value, data] = texts(input);
    let value = PayloadValue::parse(&value).inspect(|_| assert!(value.chars().count() <= payload::VALUE_MAX));
    let (Ok(path), Ok(value)) = (PayloadPath::parse(&path), value) else { return };
    let (search, spaced) = (PayloadMatch { path, value }, data.replace(',', " ,\n "));
    let matches = search.matches(data.as_bytes(), b"{}");
    let is_json = serde_json::from_str::<Value>(&data).is_ok();
    // A comma within a string is no space between tokens.
    if is_json && !data.contains('"') {
        assert_eq!(search.matches(spaced.as_bytes(), b"{}"), matches, "spaces decide");
    }
    assert!(!search.matches(b"", b"") && !search.matches(b"[", b"["));
}
