//! A delivery: one event for one subscription, its states, and the decision after an attempt.

use crate::{
    attempt::{AttemptResult, Verdict},
    event::{EventType, Priority},
    id::{DeliveryId, IdStyle, SubscriptionId},
    profile::Profile,
    retry::{RetryOn, RetryPolicy},
    tenant::TenantId,
    time::Timestamp,
};
use std::{sync::Arc, time::Duration};

/// Stored state of a delivery. (`sending` only exists in a node's memory; see `docs/state-machine.md`.)
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeliveryStatus {
    /// Not attempted yet, or replayed by a manual retry.
    Pending,
    /// Attempted, with a retry at `next_attempt_at`.
    Retrying,
    Delivered,
    /// The receiver's response was final.
    Failed,
    /// No retries left, or too old to be sent: a dead letter.
    Exhausted,
    /// The receiver answered 410 Gone.
    Disabled,
    /// Its subscription was deleted, or somebody cancelled it.
    Cancelled,
}

impl DeliveryStatus {
    pub const ALL: [Self; 7] = [
        Self::Pending,
        Self::Retrying,
        Self::Delivered,
        Self::Failed,
        Self::Exhausted,
        Self::Disabled,
        Self::Cancelled,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Retrying => "retrying",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Exhausted => "exhausted",
            Self::Disabled => "disabled",
            Self::Cancelled => "cancelled",
        }
    }

    /// The number that stores keep.
    pub const fn code(self) -> u8 {
        self as u8
    }

    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.code() == code)
    }

    /// True when it will be sent without a manual retry.
    pub const fn is_waiting(self) -> bool {
        matches!(self, Self::Pending | Self::Retrying)
    }
}

/// The queue of its lane in which a delivery waits. Within a queue deliveries are sent in order of their due times; the
/// lane chooses between queues, so that a storm of retries never delays new deliveries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Queue {
    /// Events with high priority: before all other queues.
    High,
    Normal,
    Low,
    /// Manual retries.
    Replay,
    /// Automatic retries.
    Retry,
    /// First attempts that wait for the event's `deliver_at`. When they are due, they are sent like new deliveries of
    /// the event's priority.
    Delayed,
    /// Deliveries that are sent one after the other ([`crate::shape::Order`]), with their retries. Only the first one of each
    /// [`crate::shape::OrderKey`] may be due.
    Ordered,
}

impl Queue {
    pub const ALL: [Self; 7] =
        [Self::High, Self::Normal, Self::Low, Self::Replay, Self::Retry, Self::Delayed, Self::Ordered];

    /// True when its deliveries wait for their due times. In all other queues a delivery is due since its creation.
    pub const fn waits_for_time(self) -> bool {
        matches!(self, Self::Retry | Self::Delayed | Self::Ordered)
    }

    /// True when its deliveries may wait for a retry.
    pub const fn has_retries(self) -> bool {
        matches!(self, Self::Retry | Self::Ordered)
    }

    /// The queue of a new delivery with this priority.
    pub const fn of(priority: Priority) -> Self {
        match priority {
            Priority::High => Self::High,
            Priority::Normal => Self::Normal,
            Priority::Low => Self::Low,
        }
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Normal => "normal",
            Self::Low => "low",
            Self::Replay => "replay",
            Self::Retry => "retry",
            Self::Delayed => "delayed",
            Self::Ordered => "ordered",
        }
    }

    /// The number that stores keep.
    pub const fn code(self) -> u8 {
        self as u8
    }

    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    pub id: DeliveryId,
    pub tenant: TenantId,
    pub subscription: SubscriptionId,
    pub event_type: EventType,
    /// The event's id as chosen by its publisher.
    pub given_event_id: Option<Arc<str>>,
    pub status: DeliveryStatus,
    /// Number of attempts over all rounds.
    pub attempts: u32,
    /// Number of attempts before the current round (a manual retry starts a new one).
    pub earlier_attempts: u32,
    /// Due time; for a pending delivery the time of its creation, or of its delay; `None` when it has ended.
    pub next_attempt_at: Option<Timestamp>,
    pub updated_at: Timestamp,
    pub response_code: Option<u16>,
    pub error: Option<String>,
    pub duration: Option<Duration>,
}

impl Delivery {
    pub fn created_at(&self) -> Timestamp {
        self.id.made_at()
    }

    /// The time of the next attempt, when the delivery waits for a time: a retry, or a delayed first attempt.
    pub fn waits_until(&self) -> Option<Timestamp> {
        let is_retry = self.status == DeliveryStatus::Retrying;
        self.next_attempt_at.filter(|at| is_retry || *at > self.created_at())
    }

    pub fn public_event_id(&self, style: IdStyle) -> String {
        self.given_event_id.as_deref().map_or_else(|| self.id.event().text(style), str::to_owned)
    }
}

/// The decision after an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Another attempt at this time.
    Retry {
        at: Timestamp,
    },
    End(EndStatus),
    /// The delivery ends as [`DeliveryStatus::Disabled`], and its subscription is disabled.
    Gone,
}

/// A final status of a delivery that does not affect its subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndStatus {
    Delivered,
    Failed,
    Exhausted,
    /// Too old: `expires_after_seconds` of the retry policy.
    Expired,
    Cancelled,
}

impl EndStatus {
    pub const fn status(self) -> DeliveryStatus {
        match self {
            Self::Delivered => DeliveryStatus::Delivered,
            Self::Failed => DeliveryStatus::Failed,
            Self::Exhausted | Self::Expired => DeliveryStatus::Exhausted,
            Self::Cancelled => DeliveryStatus::Cancelled,
        }
    }
}

impl Next {
    /// The status that the delivery gets.
    pub const fn status(self) -> DeliveryStatus {
        match self {
            Self::Retry { .. } => DeliveryStatus::Retrying,
            Self::End(end) => end.status(),
            Self::Gone => DeliveryStatus::Disabled,
        }
    }

    /// The time of the next attempt; `None` when the delivery ends.
    pub const fn retry_at(self) -> Option<Timestamp> {
        match self {
            Self::Retry { at } => Some(at),
            Self::End(_) | Self::Gone => None,
        }
    }
}

/// Upper bound of a `Retry-After` that is honoured.
pub const RETRY_AFTER_MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// The place of an attempt in its delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// The number of the attempt in the current round, counted from 1.
    pub attempt: u32,
    /// The last instant at which the delivery may be sent.
    pub expires_at: Option<Timestamp>,
}

/// Decides how a delivery continues after an attempt that ended `now`. `fraction` in `0.0..1.0` places the jitter.
pub fn decide(
    profile: Profile,
    policy: &RetryPolicy,
    result: &AttemptResult,
    turn: Turn,
    now: Timestamp,
    fraction: f64,
) -> Next {
    let (verdict, retry_after) = match result {
        AttemptResult::Response { status, retry_after } => {
            let verdict = profile.rules().verdict(*status);
            (replaced(verdict, policy, |on| on.status(*status)), *retry_after)
        }
        AttemptResult::Failed(error) => (replaced(Verdict::Retry, policy, |on| on.failure(error.kind)), None),
    };
    match verdict {
        Verdict::Delivered => Next::End(EndStatus::Delivered),
        Verdict::Final => Next::End(EndStatus::Failed),
        Verdict::Gone => Next::Gone,
        Verdict::Retry => match policy.delay(turn.attempt, fraction) {
            None => Next::End(EndStatus::Exhausted),
            Some(delay) => {
                let least = retry_after.unwrap_or_default().min(RETRY_AFTER_MAX);
                let at = now.after(delay.max(least));
                let expires = turn.expires_at.is_some_and(|expiry| at > expiry);
                if expires { Next::End(EndStatus::Expired) } else { Next::Retry { at } }
            }
        },
    }
}

/// A profile's verdict, unless the policy names the results that are retried.
fn replaced(verdict: Verdict, policy: &RetryPolicy, is_retried: impl Fn(&RetryOn) -> bool) -> Verdict {
    match (verdict, policy.retry_on()) {
        (Verdict::Retry | Verdict::Final, Some(on)) if is_retried(on) => Verdict::Retry,
        (Verdict::Retry | Verdict::Final, Some(_)) => Verdict::Final,
        (verdict, _) => verdict,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        attempt::AttemptError,
        attempt::AttemptErrorKind,
        retry::{Retries, Schedule},
    };

    const NOW: Timestamp = Timestamp::from_millis(1_000_000);

    fn response(status: u16) -> AttemptResult {
        AttemptResult::Response { status, retry_after: None }
    }

    fn turn(attempt: u32) -> Turn {
        Turn { attempt, expires_at: None }
    }

    fn policy(profile: Profile) -> RetryPolicy {
        let rules = profile.rules();
        RetryPolicy::try_new(rules.schedule, rules.max_retries, 0.0, true).unwrap()
    }

    #[test]
    fn states_follow_the_wire_table() {
        use DeliveryStatus::*;
        use Profile::*;
        let rows = [
            (Platform, 200, Delivered),
            (Platform, 299, Delivered),
            (Platform, 302, Retrying),
            (Platform, 404, Retrying),
            (Platform, 410, Disabled),
            (Platform, 500, Retrying),
            (Tenant, 204, Delivered),
            (Tenant, 302, Delivered),
            (Tenant, 404, Failed),
            (Tenant, 410, Failed),
            (Tenant, 408, Retrying),
            (Tenant, 429, Retrying),
            (Tenant, 503, Retrying),
            (Standard, 200, Delivered),
            (Standard, 302, Retrying),
            (Standard, 410, Disabled),
            (Standard, 400, Retrying),
        ];
        for (profile, status, expected) in rows {
            let next = decide(profile, &policy(profile), &response(status), turn(1), NOW, 0.5);
            assert_eq!(next.status(), expected, "{profile:?} {status}");
            assert_eq!(next.retry_at().is_some(), expected == Retrying);
            assert_eq!(next == Next::Gone, expected == Disabled);
        }
    }

    #[test]
    fn retries_end_in_exhausted() {
        let failed = AttemptResult::Failed(AttemptError::new(AttemptErrorKind::Timeout, "too slow"));
        for profile in Profile::ALL {
            let policy = policy(profile);
            let retries = u32::from(profile.rules().max_retries);
            assert_eq!(decide(profile, &policy, &failed, turn(retries), NOW, 0.0).status(), DeliveryStatus::Retrying);
            assert_eq!(
                decide(profile, &policy, &failed, turn(retries + 1), NOW, 0.0).status(),
                DeliveryStatus::Exhausted
            );
        }
    }

    #[test]
    fn retry_after_is_a_minimum_wait_with_a_cap() {
        let policy = RetryPolicy::try_new(Schedule::Fixed(&[60]), 3, 0.0, true).unwrap();
        let wait = |seconds| {
            let result = AttemptResult::Response { status: 429, retry_after: Some(Duration::from_secs(seconds)) };
            decide(Profile::Platform, &policy, &result, turn(1), NOW, 0.5).retry_at().unwrap().since(NOW).as_secs()
        };
        assert_eq!(wait(5), 60);
        assert_eq!(wait(90), 90);
        assert_eq!(wait(10_000_000), 86_400);
    }

    /// The profile's policy with rules.
    fn with(profile: Profile, rules: &str) -> RetryPolicy {
        Retries::new(policy(profile), Some(&serde_json::from_str(rules).unwrap())).of("a.b").clone()
    }

    #[test]
    fn retry_on_replaces_the_profiles_choice_but_neither_success_nor_410() {
        use DeliveryStatus::*;
        use Profile::*;
        let rules = r#"{"retry_on":["5xx","404","4xx","3xx"]}"#;
        let few = r#"{"retry_on":["503"]}"#;
        for (profile, rules, status, expected) in [
            (Platform, few, 503, Retrying),
            (Platform, few, 500, Failed),
            (Platform, few, 302, Failed),
            (Platform, few, 200, Delivered),
            (Platform, few, 410, Disabled),
            (Platform, rules, 410, Disabled),
            (Tenant, few, 408, Failed),
            (Tenant, rules, 404, Retrying),
            (Tenant, rules, 302, Delivered),
            (Tenant, rules, 410, Failed),
            (Standard, rules, 302, Retrying),
        ] {
            let next = decide(profile, &with(profile, rules), &response(status), turn(1), NOW, 0.5);
            assert_eq!(next.status(), expected, "{profile:?} {rules} {status}");
        }
    }

    #[test]
    fn failures_that_retry_on_leaves_out_are_final() {
        use AttemptErrorKind::*;
        for (rules, kind, expected) in [
            (r#"{"retry_on":["503"]}"#, Timeout, DeliveryStatus::Retrying),
            (r#"{"retry_on":["503","dns"]}"#, Timeout, DeliveryStatus::Failed),
            (r#"{"retry_on":["503","dns"]}"#, Dns, DeliveryStatus::Retrying),
            (r#"{"retry_on":["503","no_failures"]}"#, Refused, DeliveryStatus::Failed),
        ] {
            let failed = AttemptResult::Failed(AttemptError::new(kind, ""));
            let next = decide(Profile::Platform, &with(Profile::Platform, rules), &failed, turn(1), NOW, 0.5);
            assert_eq!(next.status(), expected, "{rules} {kind:?}");
        }
    }

    #[test]
    fn a_retry_after_the_expiry_ends_the_delivery_at_once() {
        let policy = RetryPolicy::try_new(Schedule::Fixed(&[60]), 3, 0.0, true).unwrap();
        for (expiry, retry_after, expected) in [
            (60, 0, Next::Retry { at: NOW.after(Duration::from_secs(60)) }),
            (59, 0, Next::End(EndStatus::Expired)),
            (89, 90, Next::End(EndStatus::Expired)),
            (90, 90, Next::Retry { at: NOW.after(Duration::from_secs(90)) }),
        ] {
            let result = AttemptResult::Response { status: 503, retry_after: Some(Duration::from_secs(retry_after)) };
            let turn = Turn { attempt: 1, expires_at: Some(NOW.after(Duration::from_secs(expiry))) };
            let next = decide(Profile::Platform, &policy, &result, turn, NOW, 0.5);
            assert_eq!(next, expected, "{expiry} {retry_after}");
            let exhausted = decide(Profile::Platform, &policy, &result, Turn { attempt: 4, ..turn }, NOW, 0.5);
            assert_eq!(exhausted, Next::End(EndStatus::Exhausted));
        }
        assert_eq!(EndStatus::Expired.status(), DeliveryStatus::Exhausted);
    }

    #[test]
    fn stored_codes_are_read_back() {
        for status in DeliveryStatus::ALL {
            assert_eq!(DeliveryStatus::from_code(status.code()), Some(status));
        }
        for queue in Queue::ALL {
            assert_eq!(Queue::from_code(queue.code()), Some(queue));
        }
        assert_eq!((DeliveryStatus::from_code(99), Queue::from_code(7)), (None, None));
    }
}
