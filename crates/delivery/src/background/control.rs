//! The speed of background work, by how long foreground events wait for their commit. Pure: no clock, no I/O.
//!
//! The waiting time without background work differs between machines and from minute to minute. So background work rests
//! from time to time, and the control measures the waiting time of the rest. Between two rests it compares the waiting time
//! with that: additive increase and multiplicative decrease keep it below [`LONG`] times as much.

use std::time::Duration;

/// Duration of a rest, and of the time at its beginning that still shows the work before.
const REST: Duration = Duration::from_millis(400);
const SETTLES: Duration = Duration::from_millis(50);
/// Time between two rests.
const WORK: Duration = Duration::from_secs(8);
/// The foreground is idle when fewer events than this were published in a period of [`REST`].
const FEW: usize = 4;
/// Duration of a window, after which the speed changes, and the events that it must contain.
const WINDOW: Duration = Duration::from_millis(100);
const ENOUGH: usize = 40;
/// Waiting times, as multiples of that without background work, above which the speed falls and below which it rises.
const LONG: f64 = 1.5;
const SHORT: f64 = 1.3;
/// The lowest speed, and the speed after the first rest; 1 is unlimited.
const LEAST: f64 = 1.0 / 400.0;
const FIRST: f64 = 1.0 / 64.0;
/// Samples of a window, at most: the first of many are enough.
const MOST: usize = 256;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Background work has the machine: nothing else is published.
    Unlimited,
    /// Background work rests until this uptime.
    Rest { until: Duration },
    /// Background work has its speed until this uptime, when the next rest begins.
    Work { until: Duration },
}

/// Controls the speed of background work.
#[derive(Debug)]
pub(super) struct Control {
    phase: Phase,
    speed: f64,
    /// Waiting time of foreground events during the last rest, in microseconds.
    alone: Option<u32>,
    /// Begin of the window, and the waiting times in it.
    since: Duration,
    waits: Vec<u32>,
}

impl Control {
    /// Background work begins at this uptime, with a rest.
    pub(super) fn begin(now: Duration) -> Self {
        let phase = Phase::Rest { until: now + REST };
        Self { phase, speed: FIRST, alone: None, since: now + SETTLES, waits: Vec::new() }
    }

    /// A foreground event waited this long for its commit.
    pub(super) fn waited(&mut self, wait: Duration, now: Duration) {
        if now >= self.since && self.waits.len() < MOST {
            self.waits.push(u32::try_from(wait.as_micros()).unwrap_or(u32::MAX));
        }
    }

    /// The speed from now on: 0 during a rest, 1 without a limit.
    pub(super) fn speed(&mut self, now: Duration) -> f64 {
        self.advance(now);
        match self.phase {
            Phase::Unlimited => 1.0,
            Phase::Rest { .. } => 0.0,
            Phase::Work { .. } => self.speed,
        }
    }

    /// The remaining time of a rest.
    pub(super) fn rest(&self, now: Duration) -> Duration {
        match self.phase {
            Phase::Rest { until } => until.saturating_sub(now),
            Phase::Unlimited | Phase::Work { .. } => Duration::ZERO,
        }
    }

    fn advance(&mut self, now: Duration) {
        let in_window = now.saturating_sub(self.since);
        match self.phase {
            Phase::Rest { until } if now >= until => self.end_of_rest(now),
            Phase::Unlimited if self.waits.len() >= FEW && in_window < REST => {
                *self = Self { speed: FIRST, alone: None, ..Self::begin(now) };
            }
            Phase::Unlimited if in_window >= REST => self.open_window(now),
            Phase::Work { until } if now >= until => self.begin_rest(now),
            Phase::Work { .. } if in_window >= WINDOW && self.waits.len() >= ENOUGH => {
                self.adapt();
                self.open_window(now);
            }
            // Too few events for a judgement: they hardly notice the background.
            Phase::Work { .. } if in_window >= 2 * REST => {
                if self.waits.len() < FEW {
                    self.phase = Phase::Unlimited;
                } else {
                    self.adapt();
                }
                self.open_window(now);
            }
            _ => {}
        }
    }

    fn open_window(&mut self, now: Duration) {
        self.since = now;
        self.waits.clear();
    }

    fn begin_rest(&mut self, now: Duration) {
        self.phase = Phase::Rest { until: now + REST };
        self.open_window(now + SETTLES);
    }

    fn end_of_rest(&mut self, now: Duration) {
        self.phase = if self.waits.len() < FEW { Phase::Unlimited } else { Phase::Work { until: now + WORK } };
        self.alone = self.slow().or(self.alone);
        self.open_window(now);
    }

    fn adapt(&mut self) {
        let (Some(now), Some(alone)) = (self.slow(), self.alone) else { return };
        let times = f64::from(now) / f64::from(alone.max(1));
        if times > LONG {
            self.speed *= 0.85;
        } else if times < SHORT {
            self.speed *= 1.2;
        }
        self.speed = self.speed.clamp(LEAST, 1.0);
    }

    /// The 95th percentile of the waiting times in the window. Lower ones hardly change while one event in ten waits for a
    /// commit of background work; higher ones, and the mean, follow the slowest writes of the disk.
    fn slow(&mut self) -> Option<u32> {
        let at = self.waits.len() * 19 / 20;
        (!self.waits.is_empty()).then(|| *self.waits.select_nth_unstable(at).1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEP: Duration = Duration::from_millis(1);

    /// Runs for some seconds. Foreground events come every `every` milliseconds; `wait` has their waiting time at a speed.
    /// Returns the work done (1: unlimited for all of it), and the average waiting time.
    fn run(control: &mut Control, from: u64, seconds: u64, every: u64, wait: impl Fn(f64) -> f64) -> (f64, f64) {
        let (mut work, mut waits) = (0.0, (0.0, 0.0));
        for number in 0..seconds * 1_000 {
            let now = Duration::from_secs(from) + STEP * number as u32;
            let speed = control.speed(now);
            work += speed / (seconds as f64 * 1_000.0);
            if every > 0 && number % every == 0 {
                let wait = wait(speed);
                waits = (waits.0 + wait, waits.1 + 1.0);
                control.waited(Duration::from_secs_f64(wait / 1_000.0), now);
            }
        }
        (work, waits.0 / f64::max(waits.1, 1.0))
    }

    #[test]
    fn without_foreground_the_speed_is_unlimited() {
        let mut control = Control::begin(Duration::ZERO);
        let (work, _) = run(&mut control, 0, 10, 0, |_| 0.0);
        assert!(work > 0.95, "{work}");
        let (work, _) = run(&mut control, 10, 10, 1_000, |_| 50.0);
        assert!(work > 0.95, "rare events do not matter: {work}");
    }

    #[test]
    fn events_wait_little_longer_than_without_background_work() {
        // Half of the machine, a tenth of it, and a slow disk.
        for (alone, full) in [(0.5, 2.0), (0.5, 30.0), (8.0, 100.0)] {
            let mut control = Control::begin(Duration::ZERO);
            let wait = |speed: f64| alone + full * speed;
            run(&mut control, 0, 10, 10, wait);
            let (work, waited) = run(&mut control, 10, 60, 10, wait);
            assert!(waited < 1.5 * alone, "{alone} {full}: {waited}");
            assert!(work > 0.1 * alone / full, "{alone} {full}: the work goes on, {work}");
        }
    }

    #[test]
    fn the_speed_is_unlimited_again_when_nothing_is_published() {
        let mut control = Control::begin(Duration::ZERO);
        let (work, _) = run(&mut control, 0, 10, 5, |speed| 1.0 + 100.0 * speed);
        assert!(work < 0.05, "{work}");
        let (work, _) = run(&mut control, 10, 10, 0, |_| 0.0);
        assert!(work > 0.85, "{work}");
        let (work, _) = run(&mut control, 20, 10, 5, |speed| 1.0 + 100.0 * speed);
        assert!(work < 0.05, "and limited again: {work}");
    }

    #[test]
    fn a_machine_that_became_slower_is_no_reason_to_stop() {
        let mut control = Control::begin(Duration::ZERO);
        let slow = |speed: f64| 5.0 + 10.0 * speed;
        run(&mut control, 0, 20, 10, |speed| 0.5 + speed);
        run(&mut control, 20, 20, 10, slow);
        let (work, _) = run(&mut control, 40, 30, 10, slow);
        assert!(work > 0.05, "{work}");
    }

    #[test]
    fn the_work_never_stops_for_longer_than_a_rest() {
        let mut control = Control::begin(Duration::ZERO);
        let (work, _) = run(&mut control, 0, 60, 10, |speed| 1.0 + 1_000_000.0 * speed);
        assert!(work > LEAST * 0.8, "{work}");
    }
}
