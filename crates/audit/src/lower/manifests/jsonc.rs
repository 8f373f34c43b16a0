//! JSON with comments and trailing commas, as build tools write it.

use serde_json::Value;

/// The value of a text; `None` when it is no JSON either way.
pub(super) fn parse(text: &str) -> Option<Value> {
    let text = text.trim_start_matches('\u{feff}');
    serde_json::from_str(text).or_else(|_| serde_json::from_str(&plain(text))).ok()
}

/// The text without comments and trailing commas.
fn plain(text: &str) -> String {
    let mut kept: Vec<u8> = Vec::with_capacity(text.len());
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        let length = match rest {
            [b'"', ..] => string(rest),
            [b'/', b'/', ..] => {
                at += rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
                continue;
            }
            [b'/', b'*', ..] => {
                at += 2 + rest[2..].windows(2).position(|pair| pair == b"*/").map_or(rest.len() - 2, |end| end + 2);
                continue;
            }
            [b']' | b'}', ..] => {
                let end = kept.trim_ascii_end().len();
                if kept[..end].ends_with(b",") {
                    kept.truncate(end - 1);
                }
                1
            }
            _ => 1,
        };
        kept.extend(&rest[..length]);
        at += length;
    }
    String::from_utf8(kept).unwrap_or_default()
}

/// The length of a string with its quotes.
fn string(text: &[u8]) -> usize {
    let mut at = 1;
    while let Some(byte) = text.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn comments_and_trailing_commas_are_left_out() {
        let text = "\u{feff}{ // a\n \"a//b\": [1, 2, /* , */ ], \"c\\\"/*\": \"*/\",\n}\n";
        assert_eq!(parse(text), Some(json!({"a//b": [1, 2], "c\"/*": "*/"})));
        for odd in ["{", "/*", "\"", "{\"a\\", "", "]", ",}"] {
            assert_eq!(parse(odd), None, "{odd}");
        }
    }
}
