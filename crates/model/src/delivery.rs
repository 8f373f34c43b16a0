//! A delivery: one event for one subscription, its states, and the decision after an attempt.

use crate::{
    attempt::{AttemptResult, Verdict},
    event::{EventType, Priority},
    id::{DeliveryId, IdStyle, SubscriptionId},
    profile::Profile,
    retry::RetryPolicy,
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
    /// No retries left: a dead letter.
    Exhausted,
    /// The receiver answered 410 Gone.
    Disabled,
    /// The subscription was deleted.
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
}

impl Queue {
    pub const ALL: [Self; 5] = [Self::High, Self::Normal, Self::Low, Self::Replay, Self::Retry];

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
    /// Due time; for a pending delivery the time of its creation; `None` when it has ended.
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
    Cancelled,
}

impl EndStatus {
    pub const fn status(self) -> DeliveryStatus {
        match self {
            Self::Delivered => DeliveryStatus::Delivered,
            Self::Failed => DeliveryStatus::Failed,
            Self::Exhausted => DeliveryStatus::Exhausted,
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

/// Decides how a delivery continues after an attempt. `attempt` is its number in the current round, counted from 1;
/// `fraction` in `0.0..1.0` places the jitter.
pub fn decide(
    profile: Profile,
    policy: &RetryPolicy,
    result: &AttemptResult,
    attempt: u32,
    now: Timestamp,
    fraction: f64,
) -> Next {
    let (verdict, retry_after) = match result {
        AttemptResult::Response { status, retry_after } => (profile.rules().verdict(*status), *retry_after),
        AttemptResult::Failed(_) => (Verdict::Retry, None),
    };
    match verdict {
        Verdict::Delivered => Next::End(EndStatus::Delivered),
        Verdict::Final => Next::End(EndStatus::Failed),
        Verdict::Gone => Next::Gone,
        Verdict::Retry => match policy.delay(attempt, fraction) {
            None => Next::End(EndStatus::Exhausted),
            Some(delay) => {
                let least = retry_after.unwrap_or_default().min(RETRY_AFTER_MAX);
                Next::Retry { at: now.after(delay.max(least)) }
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{attempt::AttemptError, attempt::AttemptErrorKind, retry::Schedule};

    const NOW: Timestamp = Timestamp::from_millis(1_000_000);

    fn response(status: u16) -> AttemptResult {
        AttemptResult::Response { status, retry_after: None }
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
            let next = decide(profile, &policy(profile), &response(status), 1, NOW, 0.5);
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
            assert_eq!(decide(profile, &policy, &failed, retries, NOW, 0.0).status(), DeliveryStatus::Retrying);
            assert_eq!(decide(profile, &policy, &failed, retries + 1, NOW, 0.0).status(), DeliveryStatus::Exhausted);
        }
    }

    #[test]
    fn retry_after_is_a_minimum_wait_with_a_cap() {
        let policy = RetryPolicy::try_new(Schedule::Fixed(&[60]), 3, 0.0, true).unwrap();
        let wait = |seconds| {
            let result = AttemptResult::Response { status: 429, retry_after: Some(Duration::from_secs(seconds)) };
            decide(Profile::Platform, &policy, &result, 1, NOW, 0.5).retry_at().unwrap().since(NOW).as_secs()
        };
        assert_eq!(wait(5), 60);
        assert_eq!(wait(90), 90);
        assert_eq!(wait(10_000_000), 86_400);
    }

    #[test]
    fn stored_codes_are_read_back() {
        for status in DeliveryStatus::ALL {
            assert_eq!(DeliveryStatus::from_code(status.code()), Some(status));
        }
        for queue in Queue::ALL {
            assert_eq!(Queue::from_code(queue.code()), Some(queue));
        }
        assert_eq!((DeliveryStatus::from_code(99), Queue::from_code(5)), (None, None));
    }
}
