//! What to make of a clock that shows another time than expected. Pure: times come in as numbers.
//!
//! A step of some seconds is a correction and is followed. A larger one may be a correction too (the machine had no clock at
//! its start, a virtual machine was stopped) or a mistake, and at first nobody can tell. So it is *held*: the time goes on as
//! it was, until the step has lasted. Back is followed at once, where it is plausible: what was ahead is right again.

use model::Timestamp;
use std::time::Duration;

/// A step of this is what asking takes, or a correction too small to speak of.
const NOISE: Duration = Duration::from_millis(250);
/// Up to this a step is an ordinary correction.
const STEP: Duration = Duration::from_secs(10);
/// What is larger is held for long.
const LARGE: Duration = Duration::from_secs(24 * 60 * 60);
/// How long a step must last before it is followed.
const HOLD: Duration = Duration::from_secs(60 * 60);
const HOLD_LARGE: Duration = Duration::from_secs(24 * 60 * 60);
/// While it is held the log says so as often as this.
const REMIND: Duration = Duration::from_secs(60 * 60);

/// What to do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is as it should be.
    Keep,
    /// A jump that was held is over: the clock shows the expected time again.
    Over,
    /// Follow it.
    Correct,
    /// Follow it: it has lasted.
    Believe,
    /// Follow it back, and look for times that are in the future now.
    GoBack,
    /// Go on as before.
    Hold(Held),
}

/// A jump that is not followed yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    /// It is time to say so.
    pub(crate) say: bool,
    pub(crate) is_large: bool,
    /// It is followed after so long, if it lasts.
    pub(crate) left: Duration,
}

/// Watches one clock.
#[derive(Debug)]
pub(crate) struct Watch {
    /// Nothing was made after this before the process began: a time before it is not plausible.
    floor: Timestamp,
    jump: Option<Jump>,
}

#[derive(Clone, Copy, Debug)]
struct Jump {
    off: i64,
    /// By the machine's own running time.
    since: Duration,
    said: Duration,
}

const fn micros(of: Duration) -> i64 {
    of.as_micros() as i64
}

impl Watch {
    pub(crate) const fn new() -> Self {
        Self { floor: Timestamp::from_micros(i64::MIN), jump: None }
    }

    /// The newest that is known of the time before this process.
    pub(crate) fn set_floor(&mut self, floor: Timestamp) {
        self.floor = floor;
    }

    /// At `uptime` the clock showed `shown`, where `expected` was.
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
        // A clock that jumped elsewhere has jumped again.
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
    fn the_log_is_reminded_every_hour() {
        let mut watch = Watch::new();
        let said = |verdict| matches!(verdict, Verdict::Hold(Held { say: true, .. }));
        let count = (0..180).filter(|minute| said(watch.judge(*minute * MINUTE, START, forward(5 * DAY)))).count();
        assert_eq!(count, 3);
    }

    #[test]
    fn a_jump_that_ends_is_over_and_another_one_begins_anew() {
        let mut watch = Watch::new();
        watch.judge(Duration::ZERO, START, forward(DAY));
        assert_eq!(watch.judge(MINUTE, START, forward(Duration::ZERO)), Verdict::Over);
        assert_eq!(watch.judge(MINUTE, START, forward(Duration::ZERO)), Verdict::Keep);
        watch.judge(Duration::ZERO, START, forward(Duration::from_secs(60)));
        let other = watch.judge(HOLD, START, forward(Duration::from_secs(600)));
        assert_eq!(other, Verdict::Hold(Held { say: true, is_large: false, left: HOLD }));
    }

    #[test]
    fn back_is_followed_at_once_unless_it_is_before_what_is_known() {
        let mut watch = Watch::new();
        watch.set_floor(back(100 * DAY));
        assert_eq!(watch.judge(MINUTE, START, back(99 * DAY)), Verdict::GoBack);
        assert!(matches!(watch.judge(MINUTE, START, back(101 * DAY)), Verdict::Hold(Held { is_large: true, .. })));
        assert_eq!(watch.judge(MINUTE + HOLD_LARGE, START, back(101 * DAY)), Verdict::GoBack);
    }

    #[test]
    fn no_time_whatever_overflows() {
        let mut watch = Watch::new();
        for shown in [i64::MIN, -1, 0, i64::MAX] {
            for expected in [i64::MIN + 1, 0, i64::MAX] {
                watch.judge(MINUTE, Timestamp::from_micros(expected), Timestamp::from_micros(shown));
            }
        }
    }
}
