//! Automatic disabling: a receiver that has answered nothing but failures for long enough is warned about, and then its
//! subscription is disabled.

use super::AutoDisable;
use crate::{event::EventPattern, subscription::Subscription, time::Timestamp};
use std::time::Duration;

/// The action that is due for a subscription because of its receiver's failures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// Nothing is due.
    Fine,
    /// The warning, at half of the time.
    Warn,
    Disable,
    /// A warned receiver has succeeded again.
    Recovered,
}

/// Judges a subscription by its state and statistics; `default` is the installation's policy. Only the time between the
/// first and the last failure counts, so a receiver to which nothing is sent is not disabled.
pub fn judge(subscription: &Subscription, default: AutoDisable) -> Judgement {
    let warned = subscription.health.warned_at.is_some();
    let Some(since) = subscription.failing_since() else {
        return if warned { Judgement::Recovered } else { Judgement::Fine };
    };
    let Some(after) = subscription.policies.auto_disable.unwrap_or(default).after() else { return Judgement::Fine };
    if !subscription.state.is_active() {
        return Judgement::Fine;
    }
    let failing = subscription.stats.last_failure_at.map_or(Duration::ZERO, |last| last.since(since));
    match failing {
        _ if failing >= after => Judgement::Disable,
        _ if failing >= after / 2 && !warned => Judgement::Warn,
        _ => Judgement::Fine,
    }
}

/// Failures of one subscription, as evidence that its receiver fails and not one event or one type of events.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    events: Distinct,
    types: Distinct,
    /// A failure without any response: it does not depend on the event.
    unreachable: bool,
}

/// Whether there is none, one, or more than one value.
#[derive(Clone, Debug, Default)]
struct Distinct {
    first: Option<String>,
    several: bool,
}

impl Distinct {
    fn add(&mut self, value: &str) {
        match &self.first {
            None => self.first = Some(value.to_owned()),
            Some(first) => self.several |= first != value,
        }
    }
}

impl Evidence {
    /// Adds a delivery that failed; `response` is the status of its last response.
    pub fn add(&mut self, event: &str, event_type: &str, response: Option<u16>) {
        self.events.add(event);
        self.types.add(event_type);
        self.unreachable |= response.is_none();
    }

    /// True when the failures concern several events, and several types: unless the receiver gave no response, or the
    /// subscription has one type only.
    pub fn suffices(&self, patterns: &[EventPattern]) -> bool {
        let one_type = matches!(patterns, [EventPattern::One(_)]);
        self.events.several && (self.types.several || self.unreachable || one_type)
    }
}

/// The time at which a subscription will be disabled if its receiver goes on to fail.
pub fn disable_at(subscription: &Subscription, default: AutoDisable) -> Option<Timestamp> {
    let after = subscription.policies.auto_disable.unwrap_or(default).after()?;
    subscription.failing_since().filter(|_| subscription.state.is_active()).map(|since| since.after(after))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        event::EventType,
        subscription::{SubscriptionState, tests::subscription},
    };

    const HOUR: i64 = 3_600_000;

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_millis(1_700_000_000_000 + hours * HOUR)
    }

    fn failing(last: i64) -> Subscription {
        let mut failing = subscription();
        failing.stats.failing_since = Some(at(0));
        failing.stats.last_failure_at = Some(at(last));
        failing
    }

    #[test]
    fn a_warning_comes_at_half_of_the_time_and_then_the_end() {
        for (hours, judgement) in [
            (0, Judgement::Fine),
            (11, Judgement::Fine),
            (12, Judgement::Warn),
            (23, Judgement::Warn),
            (24, Judgement::Disable),
            (500, Judgement::Disable),
        ] {
            assert_eq!(judge(&failing(hours), AutoDisable::After(24)), judgement, "{hours}");
        }
    }

    #[test]
    fn the_warning_is_given_once_and_withdrawn_after_a_success() {
        let mut warned = failing(13);
        warned.health.warned_at = Some(at(12));
        assert_eq!(judge(&warned, AutoDisable::After(24)), Judgement::Fine);
        warned.stats.failing_since = None;
        assert_eq!(judge(&warned, AutoDisable::After(24)), Judgement::Recovered);
    }

    #[test]
    fn an_inactive_subscription_and_one_that_is_never_disabled_are_left_alone() {
        assert_eq!(judge(&failing(100), AutoDisable::Never), Judgement::Fine);
        for state in [SubscriptionState::Paused, SubscriptionState::Disabled, SubscriptionState::Deleted] {
            assert_eq!(judge(&Subscription { state, ..failing(100) }, AutoDisable::After(24)), Judgement::Fine);
        }
    }

    #[test]
    fn the_subscriptions_own_policy_comes_first() {
        let mut own = failing(10);
        own.policies.auto_disable = Some(AutoDisable::After(10));
        assert_eq!(judge(&own, AutoDisable::Never), Judgement::Disable);
        assert_eq!(disable_at(&own, AutoDisable::Never), Some(at(10)));
        own.policies.auto_disable = Some(AutoDisable::Never);
        assert_eq!(judge(&own, AutoDisable::After(1)), Judgement::Fine);
        assert_eq!(disable_at(&own, AutoDisable::After(1)), None);
    }

    #[test]
    fn failures_before_a_restart_do_not_count() {
        let mut restarted = failing(30);
        restarted.health.restarted_at = Some(at(20));
        assert_eq!(judge(&restarted, AutoDisable::After(24)), Judgement::Fine);
        restarted.stats.last_failure_at = Some(at(44));
        assert_eq!(judge(&restarted, AutoDisable::After(24)), Judgement::Disable);
    }

    #[test]
    fn one_event_or_one_type_is_no_evidence() {
        let all = [EventPattern::All];
        let one = [EventPattern::One(EventType::trusted("a.b"))];
        type Failures = &'static [(&'static str, &'static str, Option<u16>)];
        let rows: [(&[EventPattern], Failures, bool); 7] = [
            (&all, &[], false),
            (&all, &[("1", "a.b", None), ("1", "a.b", None)], false),
            (&all, &[("1", "a.b", Some(500)), ("2", "a.b", Some(500))], false),
            (&all, &[("1", "a.b", Some(500)), ("2", "a.c", Some(500))], true),
            (&all, &[("1", "a.b", Some(500)), ("2", "a.b", None)], true),
            (&one, &[("1", "a.b", Some(500)), ("2", "a.b", Some(500))], true),
            (&one, &[("1", "a.b", Some(500))], false),
        ];
        for (patterns, failures, suffices) in rows {
            let mut evidence = Evidence::default();
            failures.iter().for_each(|(event, event_type, response)| evidence.add(event, event_type, *response));
            assert_eq!(evidence.suffices(patterns), suffices, "{failures:?}");
        }
    }
}
