//! Circuit breaker: stops sending to a receiver that fails, and probes it with growing pauses until it answers.

use crate::{invalid::Invalid, time::Timestamp};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// When a breaker opens, and how long it pauses. Durations are whole seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct BreakerSettings {
    /// A breaker that is not enabled never opens.
    pub enabled: bool,
    /// Opens after this number of connection failures in a row.
    pub connection_failures: u16,
    /// Opens when this percentage of the attempts in the window failed.
    pub failure_percent: u8,
    /// Attempts that the window must contain before the percentage counts.
    pub minimum: u16,
    pub window: u16,
    /// The first pause of a receiver that cannot be reached; each further pause is twice as long. A receiver that
    /// answers, with an error, is probed more often: see [`Pause::Share`].
    pub pause: u32,
    pub longest_pause: u32,
}

impl Default for BreakerSettings {
    fn default() -> Self {
        Self {
            enabled: true,
            connection_failures: 10,
            failure_percent: 80,
            minimum: 50,
            window: 60,
            pause: 5,
            longest_pause: 300,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    enabled: bool,
    connection_failures: u16,
    failure_percent: u8,
    minimum: u16,
    window: u16,
    pause: u32,
    longest_pause: u32,
}

impl TryFrom<Unchecked> for BreakerSettings {
    type Error = Invalid;

    fn try_from(of: Unchecked) -> Result<Self, Invalid> {
        let Unchecked { enabled, connection_failures, failure_percent, minimum, window, pause, longest_pause } = of;
        let settings = Self { enabled, connection_failures, failure_percent, minimum, window, pause, longest_pause };
        settings.check().map(|()| settings)
    }
}

impl BreakerSettings {
    /// Checks all bounds; the fault names the field as the platform API spells it.
    pub fn check(&self) -> Result<(), Invalid> {
        let within = |field: &str, value: u32, least: u32, most: u32| {
            if (least..=most).contains(&value) {
                return Ok(());
            }
            Err(Invalid::new(field, format!("must be a whole number from {least} to {most}")))
        };
        within("connection_failures", self.connection_failures.into(), 1, 1_000)?;
        within("failure_percent", self.failure_percent.into(), 1, 100)?;
        within("minimum", self.minimum.into(), 1, 10_000)?;
        within("window_seconds", self.window.into(), 5, 3_600)?;
        within("pause_seconds", self.pause, 1, 3_600)?;
        within("longest_pause_seconds", self.longest_pause, 1, 86_400)?;
        if self.longest_pause < self.pause {
            return Err(Invalid::new("longest_pause_seconds", "must not be shorter than pause_seconds"));
        }
        Ok(())
    }
}

/// A breaker that is not closed, as stores keep it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenBreaker {
    /// When it opened first; probes that failed do not change it.
    pub since: Timestamp,
    /// For the receiver's owner.
    pub reason: String,
    pub next_probe_at: Timestamp,
    /// Pauses so far, this one included.
    pub pauses: u16,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    since: i64,
    reason: String,
    next_probe_at: i64,
    pauses: u16,
}

impl OpenBreaker {
    /// The form that stores keep; times are microseconds since the Unix epoch.
    pub fn text(&self) -> String {
        let Self { since, reason, next_probe_at, pauses } = self;
        let (since, next_probe_at) = (since.micros(), next_probe_at.micros());
        let kept = Kept { since, reason: reason.clone(), next_probe_at, pauses: *pauses };
        serde_json::to_string(&kept).unwrap_or_else(|_| unreachable!("text and numbers"))
    }

    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        let Kept { since, reason, next_probe_at, pauses } = super::stored::parse_object(text)?;
        let (since, next_probe_at) = (Timestamp::from_micros(since), Timestamp::from_micros(next_probe_at));
        Ok(Self { since, reason, next_probe_at, pauses })
    }
}

/// The result of an attempt, as the breaker counts it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sample {
    /// The receiver answered, and the answer is not a fault of the receiver: a success, or a refusal of this event.
    Answered,
    /// No connection, or no response over it.
    NoConnection(String),
    /// A timeout, a 5xx, 408 or 429.
    Failed(String),
    /// No request was made, for a reason that is not the receiver's.
    NotTried,
}

/// Whether a request may start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// At most this number of requests may be in flight; `None` sets no limit.
    UpTo(Option<u32>),
    /// None may start before this time.
    Until(Timestamp),
}

/// A change of state that others must learn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transition {
    Opened(OpenBreaker),
    /// A probe failed, and the next pause has begun. Not reported for pauses shorter than a second.
    StaysOpen(OpenBreaker),
    Closed,
}

/// Slices of the sliding window.
const SLICES: usize = 10;

#[derive(Clone, Copy, Debug, Default)]
struct Slice {
    /// Number of the slice, counted from the epoch in slices.
    number: i64,
    attempts: u32,
    failures: u32,
}

/// A circuit breaker. Pure: time and jitter are arguments.
#[derive(Clone, Debug, Default)]
pub struct Breaker {
    open: Option<OpenBreaker>,
    /// A probe is in flight.
    probing: bool,
    /// Connection failures in a row.
    in_a_row: u32,
    slices: [Slice; SLICES],
    /// Maximum number of requests in flight after the breaker closed; it doubles with each round of answers.
    ramp: Option<Ramp>,
}

#[derive(Clone, Copy, Debug)]
struct Ramp {
    limit: u32,
    /// Answers of this round.
    answers: u32,
}

/// The ramp ends here: no lane has more requests in flight.
const RAMP_END: u32 = 64;

impl Breaker {
    /// A breaker in the state that the store has.
    pub fn stored(open: Option<OpenBreaker>) -> Self {
        Self { open, ..Self::default() }
    }

    pub const fn open(&self) -> Option<&OpenBreaker> {
        self.open.as_ref()
    }

    /// True when the breaker has nothing to remember.
    pub fn is_idle(&self, settings: &BreakerSettings, now: Timestamp) -> bool {
        self.open.is_none() && self.in_a_row == 0 && self.ramp.is_none() && self.counts(settings, now).1 == 0
    }

    pub fn gate(&self, now: Timestamp) -> Gate {
        match (&self.open, self.ramp) {
            (Some(open), _) if now < open.next_probe_at => Gate::Until(open.next_probe_at),
            // One probe at a time.
            (Some(_), _) => Gate::UpTo(Some(u32::from(!self.probing))),
            (None, ramp) => Gate::UpTo(ramp.map(|ramp| ramp.limit)),
        }
    }

    /// A request has started.
    pub fn started(&mut self) {
        self.probing |= self.open.is_some();
    }

    /// A started request was not sent, so there is no result.
    pub fn abandoned(&mut self) {
        self.probing = false;
    }

    /// Counts the result of a request. `fraction` in `0.0..1.0` places the jitter of the next pause.
    pub fn learn(
        &mut self,
        settings: &BreakerSettings,
        sample: Sample,
        now: Timestamp,
        fraction: f64,
    ) -> Option<Transition> {
        if self.open.is_some() {
            return self.learn_while_open(settings, sample, now, fraction);
        }
        if !settings.enabled {
            return None;
        }
        let mut kind = Pause::Share;
        let reason = match sample {
            Sample::Answered => {
                self.in_a_row = 0;
                self.count(settings, now, false);
                self.climb();
                return None;
            }
            Sample::NoConnection(error) => {
                kind = Pause::Doubled;
                self.in_a_row = self.in_a_row.saturating_add(1);
                self.count(settings, now, true);
                let in_a_row = self.in_a_row;
                let opens = in_a_row >= settings.connection_failures.into() || self.ramp.is_some();
                opens.then(|| match in_a_row {
                    1 => error,
                    _ => format!("{in_a_row} connection failures in a row; the last: {error}"),
                })
            }
            Sample::NotTried => return None,
            Sample::Failed(error) => {
                self.in_a_row = 0;
                self.count(settings, now, true);
                self.ramp.is_some().then_some(error)
            }
        };
        let (attempts, failures) = self.counts(settings, now);
        let percent = u64::from(failures) * 100 / u64::from(attempts.max(1));
        let too_many = attempts >= settings.minimum.into() && percent >= settings.failure_percent.into();
        let reason = reason.or_else(|| {
            too_many.then(|| format!("{failures} of {attempts} attempts failed within {} s", settings.window))
        })?;
        let open = OpenBreaker { since: now, reason, next_probe_at: now, pauses: 0 };
        let open = pause(settings, kind, open, now, fraction);
        *self = Self::stored(Some(open.clone()));
        Some(Transition::Opened(open))
    }

    fn learn_while_open(
        &mut self,
        settings: &BreakerSettings,
        sample: Sample,
        now: Timestamp,
        fraction: f64,
    ) -> Option<Transition> {
        let was_probe = std::mem::take(&mut self.probing);
        match sample {
            Sample::Answered => {
                self.close();
                Some(Transition::Closed)
            }
            Sample::NotTried => None,
            // A request that was in flight when the breaker opened.
            _ if !was_probe => None,
            Sample::NoConnection(error) => self.lengthen(settings, Pause::Doubled, error, now, fraction),
            Sample::Failed(error) => self.lengthen(settings, Pause::Share, error, now, fraction),
        }
    }

    /// Begins the next pause after a probe that failed.
    fn lengthen(
        &mut self,
        settings: &BreakerSettings,
        kind: Pause,
        error: String,
        now: Timestamp,
        fraction: f64,
    ) -> Option<Transition> {
        let open = OpenBreaker { reason: error, ..self.open.take()? };
        let open = pause(settings, kind, open, now, fraction);
        self.open = Some(open.clone());
        (open.next_probe_at.since(now) >= Duration::from_secs(1)).then_some(Transition::StaysOpen(open))
    }

    /// Takes over the state that the store has, which another node or an operator has changed.
    pub fn adopt(&mut self, stored: Option<&OpenBreaker>) {
        match stored {
            Some(open) => *self = Self { probing: self.probing, ..Self::stored(Some(open.clone())) },
            None if self.open.is_some() => self.close(),
            None => {}
        }
    }

    /// Closes the breaker; the number of concurrent requests begins at 1 and doubles with each round of answers.
    fn close(&mut self) {
        *self = Self { ramp: Some(Ramp { limit: 1, answers: 0 }), ..Self::default() };
    }

    fn climb(&mut self) {
        let Some(ramp) = &mut self.ramp else { return };
        ramp.answers += 1;
        if ramp.answers >= ramp.limit {
            *ramp = Ramp { limit: ramp.limit * 2, answers: 0 };
        }
        if ramp.limit > RAMP_END {
            self.ramp = None;
        }
    }

    fn count(&mut self, settings: &BreakerSettings, now: Timestamp, failed: bool) {
        let number = slice_number(settings, now);
        let slice = &mut self.slices[number.rem_euclid(SLICES as i64) as usize];
        if slice.number != number {
            *slice = Slice { number, ..Slice::default() };
        }
        slice.attempts += 1;
        slice.failures += u32::from(failed);
    }

    /// Attempts and failures in the window.
    fn counts(&self, settings: &BreakerSettings, now: Timestamp) -> (u32, u32) {
        let last = slice_number(settings, now);
        let within = self.slices.iter().filter(|slice| (last - SLICES as i64 + 1..=last).contains(&slice.number));
        within.fold((0, 0), |(attempts, failures), slice| (attempts + slice.attempts, failures + slice.failures))
    }
}

fn slice_number(settings: &BreakerSettings, now: Timestamp) -> i64 {
    now.micros().div_euclid(i64::from(settings.window) * 1_000_000 / SLICES as i64)
}

/// How pauses grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pause {
    /// Twice as long as the one before: for a receiver that cannot be reached, since each connection costs much.
    Doubled,
    /// A hundredth of the time since the breaker opened, at least [`SHORTEST`]: for a receiver that answers. It then waits
    /// after its recovery for a hundredth of the outage.
    Share,
}

/// Probes of receivers that cannot be reached begin at multiples of this time after long pauses, so that those of many
/// receivers share the commits of their outcomes.
const GRID: Duration = Duration::from_millis(500);
const LONG: Duration = Duration::from_secs(2);

/// The shortest pause of a receiver that answers.
const SHORTEST: Duration = Duration::from_millis(50);

/// Begins the next pause, with a jitter of a tenth in either direction.
fn pause(settings: &BreakerSettings, kind: Pause, open: OpenBreaker, now: Timestamp, fraction: f64) -> OpenBreaker {
    let longest = Duration::from_secs(settings.longest_pause.into());
    let plain = match kind {
        Pause::Doubled => {
            let factor = 1u32.checked_shl(open.pauses.into()).unwrap_or(u32::MAX);
            Duration::from_secs(settings.pause.saturating_mul(factor).into())
        }
        Pause::Share => (now.since(open.since) / 100).max(SHORTEST),
    };
    let plain = plain.min(longest);
    let wait = plain.mul_f64(0.9 + 0.2 * fraction.clamp(0.0, 1.0));
    let next_probe_at = match kind {
        Pause::Doubled if wait >= LONG => on_grid(now.after(wait)),
        Pause::Doubled | Pause::Share => now.after(wait),
    };
    OpenBreaker { next_probe_at, pauses: open.pauses.saturating_add(1), ..open }
}

/// The next multiple of [`GRID`], counted from the epoch.
fn on_grid(at: Timestamp) -> Timestamp {
    let grid = GRID.as_micros() as i64;
    Timestamp::from_micros((at.micros() + grid - 1).div_euclid(grid) * grid)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: f64) -> Timestamp {
        Timestamp::from_micros(1_700_000_000_000_000 + (seconds * 1e6) as i64)
    }

    fn settings() -> BreakerSettings {
        BreakerSettings { connection_failures: 3, failure_percent: 50, minimum: 10, ..BreakerSettings::default() }
    }

    fn refused() -> Sample {
        Sample::NoConnection("connection refused".into())
    }

    fn opened() -> Breaker {
        let mut breaker = Breaker::default();
        for _ in 0..3 {
            breaker.learn(&settings(), refused(), at(0.0), 0.5);
        }
        breaker
    }

    #[test]
    fn consecutive_connection_failures_open_it() {
        let mut breaker = Breaker::default();
        assert_eq!(breaker.learn(&settings(), refused(), at(0.0), 0.5), None);
        assert_eq!(breaker.learn(&settings(), Sample::Answered, at(0.1), 0.5), None);
        assert_eq!(breaker.learn(&settings(), refused(), at(0.2), 0.5), None);
        assert_eq!(breaker.learn(&settings(), refused(), at(0.3), 0.5), None);
        let Some(Transition::Opened(open)) = breaker.learn(&settings(), refused(), at(0.4), 0.5) else { panic!() };
        assert_eq!((open.since, open.next_probe_at, open.pauses), (at(0.4), at(5.5), 1));
        assert_eq!(open.reason, "3 connection failures in a row; the last: connection refused");
        assert_eq!(breaker.gate(at(5.4)), Gate::Until(at(5.5)));
    }

    #[test]
    fn a_failure_ratio_opens_it_once_the_window_has_enough_attempts() {
        let rows = [(5, 4, false), (5, 5, true), (20, 5, false), (4, 5, false)];
        for (answered, failed, opens) in rows {
            let mut breaker = Breaker::default();
            let mut transition = None;
            for number in 0..answered {
                breaker.learn(&settings(), Sample::Answered, at(f64::from(number)), 0.5);
            }
            for number in 0..failed {
                let now = at(f64::from(answered + number));
                transition = breaker.learn(&settings(), Sample::Failed("HTTP 500".into()), now, 0.5);
            }
            assert_eq!(transition.is_some(), opens, "{answered} answered, {failed} failed");
        }
    }

    #[test]
    fn failures_outside_of_the_window_do_not_count() {
        let mut breaker = Breaker::default();
        for number in 0..9 {
            breaker.learn(&settings(), Sample::Failed("HTTP 500".into()), at(f64::from(number)), 0.5);
        }
        assert_eq!(breaker.learn(&settings(), Sample::Failed("HTTP 500".into()), at(80.0), 0.5), None);
        assert!(breaker.is_idle(&settings(), at(200.0)));
    }

    #[test]
    fn failed_probes_double_the_pause_up_to_the_longest() {
        let mut breaker = opened();
        let mut pauses = Vec::new();
        for _ in 0..8 {
            let now = breaker.open().unwrap().next_probe_at;
            assert_eq!(breaker.gate(now), Gate::UpTo(Some(1)));
            breaker.started();
            assert_eq!(breaker.gate(now), Gate::UpTo(Some(0)), "one probe at a time");
            let Some(Transition::StaysOpen(open)) = breaker.learn(&settings(), refused(), now, 0.5) else { panic!() };
            assert_eq!(open.since, at(0.0));
            pauses.push(open.next_probe_at.since(now).as_secs());
        }
        assert_eq!(pauses, [10, 20, 40, 80, 160, 300, 300, 300]);
    }

    #[test]
    fn a_receiver_that_answers_is_probed_after_a_hundredth_of_its_outage() {
        let mut breaker = Breaker::default();
        let mut now = at(0.0);
        for _ in 0..10 {
            breaker.learn(&settings(), Sample::Failed("HTTP 503".into()), now, 0.5);
        }
        for (seconds, pause_ms) in [(0.0, 50), (2.0, 50), (60.0, 600), (3_600.0, 36_000), (360_000.0, 300_000)] {
            now = at(seconds).max(breaker.open().unwrap().next_probe_at);
            breaker.started();
            let transition = breaker.learn(&settings(), Sample::Failed("HTTP 503".into()), now, 0.5);
            let pause = breaker.open().unwrap().next_probe_at.since(now).as_millis() as i64;
            assert!((pause - pause_ms).abs() <= 1 + pause_ms / 100, "{pause} after {seconds} s");
            assert_eq!(transition.is_some(), pause >= 1_000, "{seconds}");
        }
    }

    #[test]
    fn pauses_have_a_jitter_of_a_tenth() {
        for (fraction, wait) in [(0.0, 4.5), (1.0, 5.5)] {
            let mut breaker = Breaker::default();
            for _ in 0..3 {
                breaker.learn(&settings(), refused(), at(0.0), fraction);
            }
            assert_eq!(breaker.open().unwrap().next_probe_at, at(wait));
        }
    }

    #[test]
    fn probes_after_long_pauses_begin_together() {
        for (now, fraction, wait) in [(0.01, 0.5, 5.5), (0.49, 0.5, 5.5), (0.51, 0.5, 6.0), (0.01, 0.0, 5.0)] {
            let mut breaker = Breaker::default();
            for _ in 0..3 {
                breaker.learn(&settings(), refused(), at(now), fraction);
            }
            assert_eq!(breaker.open().unwrap().next_probe_at, at(wait), "{now} {fraction}");
        }
    }

    #[test]
    fn a_request_that_was_not_made_says_nothing_about_the_receiver() {
        let mut breaker = opened();
        breaker.started();
        assert_eq!(breaker.learn(&settings(), Sample::NotTried, at(6.0), 0.5), None);
        assert_eq!(breaker.gate(at(6.0)), Gate::UpTo(Some(1)), "the next probe may start");
        let mut closed = Breaker::default();
        for number in 0..20 {
            assert_eq!(closed.learn(&settings(), Sample::NotTried, at(f64::from(number)), 0.5), None);
        }
        assert!(closed.is_idle(&settings(), at(20.0)));
    }

    #[test]
    fn an_answered_probe_closes_it_and_the_concurrency_ramps_up() {
        let mut breaker = opened();
        breaker.started();
        assert_eq!(breaker.learn(&settings(), Sample::Answered, at(6.0), 0.5), Some(Transition::Closed));
        let mut limits = Vec::new();
        while let Gate::UpTo(Some(limit)) = breaker.gate(at(6.0)) {
            limits.push(limit);
            for _ in 0..limit {
                breaker.learn(&settings(), Sample::Answered, at(6.0), 0.5);
            }
        }
        assert_eq!(limits, [1, 2, 4, 8, 16, 32, 64]);
    }

    #[test]
    fn a_failure_while_it_ramps_up_opens_it_again() {
        let mut breaker = opened();
        breaker.started();
        breaker.learn(&settings(), Sample::Answered, at(6.0), 0.5);
        let again = breaker.learn(&settings(), Sample::Failed("HTTP 503".into()), at(6.1), 0.5);
        assert!(matches!(again, Some(Transition::Opened(_))), "{again:?}");
    }

    #[test]
    fn late_failures_of_earlier_requests_do_not_lengthen_the_pause() {
        let mut breaker = opened();
        assert_eq!(breaker.learn(&settings(), refused(), at(1.0), 0.5), None);
        assert_eq!(breaker.open().unwrap().pauses, 1);
    }

    #[test]
    fn the_stored_state_is_adopted() {
        let mut breaker = opened();
        let stored = breaker.open().cloned();
        assert_eq!(Breaker::stored(stored.clone()).open(), breaker.open());
        breaker.adopt(None);
        assert_eq!(breaker.gate(at(0.0)), Gate::UpTo(Some(1)));
        breaker.adopt(stored.as_ref());
        assert_eq!(breaker.open(), stored.as_ref());
        assert_eq!(OpenBreaker::parse(&stored.clone().unwrap().text()).unwrap(), stored.unwrap());
    }

    #[test]
    fn a_breaker_that_is_not_enabled_never_opens() {
        let settings = BreakerSettings { enabled: false, ..settings() };
        let mut breaker = Breaker::default();
        for _ in 0..100 {
            assert_eq!(breaker.learn(&settings, refused(), at(0.0), 0.5), None);
        }
    }

    #[test]
    fn bad_settings_name_their_field() {
        let of = BreakerSettings::default();
        let rows = [
            (BreakerSettings { connection_failures: 0, ..of }, "connection_failures"),
            (BreakerSettings { failure_percent: 101, ..of }, "failure_percent"),
            (BreakerSettings { minimum: 0, ..of }, "minimum"),
            (BreakerSettings { window: 4, ..of }, "window_seconds"),
            (BreakerSettings { pause: 0, ..of }, "pause_seconds"),
            (BreakerSettings { longest_pause: 90_000, ..of }, "longest_pause_seconds"),
            (BreakerSettings { pause: 10, longest_pause: 9, ..of }, "longest_pause_seconds"),
        ];
        for (settings, field) in rows {
            assert_eq!(settings.check().unwrap_err().field, field);
        }
        assert!(of.check().is_ok());
    }
}
