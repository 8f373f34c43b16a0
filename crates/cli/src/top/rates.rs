//! Rates from counts: the difference over the last seconds.

use super::data::Totals;
use model::Timestamp;
use std::{collections::VecDeque, time::Duration};

/// Period that rates are averaged over.
const PERIOD: Duration = Duration::from_secs(5);

/// Events, deliveries and attempts per second.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct PerSecond {
    pub(super) published: f64,
    pub(super) delivered: f64,
    pub(super) failed: f64,
    pub(super) retried: f64,
}

/// Counts of the last seconds.
#[derive(Debug, Default)]
pub(super) struct Rates(VecDeque<(Timestamp, Totals)>);

impl Rates {
    /// Adds the counts at a time of the server. Counts of another node, or of a restarted one, begin anew.
    pub(super) fn add(&mut self, at: Timestamp, totals: Totals) {
        if self.0.back().is_some_and(|(last, known)| known.since != totals.since || *last >= at) {
            self.0.clear();
        }
        self.0.push_back((at, totals));
        // One older than the period is kept, to have the whole period.
        while self.0.get(1).is_some_and(|(second, _)| at.since(*second) >= PERIOD) {
            self.0.pop_front();
        }
    }

    /// `None` before the second counts.
    pub(super) fn per_second(&self) -> Option<PerSecond> {
        let ((from, before), (to, after)) = (self.0.front()?, self.0.back()?);
        let seconds = to.since(*from).as_secs_f64();
        if seconds <= 0.0 {
            return None;
        }
        let rate = |before: u64, after: u64| after.saturating_sub(before) as f64 / seconds;
        Some(PerSecond {
            published: rate(before.published, after.published),
            delivered: rate(before.delivered, after.delivered),
            failed: rate(before.failed, after.failed),
            retried: rate(before.retried, after.retried),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    fn at(seconds: u64) -> Timestamp {
        START.after(Duration::from_secs(seconds))
    }

    fn totals(since: Timestamp, published: u64) -> Totals {
        Totals { since, published, delivered: published / 2, failed: 0, retried: 1 }
    }

    #[test]
    fn a_rate_is_the_difference_over_the_last_five_seconds() {
        let mut rates = Rates::default();
        rates.add(at(0), totals(START, 1_000));
        assert_eq!(rates.per_second(), None);
        for second in 1..=10 {
            rates.add(at(second), totals(START, 1_000 + second * 100));
        }
        let found = rates.per_second().unwrap();
        assert_eq!((found.published, found.delivered, found.retried), (100.0, 50.0, 0.0));
        // Five seconds without an event.
        for second in 11..=16 {
            rates.add(at(second), totals(START, 2_000));
        }
        assert_eq!(rates.per_second().unwrap().published, 0.0);
    }

    #[test]
    fn a_restarted_server_begins_anew() {
        let mut rates = Rates::default();
        rates.add(at(0), totals(START, 1_000));
        rates.add(at(1), totals(at(1), 5));
        assert_eq!(rates.per_second(), None);
        rates.add(at(2), totals(at(1), 15));
        assert_eq!(rates.per_second().unwrap().published, 10.0);
        // The server's clock was set back.
        rates.add(at(1), totals(at(1), 20));
        assert_eq!(rates.per_second(), None);
    }
}
