//! Texts within limits. Vendors count characters as Unicode code points or as UTF-16 units; the larger count is used here.

use super::event::EventFacts;
use serde_json::Value;

/// The event in one line: its type and its tenant.
pub(super) fn title(event: &EventFacts<'_>) -> String {
    format!("{} ({})", event.kind, event.tenant)
}

/// The first `max` UTF-16 units, with an ellipsis in place of the rest. Never splits a character.
pub(super) fn cut(text: &str, max: usize) -> String {
    if text.len() <= max || units(text) <= max {
        return text.to_owned();
    }
    let mut left = max.saturating_sub(1);
    let mut short = String::new();
    for c in text.chars() {
        if c.len_utf16() > left {
            break;
        }
        left -= c.len_utf16();
        short.push(c);
    }
    short.push('…');
    short
}

pub(super) fn units(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// Escapes each character by `escape`, and stops before the result has more than `max` units.
pub(super) fn escaped(text: &str, max: usize, escape: fn(char, &mut String)) -> String {
    let (mut out, mut used) = (String::new(), 0);
    for c in text.chars() {
        let before = out.len();
        escape(c, &mut out);
        used += units(&out[before..]);
        if used > max.saturating_sub(1) {
            out.truncate(before);
            out.push('…');
            break;
        }
    }
    out
}

/// A text without line breaks and other control characters, for titles.
pub(super) fn line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// The event's data, indented by two spaces.
pub(super) fn pretty(json: &str) -> String {
    model::JsonObject::parse(json).map_or_else(|_| json.to_owned(), |object| object.pretty())
}

/// The JSON of an object with one more member, which is given as text so that its numbers keep their digits.
pub(super) fn with_member(object: &Value, name: &str, json: &str) -> String {
    let mut text = object.to_string();
    text.pop();
    text.push_str(&format!(",\"{name}\":{json}}}"));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_between_characters() {
        for (text, max, expected) in [
            ("abc", 3, "abc"),
            ("abcd", 3, "ab…"),
            ("😀😀", 4, "😀😀"),
            ("😀😀😀", 4, "😀…"),
            ("é", 1, "é"),
            ("ab", 1, "…"),
        ] {
            assert_eq!(cut(text, max), expected);
            assert!(units(&cut(text, max)) <= max);
        }
    }
}
