//! Health of an endpoint: one word about a subscription's receiver, with its reason and the next step of a person. It
//! follows from what the circuit breaker and automatic disabling know, and from the success rate of the last hours.

use super::{AutoDisable, failing::disable_at};
use crate::{
    subscription::{DisabledReason, Subscription, SubscriptionState},
    time::Timestamp,
};
use std::time::Duration;

/// Nothing but failures for this long is failing. Shorter than the shortest warning of automatic disabling.
pub const FAILING_AFTER: Duration = Duration::from_secs(5 * 60);
/// Share of failed attempts of the last hours, in per cent, from which an endpoint is degraded.
pub const DEGRADED_PERCENT: u64 = 5;
/// Attempts of the last hours from which the share counts.
pub const DEGRADED_ATTEMPTS: u64 = 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HealthState {
    Healthy,
    /// Some attempts fail.
    Degraded,
    /// Nothing is delivered.
    Failing,
}

impl HealthState {
    pub const ALL: [Self; 3] = [Self::Healthy, Self::Degraded, Self::Failing];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Degraded => "degraded",
            Self::Failing => "failing",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}

/// Attempts of a subscription in the present hour and the one before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recent {
    pub attempts: u64,
    pub failed: u64,
}

impl Recent {
    /// True when many of the attempts failed.
    const fn is_bad(self) -> bool {
        self.attempts >= DEGRADED_ATTEMPTS && self.failed * 100 >= self.attempts * DEGRADED_PERCENT
    }
}

/// The health of an endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndpointHealth {
    pub state: HealthState,
    pub since: Timestamp,
    /// One sentence for the receiver's owner.
    pub reason: String,
    /// Advice to the receiver's owner; `None` when there is nothing to do.
    pub next_step: Option<String>,
}

const MEND: &str = "Mend the receiver, or change the URL of the subscription";

/// Assesses a subscription; `default` is the installation's policy of automatic disabling.
pub fn assess(of: &Subscription, recent: Recent, default: AutoDisable) -> EndpointHealth {
    disabled(of).or_else(|| broken(of)).or_else(|| failed(of, default)).or_else(|| flaky(of, recent)).unwrap_or_else(
        || EndpointHealth {
            state: HealthState::Healthy,
            since: quiet_since(of),
            reason: match of.stats.last_triggered_at {
                None => "No attempt has been made yet".into(),
                Some(_) => "The receiver takes its deliveries".into(),
            },
            next_step: (of.state == SubscriptionState::Paused)
                .then(|| "Activate the subscription: it is paused, and its deliveries wait".into()),
        },
    )
}

fn failing(since: Timestamp, reason: String, next_step: String) -> Option<EndpointHealth> {
    Some(EndpointHealth { state: HealthState::Failing, since, reason, next_step: Some(next_step) })
}

/// The end of the last trouble, as far as it is known.
fn quiet_since(of: &Subscription) -> Timestamp {
    of.stats.last_failure_at.into_iter().chain(of.health.restarted_at).max().unwrap_or(of.created_at)
}

fn disabled(of: &Subscription) -> Option<EndpointHealth> {
    if of.state != SubscriptionState::Disabled {
        return None;
    }
    let reason = match of.health.disabled.and_then(|disabled| disabled.reason) {
        Some(DisabledReason::Gone) => "The receiver answered 410 Gone, so the subscription was disabled",
        Some(DisabledReason::Failing) => "The receiver failed for too long, so the subscription was disabled",
        None => "The subscription is disabled",
    };
    let since = of.health.disabled.map_or(of.updated_at, |disabled| disabled.at);
    failing(since, reason.into(), format!("{MEND}; then activate it, and replay the events that it has missed"))
}

fn broken(of: &Subscription) -> Option<EndpointHealth> {
    let breaker = of.health.breaker.as_ref()?;
    let since = of.failing_since().map_or(breaker.since, |first| first.min(breaker.since));
    let reason = format!("The circuit breaker is open: {}", breaker.reason);
    let probe = breaker.next_probe_at;
    failing(since, reason, format!("{MEND}; the next probe is at {probe}, or reset the circuit breaker"))
}

/// Nothing but failures since the last success.
fn failed(of: &Subscription, default: AutoDisable) -> Option<EndpointHealth> {
    let since = of.failing_since()?;
    let last = of.stats.last_failure_at?;
    // Failures before a restart do not count.
    if of.health.restarted_at.is_some_and(|restarted| last <= restarted) {
        return None;
    }
    let reason = format!("Every attempt since {since} has failed");
    if last.since(since) < FAILING_AFTER {
        let next_step = Some("Look at the errors of its newest deliveries, and wait for the retries".into());
        return Some(EndpointHealth { state: HealthState::Degraded, since, reason, next_step });
    }
    let end = disable_at(of, default).map(|at| format!("; the subscription is disabled at {at} if this goes on"));
    failing(since, reason, format!("{MEND}{}", end.unwrap_or_default()))
}

/// A share of the attempts fails.
fn flaky(of: &Subscription, recent: Recent) -> Option<EndpointHealth> {
    if !recent.is_bad() {
        return None;
    }
    let Recent { attempts, failed } = recent;
    let percent = failed.saturating_mul(100) / attempts.max(1);
    Some(EndpointHealth {
        state: HealthState::Degraded,
        since: of.stats.last_failure_at.unwrap_or(of.updated_at),
        reason: format!("{failed} of the last {attempts} attempts failed ({percent} %)"),
        next_step: Some("Look at the errors of its failed and retrying deliveries".into()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        policy::{
            OpenBreaker,
            failing::{Judgement, judge},
        },
        subscription::{Disabled, tests::subscription},
    };
    use proptest::prelude::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(1_700_000_000_000 + seconds * 1_000)
    }

    fn failing_for(seconds: i64) -> Subscription {
        let mut of = subscription();
        of.stats.failing_since = Some(at(0));
        of.stats.last_failure_at = Some(at(seconds));
        of.stats.last_triggered_at = Some(at(seconds));
        of
    }

    fn state(of: &Subscription, recent: (u64, u64)) -> HealthState {
        assess(of, Recent { attempts: recent.0, failed: recent.1 }, AutoDisable::After(24)).state
    }

    #[test]
    fn a_subscription_without_attempts_is_healthy() {
        let health = assess(&subscription(), Recent::default(), AutoDisable::Never);
        assert_eq!((health.state, health.next_step), (HealthState::Healthy, None));
        assert_eq!((health.reason.as_str(), health.since), ("No attempt has been made yet", subscription().created_at));
        let paused = Subscription { state: SubscriptionState::Paused, ..subscription() };
        assert!(assess(&paused, Recent::default(), AutoDisable::Never).next_step.is_some());
    }

    #[test]
    fn nothing_but_failures_is_degraded_and_then_failing() {
        for (seconds, expected) in
            [(0, HealthState::Degraded), (299, HealthState::Degraded), (300, HealthState::Failing)]
        {
            assert_eq!(state(&failing_for(seconds), (0, 0)), expected, "{seconds}");
        }
        let health = assess(&failing_for(600), Recent::default(), AutoDisable::After(24));
        assert_eq!(health.since, at(0));
        let end = at(24 * 3_600).to_string();
        assert!(health.next_step.unwrap().contains(&end));
        let never = assess(&failing_for(600), Recent::default(), AutoDisable::Never);
        assert!(!never.next_step.unwrap().contains("disabled"));
    }

    #[test]
    fn failures_before_a_restart_do_not_count() {
        let mut of = failing_for(600);
        of.health.restarted_at = Some(at(600));
        assert_eq!(state(&of, (0, 0)), HealthState::Healthy);
        of.stats.last_failure_at = Some(at(710));
        assert_eq!(state(&of, (0, 0)), HealthState::Degraded);
    }

    #[test]
    fn a_share_of_failures_is_degraded() {
        let of = subscription();
        for (recent, expected) in [
            ((19, 19), HealthState::Healthy),
            ((20, 1), HealthState::Degraded),
            ((1_000, 49), HealthState::Healthy),
            ((1_000, 50), HealthState::Degraded),
            ((1_000, 1_000), HealthState::Degraded),
        ] {
            assert_eq!(state(&of, recent), expected, "{recent:?}");
        }
        let health = assess(&of, Recent { attempts: 400, failed: 50 }, AutoDisable::Never);
        assert_eq!(health.reason, "50 of the last 400 attempts failed (12 %)");
    }

    #[test]
    fn a_disabled_subscription_is_failing_and_says_why() {
        for (reason, part) in [
            (Some(DisabledReason::Gone), "410"),
            (Some(DisabledReason::Failing), "for too long"),
            (None, "is disabled"),
        ] {
            let mut of = Subscription { state: SubscriptionState::Disabled, ..subscription() };
            of.health.disabled = Some(Disabled { reason, at: at(5) });
            let health = assess(&of, Recent::default(), AutoDisable::Never);
            assert_eq!((health.state, health.since), (HealthState::Failing, at(5)));
            assert!(health.reason.contains(part) && health.next_step.unwrap().contains("activate"));
        }
    }

    #[test]
    fn an_open_breaker_is_failing_since_the_first_failure() {
        let mut of = failing_for(20);
        let (since, next_probe_at) = (at(10), at(60));
        of.health.breaker = Some(OpenBreaker { since, reason: "refused".into(), next_probe_at, pauses: 1 });
        let health = assess(&of, Recent::default(), AutoDisable::Never);
        assert_eq!((health.state, health.since), (HealthState::Failing, at(0)));
        assert!(health.reason.ends_with(": refused") && health.next_step.unwrap().contains(&at(60).to_string()));
    }

    proptest! {
        /// Health agrees with automatic disabling: a warned or disabled receiver is failing.
        #[test]
        fn what_is_warned_about_or_disabled_is_failing(
            last in -10i64..1_000_000, restarted in prop::option::of(0i64..1_000_000), warned: bool, hours in 1u16..300,
            attempts in 0u64..100, failed in 0u64..100,
        ) {
            let mut of = failing_for(last);
            of.health.restarted_at = restarted.map(at);
            of.health.warned_at = warned.then(|| at(1));
            let default = AutoDisable::After(hours);
            let health = assess(&of, Recent { attempts, failed: failed.min(attempts) }, default);
            if matches!(judge(&of, default), Judgement::Warn | Judgement::Disable) {
                prop_assert_eq!(health.state, HealthState::Failing);
            }
            prop_assert!(health.state == HealthState::Healthy || health.next_step.is_some());
        }
    }
}
