//! The pace of a replay: its rate, and steps that are short for the store. Pure: no clock, no I/O.

use model::Timestamp;
use std::{ops::RangeInclusive, time::Duration};

/// Bounds of the deliveries of a step, which has as many as the store queues in about [`STEP`].
const ROWS: RangeInclusive<usize> = 50..=1_000;
const STEP: Duration = Duration::from_millis(10);
/// Unused allowance of a rate that is kept, at most.
const SAVED: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(super) struct Pace {
    /// Deliveries per second.
    rate: Option<u32>,
    /// The time from which on the allowance is unused.
    unused_from: Timestamp,
    rows: usize,
}

impl Pace {
    /// A pace that allows one delivery at once.
    pub(super) fn new(rate: Option<u32>, now: Timestamp) -> Self {
        let unused_from = rate.map_or(now, |rate| now.before(time_of(1, rate)));
        Self { rate, unused_from, rows: 4 * *ROWS.start() }
    }

    /// Deliveries that may be queued now.
    pub(super) fn rows(&mut self, now: Timestamp) -> usize {
        let Some(rate) = self.rate else { return self.rows };
        self.unused_from = self.unused_from.max(now.before(SAVED)).min(now);
        let micros = now.since(self.unused_from).as_micros();
        let allowed = micros * u128::from(rate) / 1_000_000;
        usize::try_from(allowed).unwrap_or(usize::MAX).min(self.rows)
    }

    /// Accounts for a step.
    pub(super) fn stepped(&mut self, queued: usize, took: Duration) {
        if let Some(rate) = self.rate {
            self.unused_from = self.unused_from.after(time_of(queued, rate));
        }
        let rows = if took > STEP { self.rows / 2 } else { self.rows + self.rows / 4 };
        self.rows = rows.clamp(*ROWS.start(), *ROWS.end());
    }
}

/// The time in which a rate allows this many deliveries, rounded up.
fn time_of(deliveries: usize, rate: u32) -> Duration {
    Duration::from_micros((deliveries as u64 * 1_000_000).div_ceil(u64::from(rate.max(1))))
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::from_millis(1_000_000);

    #[test]
    fn a_rate_holds_over_any_time() {
        for rate in [1, 7, 100, 3_333, 70_000] {
            let (mut pace, mut now, mut queued) = (Pace::new(Some(rate), START), START, 0);
            for round in 0..2_000 {
                let rows = pace.rows(now);
                queued += rows;
                pace.stepped(rows, Duration::from_millis(if round % 3 == 0 { 11 } else { 1 }));
                now = now.after(Duration::from_millis(10));
                let most = now.since(START).as_micros() as u64 * u64::from(rate) / 1_000_000 + 1;
                assert!(queued as u64 <= most, "{rate}: {queued} in {:?}", now.since(START));
            }
            // The steps are large enough for it: 50 to 1,000 each.
            let expected = 20 * u64::from(rate);
            let capped = expected.min(2_000 * 50);
            assert!(queued as u64 >= capped * 98 / 100, "{rate}: {queued} of {expected}");
        }
    }

    #[test]
    fn unused_allowance_is_kept_for_a_second() {
        let mut pace = Pace::new(Some(10), START);
        assert_eq!(pace.rows(START), 1);
        pace.stepped(1, Duration::ZERO);
        assert_eq!(pace.rows(START), 0);
        assert_eq!(pace.rows(START.after(Duration::from_millis(100))), 1);
        assert_eq!(pace.rows(START.after(Duration::from_secs(3_600))), 10);
        // A clock that goes back allows nothing more.
        assert_eq!(pace.rows(START), 0);
    }

    #[test]
    fn steps_become_as_large_as_the_store_is_fast() {
        let mut pace = Pace::new(None, START);
        assert_eq!(pace.rows(START), 200);
        pace.stepped(200, Duration::from_millis(1));
        assert_eq!(pace.rows(START), 250);
        for _ in 0..20 {
            pace.stepped(1_000, Duration::from_millis(1));
        }
        assert_eq!(pace.rows(START), 1_000);
        for _ in 0..20 {
            pace.stepped(1_000, Duration::from_millis(11));
        }
        assert_eq!(pace.rows(START), 50);
    }
}
