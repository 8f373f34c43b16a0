//! Rate limits: the generic cell rate algorithm (GCRA, ITU-T I.371), which is a leaky bucket that stores one instant.

use crate::{invalid::Invalid, time::Timestamp};
use serde::{Deserialize, Serialize};
use std::{ops::RangeInclusive, time::Duration};

/// Allowed values of [`RateLimit::limit`].
pub const LIMIT: RangeInclusive<u64> = 1..=1_000_000;

/// The time to which a limit refers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    Second,
    Minute,
    Hour,
}

impl Period {
    pub const ALL: [Self; 3] = [Self::Second, Self::Minute, Self::Hour];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Second => "second",
            Self::Minute => "minute",
            Self::Hour => "hour",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|period| period.name() == name)
    }

    pub const fn duration(self) -> Duration {
        Duration::from_secs(match self {
            Self::Second => 1,
            Self::Minute => 60,
            Self::Hour => 3_600,
        })
    }
}

/// A limit per period with a burst. Constructed by [`RateLimit::try_new`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct RateLimit {
    limit: u32,
    period: Period,
    burst: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    limit: u64,
    period: Period,
    burst: u64,
}

impl TryFrom<Unchecked> for RateLimit {
    type Error = Invalid;

    fn try_from(Unchecked { limit, period, burst }: Unchecked) -> Result<Self, Invalid> {
        Self::try_new(limit, period, Some(burst))
    }
}

impl RateLimit {
    /// `burst` is the number that may pass at once after a time of rest; by default a tenth of a second's worth, at
    /// least 1. A fault names `limit` or `burst`.
    pub fn try_new(limit: u64, period: Period, burst: Option<u64>) -> Result<Self, Invalid> {
        if !LIMIT.contains(&limit) {
            let message = format!("must be a whole number from {} to {}", LIMIT.start(), LIMIT.end());
            return Err(Invalid::new("limit", message));
        }
        let burst = burst.unwrap_or_else(|| (limit / (period.duration().as_secs() * 10)).max(1));
        if !(1..=limit).contains(&burst) {
            return Err(Invalid::new("burst", format!("must be a whole number from 1 to the limit, {limit}")));
        }
        // Both are at most a million.
        Ok(Self { limit: limit as u32, period, burst: burst as u32 })
    }

    pub const fn limit(&self) -> u32 {
        self.limit
    }

    pub const fn period(&self) -> Period {
        self.period
    }

    pub const fn burst(&self) -> u32 {
        self.burst
    }

    /// Nanoseconds between two cells at the full rate, for a share of the limit in millionths.
    fn interval(&self, share: u32) -> i64 {
        let nanos = self.period.duration().as_nanos() / u128::from(self.limit);
        let nanos = nanos * u128::from(WHOLE) / u128::from(share.max(1));
        i64::try_from(nanos).unwrap_or(i64::MAX / 4)
    }

    /// The same limit with the burst of a share: in proportion, but at least 1. So the bursts of n nodes add up to at most
    /// `burst + n`.
    fn with_burst_of(self, share: u32) -> Self {
        // At most the burst.
        let burst = (u64::from(self.burst) * u64::from(share.min(WHOLE)) / u64::from(WHOLE)) as u32;
        Self { burst: burst.max(1), ..self }
    }

    /// The time after which no trace of any past cell is left, on whichever of so many nodes it passed.
    pub(super) fn rest(&self, nodes: u32) -> Duration {
        let cells = u64::from(self.burst) + u64::from(nodes);
        Duration::from_nanos(u64::try_from(self.interval(WHOLE)).unwrap_or(0).saturating_mul(cells))
    }

    /// How far the theoretical arrival time may be in the past. The same for every share, so that it adds up to half a
    /// cell over all nodes.
    fn lateness(&self) -> i64 {
        LATE.min(self.interval(WHOLE) / 2)
    }
}

/// The whole limit, as a share in millionths.
pub const WHOLE: u32 = 1_000_000;

/// Longest lateness of a timer that does not lower the rate.
const LATE: i64 = 20_000_000;

/// The state of a limit: the theoretical arrival time (TAT) of the next cell, in nanoseconds since the Unix epoch.
///
/// In any period at most `limit + burst` cells pass, and over a long time the rate is the limit. A cell that passes up to
/// half an interval (at most 20 ms) after its time does not delay the next one, so late timers do not lower the rate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gcra {
    arrival: i64,
}

impl Gcra {
    /// The instant from which `cells` may pass; `None` when they may pass now. More cells than the burst pass when they
    /// would after a time of rest, that is, they use up the burst and delay the next ones.
    pub fn wait(&self, limit: &RateLimit, share: u32, cells: u32, now: Timestamp) -> Option<Timestamp> {
        let now_nanos = nanos(now);
        let interval = limit.interval(share);
        let tolerance = interval.saturating_mul(i64::from(limit.burst) - 1);
        let earliest = self.capped(limit, interval, now_nanos).saturating_sub(tolerance);
        let more = interval.saturating_mul(i64::from(cells.min(limit.burst).saturating_sub(1)));
        let earliest = earliest.saturating_add(more);
        // Rounded up: a timer at the returned instant must not be early.
        (earliest > now_nanos).then(|| Timestamp::from_micros(earliest.saturating_add(999).div_euclid(1_000)))
    }

    /// Counts `cells` that pass now.
    pub fn take(&mut self, limit: &RateLimit, share: u32, cells: u32, now: Timestamp) {
        let now_nanos = nanos(now);
        let interval = limit.interval(share);
        let from = self.capped(limit, interval, now_nanos).max(now_nanos.saturating_sub(limit.lateness()));
        self.arrival = from.saturating_add(interval.saturating_mul(i64::from(cells)));
    }

    /// Takes back cells that were counted and did not pass.
    pub fn give_back(&mut self, limit: &RateLimit, share: u32, cells: u32) {
        let back = limit.interval(share).saturating_mul(i64::from(cells));
        self.arrival = self.arrival.saturating_sub(back);
    }

    /// The time until one more cell may pass than now; after a time of rest, the time that one cell takes.
    pub fn next(&self, limit: &RateLimit, share: u32, now: Timestamp) -> Duration {
        let interval = limit.interval(share).max(1);
        let ahead = self.capped(limit, interval, nanos(now)).saturating_sub(nanos(now)).max(0);
        let full = interval.saturating_mul(i64::from(limit.burst));
        let next = if ahead > full { ahead - full + interval } else { (ahead - 1).rem_euclid(interval) + 1 };
        Duration::from_nanos(u64::try_from(next).unwrap_or(0))
    }

    /// The number of cells that may pass now, at most the burst.
    pub fn remaining(&self, limit: &RateLimit, share: u32, now: Timestamp) -> u32 {
        let interval = limit.interval(share);
        let ahead = self.capped(limit, interval, nanos(now)).saturating_sub(nanos(now)).max(0);
        let used = u32::try_from(ahead.div_euclid(interval.max(1)) + i64::from(ahead % interval.max(1) > 0));
        limit.burst.saturating_sub(used.unwrap_or(u32::MAX))
    }

    /// The time until the whole burst is available again.
    pub fn reset(&self, limit: &RateLimit, share: u32, now: Timestamp) -> Duration {
        let ahead = self.capped(limit, limit.interval(share), nanos(now)).saturating_sub(nanos(now));
        Duration::from_nanos(u64::try_from(ahead).unwrap_or(0))
    }

    /// The number of cells that may pass at once, with its fraction; negative when they exceed a lowered burst.
    fn available(&self, limit: &RateLimit, share: u32, now: i64) -> f64 {
        let interval = limit.interval(share);
        let from = self.capped(limit, interval, now).max(now.saturating_sub(limit.lateness()));
        f64::from(limit.burst) - from.saturating_sub(now) as f64 / interval.max(1) as f64
    }

    /// The state in which this number of cells may pass at once, at most the burst.
    fn with_available(limit: &RateLimit, share: u32, available: f64, now: i64) -> Self {
        let ahead = (f64::from(limit.burst) - available) * limit.interval(share) as f64;
        // A cast of a float saturates.
        Self { arrival: now.saturating_add((ahead as i64).max(-limit.lateness())) }
    }

    /// The stored instant, unless it is further ahead than any cell can have put it: then the clock was ahead, or the
    /// limit was lower.
    fn capped(&self, limit: &RateLimit, interval: i64, now: i64) -> i64 {
        let furthest = interval.saturating_mul(i64::from(limit.limit.max(limit.burst))).saturating_add(interval);
        self.arrival.min(now.saturating_add(furthest))
    }
}

const fn nanos(at: Timestamp) -> i64 {
    at.micros().saturating_mul(1_000)
}

/// A limit with its state, of which this node may use a share, both of the rate and of the burst.
#[derive(Clone, Copy, Debug)]
pub struct Meter {
    limit: RateLimit,
    gcra: Gcra,
    share: u32,
}

impl Meter {
    pub fn new(limit: RateLimit, share: u32) -> Self {
        Self { limit, gcra: Gcra::default(), share }
    }

    pub const fn limit(&self) -> &RateLimit {
        &self.limit
    }

    /// The same state for a changed limit.
    pub const fn with_limit(self, limit: RateLimit) -> Self {
        Self { limit, ..self }
    }

    /// The instant from which a cell may pass; `None` when it may pass now.
    pub fn wait(&self, now: Timestamp) -> Option<Timestamp> {
        self.gcra.wait(&self.scaled(), self.share, 1, now)
    }

    /// Counts a cell that passes now.
    pub fn take(&mut self, now: Timestamp) {
        self.gcra.take(&self.scaled(), self.share, 1, now);
    }

    /// Takes back a cell that was counted and did not pass.
    pub fn give_back(&mut self) {
        self.gcra.give_back(&self.limit, self.share, 1);
    }

    fn scaled(&self) -> RateLimit {
        self.limit.with_burst_of(self.share)
    }

    /// Changes the share. The number of cells that may pass at once is kept: a larger share has a larger burst, but fills
    /// it at its rate, because the cells of that burst may have passed on the node that had the share before.
    pub fn set_share(&mut self, share: u32, now: Timestamp) {
        if share == self.share {
            return;
        }
        let available = self.gcra.available(&self.scaled(), self.share, nanos(now));
        self.share = share;
        self.gcra = Gcra::with_available(&self.scaled(), share, available, nanos(now));
    }

    /// Makes the burst available except for one cell, which has passed already. For a limit that no node used for long.
    pub(super) fn fill(&mut self, now: Timestamp) {
        let limit = self.scaled();
        let full = f64::from(limit.burst) - 1.0;
        if full > self.gcra.available(&limit, self.share, nanos(now)) {
            self.gcra = Gcra::with_available(&limit, self.share, full, nanos(now));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const START: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    fn limit(limit: u64, period: Period, burst: u64) -> RateLimit {
        RateLimit::try_new(limit, period, Some(burst)).unwrap()
    }

    #[test]
    fn bad_limits_name_their_field() {
        for (number, burst, field) in
            [(0, None, "limit"), (1_000_001, None, "limit"), (5, Some(0), "burst"), (5, Some(6), "burst")]
        {
            assert_eq!(RateLimit::try_new(number, Period::Second, burst).unwrap_err().field, field);
        }
    }

    #[test]
    fn the_default_burst_is_a_tenth_of_a_second() {
        for (number, period, burst) in
            [(1, Period::Second, 1), (100, Period::Second, 10), (600, Period::Minute, 1), (7_200, Period::Hour, 1)]
        {
            assert_eq!(RateLimit::try_new(number, period, None).unwrap().burst(), burst);
        }
    }

    #[test]
    fn after_the_burst_each_cell_waits_for_its_interval() {
        let limit = limit(10, Period::Second, 3);
        let mut gcra = Gcra::default();
        for remaining in [3, 2, 1] {
            assert_eq!(gcra.remaining(&limit, WHOLE, START), remaining);
            assert_eq!(gcra.wait(&limit, WHOLE, 1, START), None);
            gcra.take(&limit, WHOLE, 1, START);
        }
        assert_eq!(gcra.remaining(&limit, WHOLE, START), 0);
        let at = gcra.wait(&limit, WHOLE, 1, START).unwrap();
        // Late timers are allowed for by 20 ms.
        assert_eq!(at.since(START), Duration::from_millis(80));
        assert_eq!(gcra.wait(&limit, WHOLE, 1, at), None);
        assert!(gcra.wait(&limit, WHOLE, 1, at.before(Duration::from_micros(1))).is_some());
    }

    #[test]
    fn several_cells_wait_until_all_may_pass() {
        let limit = limit(10, Period::Second, 5);
        let mut gcra = Gcra::default();
        gcra.take(&limit, WHOLE, 4, START);
        assert_eq!(gcra.wait(&limit, WHOLE, 1, START), None);
        assert_eq!(gcra.wait(&limit, WHOLE, 3, START).unwrap().since(START), Duration::from_millis(180));
    }

    #[test]
    fn a_cell_that_did_not_pass_delays_no_other() {
        let limit = limit(1, Period::Hour, 1);
        let mut gcra = Gcra::default();
        for _ in 0..3 {
            gcra.take(&limit, WHOLE, 1, START);
            assert!(gcra.wait(&limit, WHOLE, 1, START).is_some());
            gcra.give_back(&limit, WHOLE, 1);
            assert_eq!(gcra.wait(&limit, WHOLE, 1, START), None);
        }
    }

    #[test]
    fn cells_that_are_given_back_may_pass_again() {
        let limit = limit(10, Period::Second, 5);
        let mut gcra = Gcra::default();
        gcra.take(&limit, WHOLE, 5, START);
        assert_eq!(gcra.remaining(&limit, WHOLE, START), 0);
        gcra.give_back(&limit, WHOLE, 3);
        assert_eq!(gcra.remaining(&limit, WHOLE, START), 3);
        assert_eq!(gcra.wait(&limit, WHOLE, 3, START), None);
    }

    #[test]
    fn the_next_cell_is_announced() {
        let limit = limit(10, Period::Second, 5);
        let mut gcra = Gcra::default();
        assert_eq!(gcra.next(&limit, WHOLE, START), Duration::from_millis(100));
        gcra.take(&limit, WHOLE, 5, START);
        let used = START.after(Duration::from_millis(30));
        let next = gcra.next(&limit, WHOLE, used);
        let then = used.after(next);
        assert_eq!(gcra.remaining(&limit, WHOLE, used), 0);
        assert_eq!(gcra.remaining(&limit, WHOLE, then), 1);
        assert_eq!(gcra.remaining(&limit, WHOLE, then.before(Duration::from_micros(1))), 0);
    }

    #[test]
    fn a_share_lowers_the_rate() {
        let limit = limit(10, Period::Second, 1);
        let mut gcra = Gcra::default();
        gcra.take(&limit, WHOLE / 4, 1, START);
        assert_eq!(gcra.wait(&limit, WHOLE / 4, 1, START).unwrap().since(START), Duration::from_millis(380));
    }

    #[test]
    fn a_clock_that_was_ahead_does_not_block_for_longer_than_a_period() {
        let limit = limit(60, Period::Minute, 1);
        let mut gcra = Gcra::default();
        gcra.take(&limit, WHOLE, 1, START.after(Duration::from_secs(86_400)));
        let at = gcra.wait(&limit, WHOLE, 1, START).unwrap();
        assert!(at.since(START) <= Duration::from_secs(61), "{at}");
    }

    #[test]
    fn the_burst_shrinks_with_the_share_to_one_at_least() {
        let limit = limit(100, Period::Second, 10);
        for (share, burst) in [(WHOLE, 10), (WHOLE / 2, 5), (WHOLE / 20, 1), (1, 1)] {
            let mut meter = Meter::new(limit, share);
            let passed = std::iter::from_fn(|| meter.wait(START).is_none().then(|| meter.take(START))).count();
            assert_eq!(passed, burst);
        }
    }

    #[test]
    fn a_larger_share_does_not_bring_a_full_burst() {
        let limit = limit(100, Period::Second, 10);
        let mut meter = Meter::new(limit, WHOLE / 10);
        assert_eq!(meter.wait(START), None);
        meter.set_share(WHOLE, START);
        let passed =
            |meter: &mut Meter, now| std::iter::from_fn(|| meter.wait(now).is_none().then(|| meter.take(now))).count();
        assert_eq!(passed(&mut meter, START), 1);
        assert_eq!(passed(&mut meter, START.after(Duration::from_millis(50))), 5, "it fills at its rate");
        assert_eq!(passed(&mut meter, START.after(Duration::from_secs(9))), 10);
        meter.set_share(WHOLE / 10, START.after(Duration::from_secs(18)));
        assert_eq!(passed(&mut meter, START.after(Duration::from_secs(18))), 1, "a smaller share cuts the burst");
    }

    #[test]
    fn a_limit_that_nobody_used_has_its_burst_after_the_first_cell() {
        let mut meter = Meter::new(limit(100, Period::Second, 10), WHOLE / 100);
        meter.take(START);
        meter.set_share(WHOLE, START);
        meter.fill(START);
        let passed = std::iter::from_fn(|| meter.wait(START).is_none().then(|| meter.take(START))).count();
        assert_eq!(passed, 9);
    }

    proptest! {
        /// A sender that always waits for the returned instant, by a timer that is late by up to 5 ms.
        #[test]
        fn the_rate_is_exact_in_the_long_run_and_never_exceeded_by_more_than_the_burst(
            number in 1u64..400,
            late in prop::collection::vec(0i64..5_000, 400),
        ) {
            let limit = RateLimit::try_new(number, Period::Second, None).unwrap();
            let burst = limit.burst();
            let (mut gcra, mut now) = (Gcra::default(), START);
            let mut passed = Vec::new();
            for late in late {
                while gcra.wait(&limit, WHOLE, 1, now).is_none() {
                    gcra.take(&limit, WHOLE, 1, now);
                    passed.push(now);
                }
                now = Timestamp::from_micros(gcra.wait(&limit, WHOLE, 1, now).unwrap().micros() + late);
            }
            let elapsed = now.since(START).as_secs_f64();
            let expected = elapsed * number as f64;
            prop_assert!((passed.len() as f64) <= expected + f64::from(burst) + 1.0);
            prop_assert!(passed.len() as f64 >= expected * 0.98 - 2.0, "{} of {expected}", passed.len());
            for (at, first) in passed.iter().enumerate() {
                let within = passed[at..].iter().take_while(|one| one.since(*first) < Duration::from_secs(1)).count();
                prop_assert!(within as u64 <= number + u64::from(burst) + 1);
            }
        }
    }
}
