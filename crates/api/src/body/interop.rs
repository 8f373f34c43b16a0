//! Finds well-formed JSON that many receivers cannot read (RFC 8259, sections 6, 8.2 and 9; RFC 7493, I-JSON). Payloads
//! are delivered byte for byte, so such JSON would fail at the receiver.

use std::fmt;

/// Maximum nesting of objects and arrays.
const DEPTH_MAX: usize = 128;

/// The reason for which many receivers cannot read a JSON text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unreadable {
    Depth,
    /// A number beyond the range of an IEEE 754 double.
    Number,
    /// Half of a UTF-16 surrogate pair, which is not a character.
    Surrogate,
}

impl std::error::Error for Unreadable {}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "must not have {}", self.what())
    }
}

impl Unreadable {
    fn what(self) -> String {
        match self {
            Self::Depth => format!("objects and arrays nested deeper than {DEPTH_MAX}"),
            Self::Number => "numbers beyond an IEEE 754 double, such as 1e400".into(),
            Self::Surrogate => "half of a surrogate pair, such as \\ud800 alone".into(),
        }
    }

    /// The warning when such JSON is accepted; `None` when it is always refused.
    pub(crate) fn warning(self) -> Option<String> {
        match self {
            Self::Depth => None,
            Self::Number | Self::Surrogate => {
                Some(format!("has {}; it is passed on as it is, and many receivers cannot read it", self.what()))
            }
        }
    }
}

/// Checks a JSON text that is known to be well-formed.
pub(crate) fn check(json: &str) -> Result<(), Unreadable> {
    let bytes = json.as_bytes();
    let (mut at, mut depth) = (0, 0usize);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => {
                at = end_of_string(bytes, at + 1)?;
                continue;
            }
            b'{' | b'[' => {
                depth += 1;
                if depth > DEPTH_MAX {
                    return Err(Unreadable::Depth);
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'-' | b'0'..=b'9' => {
                let end = bytes[at..].iter().position(|byte| !is_of_number(*byte)).map_or(bytes.len(), |n| at + n);
                check_number(&json[at..end])?;
                at = end;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    Ok(())
}

const fn is_of_number(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E')
}

/// A number with at most this many characters and no exponent is below 1e308.
const SHORT: usize = 308;

fn check_number(text: &str) -> Result<(), Unreadable> {
    if text.len() <= SHORT && !text.bytes().any(|byte| byte | 0x20 == b'e') {
        return Ok(());
    }
    if text.parse::<f64>().is_ok_and(f64::is_finite) { Ok(()) } else { Err(Unreadable::Number) }
}

/// The index after the closing quote of a string that begins at `at`.
fn end_of_string(bytes: &[u8], mut at: usize) -> Result<usize, Unreadable> {
    loop {
        match bytes.get(at) {
            None => return Ok(at),
            Some(b'"') => return Ok(at + 1),
            Some(b'\\') if bytes.get(at + 1) == Some(&b'u') => match unit(bytes, at) {
                Some(0xd800..=0xdbff) => match unit(bytes, at + 6) {
                    Some(0xdc00..=0xdfff) => at += 12,
                    _ => return Err(Unreadable::Surrogate),
                },
                Some(0xdc00..=0xdfff) => return Err(Unreadable::Surrogate),
                _ => at += 6,
            },
            Some(b'\\') => at += 2,
            Some(_) => at += 1,
        }
    }
}

/// The UTF-16 code unit of the escape `\uXXXX` at `at`.
fn unit(bytes: &[u8], at: usize) -> Option<u16> {
    let escape = bytes.get(at..at + 6)?;
    let hex = escape.strip_prefix(b"\\u")?;
    u16::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_that_receivers_cannot_read_is_refused() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let rows = [
            (r#"{"a": 1e308, "b": -1.5E+10, "c": 0}"#.to_owned(), Ok(())),
            (r#"{"a": 1e400}"#.to_owned(), Err(Unreadable::Number)),
            (r#"{"a": [-1E309]}"#.to_owned(), Err(Unreadable::Number)),
            (r#"{"a": 1e-400}"#.to_owned(), Ok(())),
            (format!("[{}]", "9".repeat(308)), Ok(())),
            (format!("[{}]", "9".repeat(310)), Err(Unreadable::Number)),
            (r#"{"a": "1e400 [[[ {"}"#.to_owned(), Ok(())),
            (r#"["\ud83d\ude00"]"#.to_owned(), Ok(())),
            (r#"["\ud83d"]"#.to_owned(), Err(Unreadable::Surrogate)),
            (r#"["\ud83dx\ude00"]"#.to_owned(), Err(Unreadable::Surrogate)),
            (r#"["\ude00"]"#.to_owned(), Err(Unreadable::Surrogate)),
            (r#"["\\ud83d", "\"\\"]"#.to_owned(), Ok(())),
            (r#"{"\udfff": 1}"#.to_owned(), Err(Unreadable::Surrogate)),
            (nested(128), Ok(())),
            (nested(129), Err(Unreadable::Depth)),
            ("[".to_owned() + &"[],".repeat(500) + "[]]", Ok(())),
        ];
        for (json, expected) in rows {
            let _: Box<serde_json::value::RawValue> = serde_json::from_str(&json).unwrap();
            assert_eq!(check(&json), expected, "{}", &json[..json.len().min(60)]);
        }
    }

    proptest::proptest! {
        #[test]
        fn json_that_serde_json_reads_into_values_is_accepted(value in "[\\[\\]{},:\"\\\\0-9eE.+-ud8c ]{0,40}") {
            // `serde_json` refuses the same three things when it reads into values.
            if serde_json::from_str::<serde_json::Value>(&value).is_ok() {
                proptest::prop_assert_eq!(check(&value), Ok(()));
            } else if serde_json::from_str::<serde::de::IgnoredAny>(&value).is_ok() {
                proptest::prop_assert!(check(&value).is_err());
            }
        }
    }
}
