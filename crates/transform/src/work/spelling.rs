//! Spelling of numbers and texts in the event, to be written again where a script left them alone.
//!
//! JavaScript's numbers cannot hold `1.10`, `1e400` or `0.1234567890123456789`. A number that still stands in the object
//! and under the name where the event has it is written as the event spells it. When it was copied elsewhere, its own
//! spelling is used if it has more digits than JavaScript's number, else the usual one, which has the same value.

use rquickjs::Value;
use std::collections::HashMap;

/// A member of an object or an element of an array.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) enum Key {
    Name(String),
    Index(usize),
}

#[derive(Default)]
pub(super) struct Spelling<'js, 's> {
    /// By the bits of the number: spellings of numbers that JavaScript cannot hold, `None` when two share the bits.
    lossy: HashMap<u64, Option<&'s str>>,
    /// By container (kept alive, so that no other one gets its address): bits and spelling of each unusual number.
    places: HashMap<Value<'js>, HashMap<Key, (u64, &'s str)>>,
    /// Texts whose escapes are not the usual ones, by identity.
    texts: HashMap<Value<'js>, &'s str>,
}

impl<'js, 's> Spelling<'js, 's> {
    pub(super) fn note_number(&mut self, container: &Value<'js>, key: &Key, number: f64, source: &'s str) {
        let usual = usual(number);
        if usual.as_deref() == Some(source) {
            return;
        }
        let bits = number.to_bits();
        self.places.entry(container.clone()).or_default().insert(key.clone(), (bits, source));
        if usual.is_none_or(|usual| digits(&usual) != digits(source)) {
            let known = self.lossy.entry(bits).or_insert(Some(source));
            if known.is_some_and(|known| known != source) {
                *known = None;
            }
        }
    }

    pub(super) fn note_text(&mut self, text: &Value<'js>, source: &'s str) {
        self.texts.insert(text.clone(), source);
    }

    /// The JSON of a number at its place; `None` when it is no JSON number.
    pub(super) fn number(&self, container: &Value<'js>, key: &Key, number: f64) -> Option<String> {
        let bits = number.to_bits();
        if let Some((known, source)) = self.places.get(container).and_then(|places| places.get(key))
            && *known == bits
        {
            return Some((*source).to_owned());
        }
        self.lossy.get(&bits).copied().flatten().map(str::to_owned).or_else(|| usual(number))
    }

    pub(super) fn text(&self, text: &Value<'js>) -> Option<&'s str> {
        if self.texts.is_empty() { None } else { self.texts.get(text).copied() }
    }
}

/// JavaScript's spelling of a number, as far as it matters: integers without a fraction, the shortest decimal otherwise.
fn usual(number: f64) -> Option<String> {
    if !number.is_finite() {
        return None;
    }
    if number == number.trunc() && number.abs() < 1e21 {
        return Some(if number == 0.0 { "0".to_owned() } else { format!("{number:.0}") });
    }
    serde_json::to_string(&number).ok()
}

/// The value of a number's spelling: its sign, its digits without zeros at either end, and the power of ten behind them.
fn digits(source: &str) -> (bool, String, i64) {
    let (mantissa, exponent) = source.split_once(['e', 'E']).unwrap_or((source, "0"));
    let exponent: i64 = exponent.parse().unwrap_or(i64::MAX / 2);
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{}{fraction}", whole.trim_start_matches('-'));
    let significant = all.trim_end_matches('0');
    let power = exponent.saturating_sub(fraction.len() as i64).saturating_add((all.len() - significant.len()) as i64);
    let significant = significant.trim_start_matches('0');
    if significant.is_empty() {
        return (false, String::new(), 0);
    }
    (mantissa.starts_with('-'), significant.to_owned(), power)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_numbers_have_equal_digits() {
        for (a, b) in
            [("1.10", "1.1"), ("1e2", "100"), ("-0.50e1", "-5"), ("0.0", "0"), ("1E+2", "100.00"), ("-0", "0")]
        {
            assert_eq!(digits(a), digits(b), "{a} {b}");
        }
        for (a, b) in
            [("1.1", "1.01"), ("1", "-1"), ("0.1234567890123456789", "0.12345678901234568"), ("1e400", "1e300")]
        {
            assert_ne!(digits(a), digits(b), "{a} {b}");
        }
    }

    #[test]
    fn numbers_are_spelled_as_in_javascript() {
        for (number, text) in [(1.0, "1"), (-0.0, "0"), (1.5, "1.5"), (1e20, "100000000000000000000"), (1e21, "1e+21")]
        {
            assert_eq!(usual(number).unwrap(), text);
        }
        assert_eq!(usual(f64::NAN), None);
    }
}
