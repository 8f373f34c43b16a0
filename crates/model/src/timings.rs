//! The parts of an attempt's duration.

use std::time::Duration;

/// The parts of an attempt's duration; `None` for parts that did not happen, or that were not measured. A request over a
/// reused connection has no look-up, connection and handshake.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timings {
    pub dns: Option<Duration>,
    pub connect: Option<Duration>,
    pub tls: Option<Duration>,
    /// From the beginning of the request to the response's status.
    pub first_byte: Option<Duration>,
    /// From the response's status to its end.
    pub rest: Option<Duration>,
}

impl Timings {
    const fn parts(self) -> [Option<Duration>; 5] {
        [self.dns, self.connect, self.tls, self.first_byte, self.rest]
    }

    pub fn is_empty(self) -> bool {
        self.parts().iter().all(Option::is_none)
    }

    /// The text that stores keep: microseconds, separated by commas. `None` without any part.
    pub fn stored(self) -> Option<String> {
        if self.is_empty() {
            return None;
        }
        let text = |part: Option<Duration>| part.map(|part| part.as_micros().to_string()).unwrap_or_default();
        Some(self.parts().map(text).join(","))
    }

    /// Parses the text that stores keep.
    pub fn from_stored(text: &str) -> Option<Self> {
        let part = |text: &str| match text {
            "" => Some(None),
            _ if text.bytes().all(|byte| byte.is_ascii_digit()) => {
                text.parse().ok().map(|us| Some(Duration::from_micros(us)))
            }
            _ => None,
        };
        let parts: Vec<Option<Duration>> = text.split(',').map(part).collect::<Option<_>>()?;
        let [dns, connect, tls, first_byte, rest] = parts.try_into().ok()?;
        Some(Self { dns, connect, tls, first_byte, rest })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_timings_are_read_again() {
        let us = |us| Some(Duration::from_micros(us));
        let reused = Timings { first_byte: us(1_500), rest: us(0), ..Timings::default() };
        let fresh = Timings { dns: us(1), connect: us(2), tls: us(3), ..reused };
        for (timings, text) in [(reused, ",,,1500,0"), (fresh, "1,2,3,1500,0")] {
            assert_eq!(timings.stored().as_deref(), Some(text));
            assert_eq!(Timings::from_stored(text), Some(timings));
        }
        assert_eq!(Timings::default().stored(), None);
        for bad in ["", "1,2,3,4", "1,2,3,4,5,6", "1,2,3,4,x", "+1,,,,", "1,,,,99999999999999999999"] {
            assert_eq!(Timings::from_stored(bad), None, "{bad}");
        }
    }
}
