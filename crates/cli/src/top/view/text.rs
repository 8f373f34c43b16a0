//! Numbers, times and foreign text for a terminal.

use model::Timestamp;

/// Replaces control characters, which a terminal would obey, and line breaks. Texts of receivers and tenants are
/// foreign.
pub(in crate::top) fn clean(text: &str) -> String {
    let is_hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    text.chars().map(|c| if is_hidden(c) { '\u{b7}' } else { c }).collect()
}

/// A URL without its scheme and query, which may contain a credential.
pub(in crate::top) fn place(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    clean(rest.split(['?', '#']).next().unwrap_or_default())
}

/// A number with separators; `+` marks a lower bound.
pub(in crate::top) fn count(number: u64, is_lower_bound: bool) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if is_lower_bound {
        text.push('+');
    }
    text
}

/// The time from `from` to `to`, to one unit; `now` when there is none.
pub(in crate::top) fn age(from: Timestamp, to: Timestamp) -> String {
    let seconds = to.since(from).as_secs();
    match seconds {
        0 => "now".to_owned(),
        1..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// A rate with one digit after the point, below a hundred.
pub(in crate::top) fn rate(per_second: f64) -> String {
    if per_second < 100.0 { format!("{per_second:.1}") } else { count(per_second.round() as u64, false) }
}

pub(in crate::top) fn bytes(number: u64) -> String {
    match number {
        0..1_024 => format!("{number} B"),
        1_024..1_048_576 => format!("{:.1} KiB", number as f64 / 1_024.0),
        _ => format!("{:.1} MiB", number as f64 / 1_048_576.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn control_characters_of_foreign_text_do_not_reach_the_terminal() {
        assert_eq!(clean("a\x1b[2J\nb\u{202e}c\u{7f}"), "a·[2J·b·c·");
        assert_eq!(clean("Späher"), "Späher");
        assert_eq!(place("https://example.com/hook?token=secret#x"), "example.com/hook");
    }

    #[test]
    fn numbers_and_ages_are_short() {
        assert_eq!((count(999, false), count(1_234_567, true)), ("999".into(), "1,234,567+".into()));
        assert_eq!((rate(0.0), rate(99.94), rate(1_234.5)), ("0.0".into(), "99.9".into(), "1,235".into()));
        let start = Timestamp::from_millis(1_800_000_000_000);
        for (seconds, shown) in [(0, "now"), (119, "119 s"), (120, "2 min"), (7_200, "2 h"), (172_800, "2 d")] {
            assert_eq!(age(start, start.after(Duration::from_secs(seconds))), shown);
        }
        assert_eq!(age(start.after(Duration::from_secs(9)), start), "now", "a time in the future");
    }
}
