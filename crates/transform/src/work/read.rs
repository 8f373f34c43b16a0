//! JSON to JavaScript values. Integers beyond 2^53 become BigInt; unusual spellings are noted.

use super::{
    spelling::{Key, Spelling},
    tools::Tools,
    write,
};
use rquickjs::{Array, Error, Object, Result, String as JsString, Value};
use serde::{Deserialize, Deserializer, de::Visitor};
use std::fmt;

/// Largest integer that JavaScript's numbers hold exactly: 2^53 - 1.
const SAFE: u64 = (1 << 53) - 1;

/// Longest integer that becomes a BigInt: the conversion takes quadratic time.
const DIGITS_MAX: usize = 1_000;

pub(super) struct Reader<'a, 'js, 's> {
    tools: &'a Tools<'js>,
    spelling: &'a mut Spelling<'js, 's>,
    json: &'s str,
    at: usize,
}

/// Reads JSON that the host has checked: it is well-formed and of bounded depth. Other text is an error or a wrong value,
/// never a panic.
pub(super) fn read<'js, 's>(tools: &Tools<'js>, spelling: &mut Spelling<'js, 's>, json: &'s str) -> Result<Value<'js>> {
    let root = Value::new_undefined(tools.ctx.clone());
    Reader { tools, spelling, json, at: 0 }.value(&root, &Key::Index(0))
}

impl<'js, 's> Reader<'_, 'js, 's> {
    fn value(&mut self, container: &Value<'js>, key: &Key) -> Result<Value<'js>> {
        let ctx = self.tools.ctx.clone();
        match self.peek()? {
            b'{' => self.object(),
            b'[' => self.array(),
            b'"' => {
                let source = self.string()?;
                let text = unescape(source)?;
                let value = JsString::from_str(ctx, &text)?.into_value();
                if source.contains('\\') && write::quoted(&text) != source {
                    self.spelling.note_text(&value, source);
                }
                Ok(value)
            }
            b't' => self.word("true", Value::new_bool(ctx, true)),
            b'f' => self.word("false", Value::new_bool(ctx, false)),
            b'n' => self.word("null", Value::new_null(ctx)),
            _ => self.number(container, key),
        }
    }

    fn object(&mut self) -> Result<Value<'js>> {
        self.at += 1;
        let object = Object::new(self.tools.ctx.clone())?;
        while self.peek()? != b'}' {
            let name = unescape(self.string()?)?;
            self.expect(b':')?;
            let key = Key::Name(name);
            let value = self.value(object.as_value(), &key)?;
            if let Key::Name(name) = key {
                object.set(name, value)?;
            }
            if self.peek()? == b',' {
                self.at += 1;
            }
        }
        self.at += 1;
        Ok(object.into_value())
    }

    fn array(&mut self) -> Result<Value<'js>> {
        self.at += 1;
        let array = Array::new(self.tools.ctx.clone())?;
        let mut length = 0;
        while self.peek()? != b']' {
            let value = self.value(array.as_value(), &Key::Index(length))?;
            array.set(length, value)?;
            length += 1;
            if self.peek()? == b',' {
                self.at += 1;
            }
        }
        self.at += 1;
        Ok(array.into_value())
    }

    fn number(&mut self, container: &Value<'js>, key: &Key) -> Result<Value<'js>> {
        let rest = self.json.get(self.at..).unwrap_or_default();
        let part = |c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E');
        let source = &rest[..rest.find(|c| !part(c)).unwrap_or(rest.len())];
        if source.is_empty() {
            return Err(Error::Unknown);
        }
        self.at += source.len();
        let digits = source.trim_start_matches('-');
        let is_integer = digits.bytes().all(|byte| byte.is_ascii_digit());
        let is_safe = digits.parse::<u64>().is_ok_and(|number| number <= SAFE);
        if is_integer && !is_safe && digits.len() <= DIGITS_MAX {
            return self.tools.big(source);
        }
        let number: f64 = source.parse().map_err(|_| Error::Unknown)?;
        self.spelling.note_number(container, key, number, source);
        // `new_number` makes an integer of -0.
        let new = if number == 0.0 { Value::new_float } else { Value::new_number };
        Ok(new(self.tools.ctx.clone(), number))
    }

    fn word(&mut self, word: &str, value: Value<'js>) -> Result<Value<'js>> {
        self.at += word.len();
        Ok(value)
    }

    /// The next byte that is no whitespace.
    fn peek(&mut self) -> Result<u8> {
        while let Some(byte) = self.json.as_bytes().get(self.at) {
            if !byte.is_ascii_whitespace() {
                return Ok(*byte);
            }
            self.at += 1;
        }
        Err(Error::Unknown)
    }

    fn expect(&mut self, byte: u8) -> Result<()> {
        if self.peek()? != byte {
            return Err(Error::Unknown);
        }
        self.at += 1;
        Ok(())
    }

    /// A string with its quotes.
    fn string(&mut self) -> Result<&'s str> {
        self.peek()?;
        let bytes = self.json.as_bytes();
        let mut end = self.at + 1;
        loop {
            match bytes.get(end).ok_or(Error::Unknown)? {
                b'"' => break,
                b'\\' => end += 2,
                _ => end += 1,
            }
        }
        let source = self.json.get(self.at..=end).ok_or(Error::Unknown)?;
        self.at = end + 1;
        Ok(source)
    }
}

/// The content of a quoted string, with U+FFFD for lone surrogates.
fn unescape(source: &str) -> Result<String> {
    serde_json::from_str(source).map(|Lossy(text)| text).map_err(|_| Error::Unknown)
}

/// A text that may have escapes of lone surrogates, which serde_json refuses for strings, but not for bytes.
struct Lossy(String);

impl<'de> Deserialize<'de> for Lossy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Bytes;
        impl Visitor<'_> for Bytes {
            type Value = Lossy;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_bytes<E>(self, bytes: &[u8]) -> std::result::Result<Lossy, E> {
                Ok(Lossy(String::from_utf8_lossy(bytes).into_owned()))
            }
        }
        deserializer.deserialize_bytes(Bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lone_surrogates_are_replaced() {
        assert_eq!(unescape(r#""aé\n\ud83d\ude00""#).unwrap(), "aé\n😀");
        assert!(unescape(r#""\ud83d""#).unwrap().starts_with('\u{fffd}'));
        assert!(unescape(r#""\x""#).is_err());
    }
}
