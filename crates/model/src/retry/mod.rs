//! Retry policies: schedules, backoff, jitter, expiry, and which results are retried.

mod conditions;
mod effective;
mod plan;
mod rules;

pub use conditions::{BadCondition, Condition, RetryOn};
pub use effective::Retries;
pub use plan::{Plan, PlannedAttempt};
pub use rules::{PROFILE, RetryForm, RetryRules, ScheduleForm};

use crate::time::Timestamp;
use std::{sync::Arc, time::Duration};

/// Waits between attempts (backoff) of a profile, before jitter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Schedule {
    /// Seconds before the first, second, … retry; the last one repeats.
    Fixed(&'static [u64]),
    /// `base × 2^(n−1)` seconds before the nth retry; the base is the installation's.
    Exponential,
}

/// Waits between attempts, before jitter.
#[derive(Clone, Debug, PartialEq)]
enum Backoff {
    /// The profile's schedule, with the installation's base of exponential ones.
    Profile { schedule: Schedule, base: Duration },
    /// The wait before the first, second, … retry.
    List(Arc<[Duration]>),
    /// `base × factor^(n−1)` before the nth retry, at most `cap`.
    Exponential { base: Duration, factor: f64, cap: Duration },
}

impl Backoff {
    /// The wait before the `n`th retry, counted from 1.
    fn wait(&self, n: u32) -> Duration {
        match self {
            Self::Profile { schedule: Schedule::Fixed(waits), .. } => {
                Duration::from_secs(waits[(n as usize - 1).min(waits.len() - 1)])
            }
            Self::Profile { schedule: Schedule::Exponential, base } => {
                base.saturating_mul(1u32.checked_shl(n - 1).unwrap_or(u32::MAX))
            }
            Self::List(waits) => waits[(n as usize - 1).min(waits.len() - 1)],
            Self::Exponential { base, factor, cap } => {
                let seconds = base.as_secs_f64() * factor.powf(f64::from(n - 1));
                Duration::try_from_secs_f64(seconds).map_or(*cap, |wait| wait.min(*cap))
            }
        }
    }
}

/// Number and schedule of a delivery's retries, the results that are retried, and the age at which a delivery expires.
/// Constructed by [`RetryPolicy::try_new`] or from [`RetryRules`], which check that the parts are consistent.
#[derive(Clone, Debug, PartialEq)]
pub struct RetryPolicy {
    backoff: Backoff,
    max_retries: u8,
    jitter: f64,
    enabled: bool,
    /// `None`: the profile decides.
    retry_on: Option<RetryOn>,
    expires_after: Option<Duration>,
}

/// An invalid retry policy.
#[derive(Debug, thiserror::Error, PartialEq)]
pub enum BadPolicy {
    #[error("the schedule has no waits")]
    NoWaits,
    #[error("jitter must be between 0 and 1")]
    Jitter,
}

/// Maximum of `max_retries`.
pub const RETRIES_MAX: u8 = 10;

/// Relative jitter of all schedules, in either direction (`docs/contracts.md`, On the wire).
pub const JITTER: f64 = 0.1;

impl RetryPolicy {
    /// Upper bound of a single wait, before jitter.
    pub const LONGEST: Duration = Duration::from_secs(7 * 24 * 60 * 60);

    pub fn try_new(schedule: Schedule, max_retries: u8, jitter: f64, enabled: bool) -> Result<Self, BadPolicy> {
        if schedule == Schedule::Fixed(&[]) {
            return Err(BadPolicy::NoWaits);
        }
        if !(0.0..=1.0).contains(&jitter) {
            return Err(BadPolicy::Jitter);
        }
        let backoff = Backoff::Profile { schedule, base: Duration::from_secs(1) };
        Ok(Self { backoff, max_retries, jitter, enabled, retry_on: None, expires_after: None })
    }

    /// A policy without retries.
    pub const fn never() -> Self {
        let backoff = Backoff::Profile { schedule: Schedule::Exponential, base: Duration::from_secs(1) };
        Self { backoff, max_retries: 0, jitter: 0.0, enabled: false, retry_on: None, expires_after: None }
    }

    /// Sets the base of [`Schedule::Exponential`].
    #[must_use]
    pub const fn with_base(mut self, installation: Duration) -> Self {
        if let Backoff::Profile { base, .. } = &mut self.backoff {
            *base = installation;
        }
        self
    }

    /// Number of retries after the first attempt.
    pub const fn retries(&self) -> u8 {
        if self.enabled { self.max_retries } else { 0 }
    }

    /// Relative jitter, in either direction.
    pub const fn jitter(&self) -> f64 {
        self.jitter
    }

    /// The conditions that replace the profile's, if the subscription has them.
    pub const fn retry_on(&self) -> Option<&RetryOn> {
        self.retry_on.as_ref()
    }

    /// The last instant at which a delivery that waits since `since` is sent; `None` when it does not expire.
    pub fn expires_at(&self, since: Timestamp) -> Option<Timestamp> {
        self.expires_after.map(|age| since.after(age))
    }

    /// The wait after the `attempt`th failed attempt of a round, counted from 1; `None` when no retry is left.
    /// `fraction` in `0.0..1.0` places the jitter.
    pub fn delay(&self, attempt: u32, fraction: f64) -> Option<Duration> {
        if attempt == 0 || attempt > u32::from(self.retries()) {
            return None;
        }
        let factor = 1.0 + self.jitter * (2.0 * fraction.clamp(0.0, 1.0) - 1.0);
        Some(self.backoff.wait(attempt).min(Self::LONGEST).mul_f64(factor))
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
