//! A delivery: one event on its way to one subscription, its states, and what follows from an attempt.

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

/// Where a delivery stands on disk. (`sending` is a fact about a node's memory; `docs/state-machine.md` draws it all.)
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeliveryStatus {
    /// Not tried yet, or brought back by hand.
    Pending,
    /// Tried, and to be tried again at `next_attempt_at`.
    Retrying,
    Delivered,
    /// The receiver's answer was final.
    Failed,
    /// No attempts left.
    Exhausted,
    /// The receiver said 410 Gone.
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

    /// Whether it will be sent again by itself.
    pub const fn is_waiting(self) -> bool {
        matches!(self, Self::Pending | Self::Retrying)
    }
}

/// Where in its lane a delivery waits. A queue is handed out in the order in which its deliveries are due; between
/// queues the lane chooses, so that a storm of retries never holds up what is fresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Queue {
    /// Of an event with high priority: before all others.
    High,
    Normal,
    Low,
    /// Brought back by hand.
    Replay,
    /// Tried before, by itself.
    Retry,
}

impl Queue {
    pub const ALL: [Self; 5] = [Self::High, Self::Normal, Self::Low, Self::Replay, Self::Retry];

    /// The queue of a new delivery.
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
    /// The event's id as the publisher chose it.
    pub given_event_id: Option<Arc<str>>,
    pub status: DeliveryStatus,
    /// Attempts made, over its whole life.
    pub attempts: u32,
    /// How many of them were made before the current round (a manual retry starts a new one).
    pub earlier_attempts: u32,
    /// Since when, or from when on, it is due; for one that is pending, when it was made.
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

/// What follows from an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Next {
    pub status: DeliveryStatus,
    /// Set exactly when the status is [`DeliveryStatus::Retrying`].
    pub at: Option<Timestamp>,
    pub disable_subscription: bool,
}

/// A `Retry-After` is heeded up to this.
pub const RETRY_AFTER_MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// Decides what follows from an attempt. `attempt` is its number in the current round, counted from 1; `fraction` in
/// `0.0..1.0` places the jitter.
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
    let ended = |status| Next { status, at: None, disable_subscription: verdict == Verdict::Gone };
    match verdict {
        Verdict::Delivered => ended(DeliveryStatus::Delivered),
        Verdict::Final => ended(DeliveryStatus::Failed),
        Verdict::Gone => ended(DeliveryStatus::Disabled),
        Verdict::Retry => match policy.delay(attempt, fraction) {
            None => ended(DeliveryStatus::Exhausted),
            Some(delay) => {
                let least = retry_after.unwrap_or_default().min(RETRY_AFTER_MAX);
                Next {
                    status: DeliveryStatus::Retrying,
                    at: Some(now.after(delay.max(least))),
                    disable_subscription: false,
                }
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
    fn statuses_follow_the_wire_table() {
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
            assert_eq!(next.status, expected, "{profile:?} {status}");
            assert_eq!(next.at.is_some(), expected == Retrying);
            assert_eq!(next.disable_subscription, expected == Disabled);
        }
    }

    #[test]
    fn retries_end() {
        let failed = AttemptResult::Failed(AttemptError::new(AttemptErrorKind::Timeout, "too slow"));
        for profile in Profile::ALL {
            let policy = policy(profile);
            let retries = u32::from(profile.rules().max_retries);
            assert_eq!(decide(profile, &policy, &failed, retries, NOW, 0.0).status, DeliveryStatus::Retrying);
            assert_eq!(decide(profile, &policy, &failed, retries + 1, NOW, 0.0).status, DeliveryStatus::Exhausted);
        }
    }

    #[test]
    fn retry_after_is_a_least_wait_with_a_cap() {
        let policy = RetryPolicy::try_new(Schedule::Fixed(&[60]), 3, 0.0, true).unwrap();
        let wait = |seconds| {
            let result = AttemptResult::Response { status: 429, retry_after: Some(Duration::from_secs(seconds)) };
            decide(Profile::Platform, &policy, &result, 1, NOW, 0.5).at.unwrap().since(NOW).as_secs()
        };
        assert_eq!(wait(5), 60);
        assert_eq!(wait(90), 90);
        assert_eq!(wait(10_000_000), 86_400);
    }

    #[test]
    fn codes_are_read_back() {
        for status in DeliveryStatus::ALL {
            assert_eq!(DeliveryStatus::from_code(status.code()), Some(status));
        }
        assert_eq!(DeliveryStatus::from_code(99), None);
    }
}
