//! Retry policies: schedules, backoff and jitter.

use std::time::Duration;

/// Waits between attempts (backoff), before jitter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Schedule {
    /// Seconds before the first, second, … retry; the last one repeats.
    Fixed(&'static [u64]),
    /// `base × 2^(n−1)` seconds before the nth retry; the base is the installation's.
    Exponential,
}

/// Number and schedule of a delivery's retries. Constructed by [`RetryPolicy::try_new`], which checks that its parts
/// are consistent.
#[derive(Clone, Debug, PartialEq)]
pub struct RetryPolicy {
    schedule: Schedule,
    base: Duration,
    max_retries: u8,
    jitter: f64,
    enabled: bool,
}

/// An invalid retry policy.
#[derive(Debug, thiserror::Error, PartialEq)]
pub enum BadPolicy {
    #[error("the schedule has no waits")]
    NoWaits,
    #[error("jitter must be between 0 and 1")]
    Jitter,
}

/// Relative jitter of all schedules, in either direction (`docs/contracts.md`, On the wire).
pub const JITTER: f64 = 0.1;

impl RetryPolicy {
    /// Upper bound of a single wait.
    pub const LONGEST: Duration = Duration::from_secs(7 * 24 * 60 * 60);

    pub fn try_new(schedule: Schedule, max_retries: u8, jitter: f64, enabled: bool) -> Result<Self, BadPolicy> {
        if schedule == Schedule::Fixed(&[]) {
            return Err(BadPolicy::NoWaits);
        }
        if !(0.0..=1.0).contains(&jitter) {
            return Err(BadPolicy::Jitter);
        }
        Ok(Self { schedule, base: Duration::from_secs(1), max_retries, jitter, enabled })
    }

    /// A policy without retries.
    pub const fn never() -> Self {
        let base = Duration::from_secs(1);
        Self { schedule: Schedule::Exponential, base, max_retries: 0, jitter: 0.0, enabled: false }
    }

    /// Sets the base of [`Schedule::Exponential`].
    #[must_use]
    pub const fn with_base(mut self, base: Duration) -> Self {
        self.base = base;
        self
    }

    /// The wait after the `attempt`th failed attempt of a round, counted from 1; `None` when no retry is left.
    /// `fraction` in `0.0..1.0` places the jitter.
    pub fn delay(&self, attempt: u32, fraction: f64) -> Option<Duration> {
        if !self.enabled || attempt == 0 || attempt > u32::from(self.max_retries) {
            return None;
        }
        let plain = match self.schedule {
            Schedule::Fixed(waits) => {
                let at = (attempt as usize - 1).min(waits.len() - 1);
                Duration::from_secs(waits[at])
            }
            Schedule::Exponential => self.base.saturating_mul(1u32.checked_shl(attempt - 1).unwrap_or(u32::MAX)),
        };
        let factor = 1.0 + self.jitter * (2.0 * fraction.clamp(0.0, 1.0) - 1.0);
        Some(plain.min(Self::LONGEST).mul_f64(factor))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn fixed_waits_repeat_the_last() {
        let policy = RetryPolicy::try_new(Schedule::Fixed(&[300, 3_600, 21_600]), 5, 0.0, true).unwrap();
        let waits: Vec<_> = (1..=6).map(|n| policy.delay(n, 0.9).map(|d| d.as_secs())).collect();
        assert_eq!(waits, [Some(300), Some(3_600), Some(21_600), Some(21_600), Some(21_600), None]);
    }

    #[test]
    fn exponential_doubles_the_base() {
        let policy = RetryPolicy::try_new(Schedule::Exponential, 3, 0.0, true).unwrap();
        let waits: Vec<_> = (1..=4).map(|n| policy.delay(n, 0.0).map(|d| d.as_secs())).collect();
        assert_eq!(waits, [Some(1), Some(2), Some(4), None]);
        let slower = policy.with_base(Duration::from_secs(60));
        assert_eq!(slower.delay(3, 0.0), Some(Duration::from_secs(240)));
    }

    #[test]
    fn disabled_never_retries() {
        let policy = RetryPolicy::try_new(Schedule::Exponential, 3, 0.0, false).unwrap();
        assert_eq!(policy.delay(1, 0.5), None);
    }

    #[test]
    fn invalid_policies_are_refused() {
        assert_eq!(RetryPolicy::try_new(Schedule::Fixed(&[]), 1, 0.0, true), Err(BadPolicy::NoWaits));
        assert_eq!(RetryPolicy::try_new(Schedule::Exponential, 1, 1.5, true), Err(BadPolicy::Jitter));
        assert_eq!(RetryPolicy::try_new(Schedule::Exponential, 1, f64::NAN, true), Err(BadPolicy::Jitter));
    }

    proptest! {
        #[test]
        fn jitter_stays_within_its_bounds(attempt in 1u32..=10, fraction in 0.0f64..1.0) {
            let waits = Schedule::Fixed(&[5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]);
            let exact = RetryPolicy::try_new(waits, 10, 0.0, true).unwrap().delay(attempt, fraction).unwrap();
            let jittered = RetryPolicy::try_new(waits, 10, JITTER, true).unwrap().delay(attempt, fraction).unwrap();
            prop_assert!(jittered.as_secs_f64() >= exact.as_secs_f64() * 0.899);
            prop_assert!(jittered.as_secs_f64() <= exact.as_secs_f64() * 1.101);
        }

        #[test]
        fn no_attempt_number_panics(attempt: u32, retries: u8) {
            let policy = RetryPolicy::try_new(Schedule::Exponential, retries, JITTER, true).unwrap();
            prop_assert!(policy.delay(attempt, 0.5).is_none_or(|d| d <= RetryPolicy::LONGEST * 2));
        }
    }
}
