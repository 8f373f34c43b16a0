//! The policies that apply to the deliveries of a subscription, by event type.

use super::{Backoff, RetryForm, RetryPolicy, RetryRules, ScheduleForm};
use crate::event::EventPattern;
use std::time::Duration;

/// The policies of a subscription: one for all event types, and those of event types with rules of their own.
#[derive(Clone, Debug, PartialEq)]
pub struct Retries {
    all: RetryPolicy,
    /// The most specific patterns first.
    by_event_type: Box<[(EventPattern, RetryPolicy)]>,
}

impl Retries {
    /// `profile`: the policy without rules, made of the profile's schedule and the subscription's `max_retries`.
    pub fn new(profile: RetryPolicy, rules: Option<&RetryRules>) -> Self {
        let Some(form) = rules.map(RetryRules::form) else {
            return Self { all: profile, by_event_type: Box::default() };
        };
        let backoff = profile.backoff.clone();
        let all = profile.with(form, &backoff);
        let own = |(pattern, own): (&String, &RetryForm)| {
            let policy = all.clone().with(own, &backoff);
            EventPattern::parse(pattern).ok().map(|pattern| (pattern, policy))
        };
        let mut by_event_type: Box<[_]> = form.by_event_type.iter().filter_map(own).collect();
        by_event_type.sort_by_key(|(pattern, _)| std::cmp::Reverse(specificity(pattern)));
        Self { all, by_event_type }
    }

    /// The policy of deliveries with this event type.
    pub fn of(&self, event_type: &str) -> &RetryPolicy {
        let own = self.by_event_type.iter().find(|(pattern, _)| pattern.matches(event_type));
        own.map_or(&self.all, |(_, policy)| policy)
    }

    /// The policy of event types without rules of their own.
    pub fn of_others(&self) -> &RetryPolicy {
        &self.all
    }
}

/// A type is more specific than a pattern, and a longer pattern than a shorter one.
fn specificity(pattern: &EventPattern) -> usize {
    match pattern {
        EventPattern::All => 0,
        EventPattern::Below(prefix) => prefix.len(),
        EventPattern::One(_) => usize::MAX,
    }
}

impl RetryPolicy {
    /// Applies rules whose bounds were checked; `profile` is the schedule of the profile.
    fn with(mut self, form: &RetryForm, profile: &Backoff) -> Self {
        match &form.schedule {
            None => {}
            Some(ScheduleForm::Name(_)) => self.backoff = profile.clone(),
            Some(ScheduleForm::Delays(delays)) => {
                self.backoff = Backoff::List(delays.iter().copied().map(Duration::from_secs).collect());
                self.max_retries = u8::try_from(delays.len()).unwrap_or(u8::MAX);
            }
            Some(ScheduleForm::Exponential { base_seconds, factor, cap_seconds }) => {
                let cap = cap_seconds.map_or(Self::LONGEST, Duration::from_secs);
                self.backoff = Backoff::Exponential { base: Duration::from_secs(*base_seconds), factor: *factor, cap };
            }
        }
        if let Some(retries) = form.max_retries {
            self.max_retries = u8::try_from(retries).unwrap_or(u8::MAX);
        }
        if let Some(jitter) = form.jitter {
            self.jitter = jitter;
        }
        if let Ok(Some(conditions)) = form.conditions() {
            self.retry_on = Some(conditions);
        }
        if let Some(seconds) = form.expires_after_seconds {
            self.expires_after = Some(Duration::from_secs(seconds));
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{attempt::AttemptErrorKind, retry::Schedule, time::Timestamp};

    fn retries(json: &str) -> Retries {
        let profile = RetryPolicy::try_new(Schedule::Fixed(&[300, 3_600]), 3, 0.1, true).unwrap();
        Retries::new(profile, Some(&serde_json::from_str(json).unwrap()))
    }

    /// The waits in seconds with the jitter in its middle.
    fn waits(policy: &RetryPolicy) -> Vec<f64> {
        (1..).map_while(|n| policy.delay(n, 0.5)).map(|wait| wait.as_secs_f64()).collect()
    }

    #[test]
    fn without_rules_the_profile_decides() {
        for retries in [Retries::new(RetryPolicy::never(), None).of_others().clone(), RetryPolicy::never()] {
            assert_eq!(retries, RetryPolicy::never());
        }
        assert_eq!(waits(retries("{}").of("a.b")), [300.0, 3_600.0, 3_600.0]);
    }

    #[test]
    fn schedules_have_their_waits() {
        for (json, expected) in [
            (r#"{"schedule":"profile"}"#, vec![300.0, 3_600.0, 3_600.0]),
            (r#"{"schedule":[1]}"#, vec![1.0]),
            (r#"{"schedule":[5,60,5,60,7]}"#, vec![5.0, 60.0, 5.0, 60.0, 7.0]),
            (r#"{"schedule":{"base_seconds":10,"factor":3}}"#, vec![10.0, 30.0, 90.0]),
            (r#"{"schedule":{"base_seconds":10,"factor":3,"cap_seconds":45}}"#, vec![10.0, 30.0, 45.0]),
            (r#"{"schedule":{"base_seconds":7,"factor":1}}"#, vec![7.0, 7.0, 7.0]),
            (r#"{"schedule":{"base_seconds":604800,"factor":10}}"#, vec![604_800.0, 604_800.0, 604_800.0]),
        ] {
            assert_eq!(waits(retries(json).of("a.b")), expected, "{json}");
        }
    }

    #[test]
    fn jitter_replaces_the_default() {
        let of = |json: &str| retries(json).of("a.b").delay(1, 0.0).unwrap().as_secs_f64();
        assert_eq!(of(r#"{"schedule":[100]}"#), 90.0);
        assert_eq!(of(r#"{"schedule":[100],"jitter":0}"#), 100.0);
        assert_eq!(of(r#"{"schedule":[100],"jitter":1}"#), 0.0);
    }

    #[test]
    fn the_most_specific_pattern_counts_and_inherits_the_rest() {
        let retries = retries(
            r#"{"schedule":[5],"retry_on":["5xx"],"expires_after_seconds":60,"by_event_type":{
                "invoice.*":{"schedule":[1,2]},
                "invoice.line.*":{"retry_on":["404"]},
                "invoice.paid":{"schedule":"profile","max_retries":1,"expires_after_seconds":10}}}"#,
        );
        let since = Timestamp::from_millis(0);
        for (event_type, expected, on_500, expiry) in [
            ("order.placed", vec![5.0], true, 60_000),
            ("invoice", vec![5.0], true, 60_000),
            ("invoice.sent", vec![1.0, 2.0], true, 60_000),
            ("invoice.line.added", vec![5.0], false, 60_000),
            ("invoice.paid", vec![300.0], true, 10_000),
        ] {
            let policy = retries.of(event_type);
            assert_eq!(waits(policy), expected, "{event_type}");
            assert_eq!(policy.retry_on().unwrap().status(500), on_500, "{event_type}");
            assert_eq!(policy.expires_at(since), Some(Timestamp::from_millis(expiry)), "{event_type}");
        }
        assert!(retries.of("invoice.line.added").retry_on().unwrap().failure(AttemptErrorKind::Timeout));
    }

    #[test]
    fn the_number_of_retries_is_the_lists_length_or_max_retries() {
        let count = |json: &str, event_type: &str| retries(json).of(event_type).retries();
        assert_eq!(count("{}", "a.b"), 3);
        assert_eq!(count(r#"{"schedule":[1,2,3,4,5]}"#, "a.b"), 5);
        let json = r#"{"schedule":[1,2,3,4,5],"by_event_type":{"a.b":{"max_retries":2},"a.c":{"max_retries":0},
            "a.d":{"schedule":{"base_seconds":1,"factor":2}}}}"#;
        for (event_type, expected) in [("a.b", 2), ("a.c", 0), ("a.d", 5), ("a.e", 5)] {
            assert_eq!(count(json, event_type), expected, "{event_type}");
        }
        let disabled = RetryPolicy::try_new(Schedule::Exponential, 3, 0.0, false).unwrap();
        let rules = serde_json::from_str(r#"{"schedule":[1,2]}"#).unwrap();
        assert_eq!(Retries::new(disabled, Some(&rules)).of("a.b").retries(), 0, "retry_enabled counts first");
    }
}
