//! Retention of statistics.

use super::Hour;
use crate::Timestamp;
use std::time::Duration;

/// How long statistics are kept, in days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatisticsRetention {
    /// By the hour; older ones are kept by the day.
    pub hours: u32,
    /// By the day.
    pub days: u32,
}

impl Default for StatisticsRetention {
    fn default() -> Self {
        Self { hours: 90, days: 730 }
    }
}

impl StatisticsRetention {
    /// The first hour of the oldest day that is kept by the hour.
    pub fn hours_from(self, now: Timestamp) -> Hour {
        day_before(now, self.hours)
    }

    /// The first hour of the oldest day that is kept.
    pub fn days_from(self, now: Timestamp) -> Hour {
        day_before(now, self.days.max(self.hours))
    }
}

fn day_before(now: Timestamp, days: u32) -> Hour {
    Hour::of(now.before(Duration::from_secs(u64::from(days) * 24 * 60 * 60))).day()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_days_are_kept_and_days_not_shorter_than_hours() {
        let now = Timestamp::parse("2026-03-31T13:45:00Z").unwrap();
        let kept = StatisticsRetention { hours: 30, days: 10 };
        assert_eq!(kept.hours_from(now).to_string(), "2026-03-01T00:00:00.000Z");
        assert_eq!(kept.days_from(now), kept.hours_from(now));
        let kept = StatisticsRetention { hours: 0, days: 365 };
        assert_eq!(kept.days_from(now).to_string(), "2025-03-31T00:00:00.000Z");
    }
}
