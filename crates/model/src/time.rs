//! A point in time: microseconds since the Unix epoch, shown as ISO 8601 UTC with `Z`.

use std::{fmt, time::Duration};

/// Microseconds since 1970-01-01T00:00:00Z. Shown with millisecond precision, in every API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// The text is not a date and time with an offset.
#[derive(Debug, thiserror::Error)]
#[error("must be an ISO 8601 date and time with an offset, for example 2026-01-31T09:30:00Z")]
pub struct NotATimestamp;

impl Timestamp {
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    pub const fn from_millis(millis: i64) -> Self {
        Self(millis.saturating_mul(1_000))
    }

    pub const fn micros(self) -> i64 {
        self.0
    }

    pub const fn millis(self) -> i64 {
        self.0.div_euclid(1_000)
    }

    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// Truncates to milliseconds, the precision that is shown and thus stored.
    pub const fn to_millis(self) -> Self {
        Self::from_millis(self.millis())
    }

    /// Rounds up to milliseconds: never earlier than `self`.
    pub const fn up_to_millis(self) -> Self {
        Self(self.0.saturating_add(999)).to_millis()
    }

    pub fn after(self, wait: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(wait.as_micros()).unwrap_or(i64::MAX)))
    }

    pub fn before(self, wait: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(wait.as_micros()).unwrap_or(i64::MAX)))
    }

    /// Time elapsed since `earlier`; zero if `earlier` is later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    pub fn parse(text: &str) -> Result<Self, NotATimestamp> {
        let at: jiff::Timestamp = text.trim().parse().map_err(|_| NotATimestamp)?;
        Ok(Self(at.as_microsecond()))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_millisecond(self.millis()) {
            Ok(at) => write!(f, "{at:.3}"),
            Err(_) => f.write_str("0000-00-00T00:00:00.000Z"),
        }
    }
}

impl serde::Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_utc_with_z_and_milliseconds() {
        let at = Timestamp::parse("2025-09-30T14:00:00.123456+02:00").unwrap();
        assert_eq!(at.to_string(), "2025-09-30T12:00:00.123Z");
        assert_eq!(at.micros() % 1_000_000, 123_456);
    }

    #[test]
    fn refuses_a_time_without_offset() {
        assert!(Timestamp::parse("2025-09-30T14:00:00").is_err());
        assert!(Timestamp::parse("yesterday").is_err());
    }

    #[test]
    fn arithmetic_saturates() {
        let at = Timestamp::from_micros(i64::MAX - 1);
        assert_eq!(at.after(Duration::from_secs(10)).micros(), i64::MAX);
        assert_eq!(Timestamp::from_micros(5).since(Timestamp::from_micros(9)), Duration::ZERO);
    }
}
