//! `Retry-After` (RFC 9110, section 10.2.3).

use model::Timestamp;
use std::time::Duration;

/// A parsed `Retry-After`: seconds, or a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RetryAfter {
    Seconds(u64),
    At(Timestamp),
}

impl RetryAfter {
    /// The first valid value of a field line, which may have several with commas between them. Seconds saturate at 64
    /// bits.
    pub(super) fn parse(line: &str) -> Option<Self> {
        // A date itself has a comma ("Sun, 06 Nov 1994 …").
        let parts: Vec<&str> = line.split(',').collect();
        (0..parts.len()).find_map(|at| {
            let date = || Self::date(&parts[at..(at + 2).min(parts.len())].join(","));
            Self::seconds(parts[at]).or_else(date).or_else(|| Self::date(parts[at]))
        })
    }

    fn seconds(text: &str) -> Option<Self> {
        let text = text.trim();
        let is_number = !text.is_empty() && text.bytes().all(|c| c.is_ascii_digit());
        is_number.then(|| Self::Seconds(text.parse().unwrap_or(u64::MAX)))
    }

    fn date(text: &str) -> Option<Self> {
        let since = httpdate::parse_http_date(text.trim()).ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
        Some(Self::At(Timestamp::from_micros(i64::try_from(since.as_micros()).ok()?)))
    }

    pub(crate) fn from(self, now: Timestamp) -> Duration {
        match self {
            Self::Seconds(seconds) => Duration::from_secs(seconds),
            Self::At(at) => at.since(now),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Option<Duration> {
        RetryAfter::parse(text).map(|after| after.from(Timestamp::from_millis(784_111_770_000)))
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        for (text, expected) in [
            ("120", seconds(120)),
            (" 120 ", seconds(120)),
            ("0", seconds(0)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", seconds(7)),
            ("Sunday, 06-Nov-94 08:49:37 GMT", seconds(7)),
            ("Sun Nov  6 08:49:37 1994", seconds(7)),
            ("Wed, 06 Nov 1974 08:49:37 GMT", seconds(0)),
            ("18446744073709551615", seconds(u64::MAX)),
            ("18446744073709551616", seconds(u64::MAX)),
            ("99999999999999999999999999999999", seconds(u64::MAX)),
            ("30, 60", seconds(30)),
            ("soon, 60", seconds(60)),
            (", 60", seconds(60)),
            ("soon, Sun, 06 Nov 1994 08:49:37 GMT, 60", seconds(7)),
            ("Sun, 06 Nov 1994 08:49:37 GMT, 60", seconds(7)),
            ("60, Sun, 06 Nov 1994 08:49:37 GMT", seconds(60)),
            ("soon", None),
            ("-5", None),
            ("+5", None),
            ("1.5", None),
            ("", None),
            ("Sun, 32 Nov 1994 08:49:37 GMT", None),
        ] {
            assert_eq!(read(text), expected, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn no_value_panics(text in "\\PC{0,60}", now: i64) {
            let _ = RetryAfter::parse(&text).map(|after| after.from(Timestamp::from_micros(now)));
        }
    }
}
