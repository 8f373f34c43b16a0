//! The decision whether to follow a clock that shows another time than expected. Pure: times come in as arguments.
//!
//! A step of some seconds is a correction and is followed. A larger step may also be a correction (the machine had no
//! clock at its start, a virtual machine was suspended) or a mistake. Since the two look alike at first, the step is
//! *held*: the steady time continues as before until the step has lasted. A plausible step back is followed at once: it
//! corrects a clock that was ahead.

use model::Timestamp;
use std::time::Duration;

/// Steps up to this are ignored: the latency of a reading, or a negligible correction.
const NOISE: Duration = Duration::from_millis(250);
/// Steps up to this are ordinary corrections, and are followed at once.
const STEP: Duration = Duration::from_secs(10);
/// Steps forward of more than this are held for [`HOLD_LARGE`].
const LARGE: Duration = Duration::from_secs(24 * 60 * 60);
/// Time that a step must last before it is followed.
const HOLD: Duration = Duration::from_secs(60 * 60);
const HOLD_LARGE: Duration = Duration::from_secs(24 * 60 * 60);
/// Interval of the log lines about a held jump.
const REMIND: Duration = Duration::from_secs(60 * 60);

/// The decision about one reading of the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The clock shows the expected time.
    Keep,
    /// A jump that was held is over: the clock shows the expected time again.
    Over,
    /// Follow a correction.
    Correct,
    /// Follow a jump that has lasted.
    Believe,
    /// Follow a jump back, and search for stored times that are in the future now.
    GoBack,
    /// Ignore a jump for now.
    Hold(Held),
}

/// A jump that is not followed yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    /// A log line is due.
    pub(crate) say: bool,
    pub(crate) is_large: bool,
    /// Time until it is followed, if it lasts.
    pub(crate) left: Duration,
}

/// The state of watching one clock.
#[derive(Debug)]
pub(crate) struct Watch {
    /// The newest time known from before this process. A clock that shows an earlier time is not plausible.
    floor: Timestamp,
    jump: Option<Jump>,
}

#[derive(Clone, Copy, Debug)]
struct Jump {
    off: i64,
    /// Uptime at the first reading of the jump.
    since: Duration,
    /// Uptime at the last log line about the jump.
    said: Duration,
}

const fn micros(of: Duration) -> i64 {
    of.as_micros() as i64
}

impl Watch {
    pub(crate) const fn new() -> Self {
        Self { floor: Timestamp::from_micros(i64::MIN), jump: None }
    }

    /// Sets the newest time known from before this process.
    pub(crate) fn set_floor(&mut self, floor: Timestamp) {
        self.floor = floor;
    }

    /// Judges a reading: at `uptime` the clock showed `shown`, where `expected` was expected.
    pub(crate) fn judge(&mut self, uptime: Duration, expected: Timestamp, shown: Timestamp) -> Verdict {
        let off = shown.micros().saturating_sub(expected.micros());
        if off.unsigned_abs() <= micros(NOISE).unsigned_abs() {
            return if self.jump.take().is_some() { Verdict::Over } else { Verdict::Keep };
        }
        if off.unsigned_abs() <= micros(STEP).unsigned_abs() {
            self.jump = None;
            return Verdict::Correct;
        }
        if off < 0 && shown >= self.floor {
            self.jump = None;
            return Verdict::GoBack;
        }
        // A jump by another amount is a new jump.
        let known = self.jump.filter(|jump| jump.off.abs_diff(off) <= micros(STEP).unsigned_abs());
        let is_new = known.is_none();
        let jump = self.jump.insert(known.unwrap_or(Jump { off, since: uptime, said: uptime }));
        let is_large = off < 0 || off > micros(LARGE);
        let hold = if is_large { HOLD_LARGE } else { HOLD };
        let left = hold.saturating_sub(uptime.saturating_sub(jump.since));
        if left.is_zero() {
            self.jump = None;
            return if off < 0 { Verdict::GoBack } else { Verdict::Believe };
        }
        let say = is_new || uptime.saturating_sub(jump.said) >= REMIND;
        if say {
            jump.said = uptime;
        }
        Verdict::Hold(Held { say, is_large, left })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::from_millis(1_760_000_000_000);
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    const MINUTE: Duration = Duration::from_secs(60);

    fn forward(by: Duration) -> Timestamp {
        START.after(by)
    }

    fn back(by: Duration) -> Timestamp {
        START.before(by)
    }

    #[test]
    fn a_small_step_is_followed_and_noise_is_not() {
        let mut watch = Watch::new();
        let zero = Duration::ZERO;
        assert_eq!(watch.judge(zero, START, forward(Duration::from_millis(200))), Verdict::Keep);
        assert_eq!(watch.judge(zero, START, forward(Duration::from_secs(9))), Verdict::Correct);
        assert_eq!(watch.judge(zero, START, back(Duration::from_secs(9))), Verdict::Correct);
    }

    #[test]
    fn a_jump_forward_is_held_until_it_has_lasted() {
        for (by, is_large, hold) in [(2 * MINUTE, false, HOLD), (100 * DAY, true, HOLD_LARGE)] {
            let mut watch = Watch::new();
            let first = watch.judge(MINUTE, START, forward(by));
            assert_eq!(first, Verdict::Hold(Held { say: true, is_large, left: hold }));
            let second = watch.judge(2 * MINUTE, START, forward(by));
            assert_eq!(second, Verdict::Hold(Held { say: false, is_large, left: hold - MINUTE }));
            let hour = watch.judge(MINUTE + hold - Duration::from_secs(1), START, forward(by));
            assert!(matches!(hour, Verdict::Hold(_)), "{hour:?}");
            assert_eq!(watch.judge(MINUTE + hold, START, forward(by)), Verdict::Believe);
        }
    }

    #[test]
    fn a_held_jump_is_logged_every_hour() {
        let mut watch = Watch::new();
        let said = |verdict| matches!(verdict, Verdict::Hold(Held { say: true, .. }));
        let count = (0..180).filter(|minute| said(watch.judge(*minute * MINUTE, START, forward(5 * DAY)))).count();
        assert_eq!(count, 3);
    }

    #[test]
    fn a_jump_that_ends_is_over_and_the_next_jump_is_held_for_the_full_time() {
        let mut watch = Watch::new();
        watch.judge(Duration::ZERO, START, forward(DAY));
        assert_eq!(watch.judge(MINUTE, START, forward(Duration::ZERO)), Verdict::Over);
        assert_eq!(watch.judge(MINUTE, START, forward(Duration::ZERO)), Verdict::Keep);
        watch.judge(Duration::ZERO, START, forward(Duration::from_secs(60)));
        let other = watch.judge(HOLD, START, forward(Duration::from_secs(600)));
        assert_eq!(other, Verdict::Hold(Held { say: true, is_large: false, left: HOLD }));
    }

    #[test]
    fn a_jump_back_is_followed_at_once_unless_it_is_before_the_floor() {
        let mut watch = Watch::new();
        watch.set_floor(back(100 * DAY));
        assert_eq!(watch.judge(MINUTE, START, back(99 * DAY)), Verdict::GoBack);
        assert!(matches!(watch.judge(MINUTE, START, back(101 * DAY)), Verdict::Hold(Held { is_large: true, .. })));
        assert_eq!(watch.judge(MINUTE + HOLD_LARGE, START, back(101 * DAY)), Verdict::GoBack);
    }

    #[test]
    fn extreme_times_do_not_overflow() {
        let mut watch = Watch::new();
        for shown in [i64::MIN, -1, 0, i64::MAX] {
            for expected in [i64::MIN + 1, 0, i64::MAX] {
                watch.judge(MINUTE, Timestamp::from_micros(expected), Timestamp::from_micros(shown));
            }
        }
    }
}
