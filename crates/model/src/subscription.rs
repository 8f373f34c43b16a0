//! A subscription: a tenant's URL, its event patterns and its settings. Field validation is here, so that every API
//! applies the same rules.

use crate::{
    credentials::Credentials,
    event::{EventPattern, EventType},
    id::SubscriptionId,
    json::JsonObject,
    policy::{OnPause, OpenBreaker, Policies},
    profile::Profile,
    retry::{JITTER, Retries, RetryPolicy},
    tenant::TenantId,
    time::Timestamp,
    url_rules::SubscriptionUrl,
};
use std::{fmt, ops::RangeInclusive, time::Duration};
use zeroize::Zeroize;

pub use crate::headers::{BadHeader, MASKED, check_header, check_headers, may_be_credential};
pub use crate::retry::RETRIES_MAX;

/// State of a subscription: decides whether it matches events and sends deliveries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SubscriptionState {
    Active,
    /// Paused by its owner: deliveries wait. [`Policies::on_pause`] says whether events are still matched.
    Paused,
    /// Disabled by a 410 Gone: no new events are matched.
    Disabled,
    /// Kept because the delivery log refers to it.
    Deleted,
}

impl SubscriptionState {
    pub const ALL: [Self; 4] = [Self::Active, Self::Paused, Self::Disabled, Self::Deleted];

    pub const fn is_active(self) -> bool {
        matches!(self, Self::Active)
    }

    /// True until it is disabled or deleted.
    pub const fn is_enabled(self) -> bool {
        matches!(self, Self::Active | Self::Paused)
    }

    /// The number that stores keep.
    pub const fn code(self) -> u8 {
        self as u8
    }

    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

/// Why a subscription is disabled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DisabledReason {
    /// Its receiver answered 410 Gone.
    Gone,
    /// Its receiver failed for longer than the installation or the subscription allows.
    Failing,
}

impl DisabledReason {
    pub const ALL: [Self; 2] = [Self::Gone, Self::Failing];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::Failing => "failing",
        }
    }

    /// The number that stores keep.
    pub const fn code(self) -> u8 {
        self as u8
    }

    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }
}

/// When and why a subscription was disabled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Disabled {
    /// `None` for a subscription that an earlier version disabled.
    pub reason: Option<DisabledReason>,
    pub at: Timestamp,
}

/// A signing secret. Never shown in `Debug`; its memory is overwritten when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningSecret {
    pub value: String,
    /// Expiry of an older secret, which signs in addition to the newer ones; `None` for the current secret.
    pub until: Option<Timestamp>,
}

impl Drop for SigningSecret {
    fn drop(&mut self) {
        self.value.zeroize();
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningSecret").field("until", &self.until).finish_non_exhaustive()
    }
}

/// Statistics of a subscription's attempts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SubscriptionStats {
    pub success_count: u64,
    pub failure_count: u64,
    pub last_triggered_at: Option<Timestamp>,
    pub last_success_at: Option<Timestamp>,
    pub last_failure_at: Option<Timestamp>,
    /// The first failure since the last success.
    pub failing_since: Option<Timestamp>,
}

impl SubscriptionStats {
    /// The fraction of attempts that succeeded, from 0 to 1 with four digits; 0 before the first.
    pub fn success_rate(&self) -> f64 {
        let all = self.success_count + self.failure_count;
        if all == 0 { 0.0 } else { (self.success_count as f64 / all as f64 * 10_000.0).round() / 10_000.0 }
    }
}

/// The server's judgement of a subscription's receiver.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// Only while the subscription is disabled.
    pub disabled: Option<Disabled>,
    /// The circuit breaker, unless it is closed.
    pub breaker: Option<OpenBreaker>,
    /// When the subscription was last activated by hand or got another URL: earlier failures do not disable it.
    pub restarted_at: Option<Timestamp>,
    /// When the warning was given that the receiver fails, for the present time of failures.
    pub warned_at: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Subscription {
    pub id: SubscriptionId,
    pub tenant: TenantId,
    pub url: SubscriptionUrl,
    pub description: Option<String>,
    pub events: Vec<EventPattern>,
    /// Custom headers of the owner, in the given order.
    pub headers: Vec<(String, String)>,
    pub state: SubscriptionState,
    pub profile: Profile,
    pub retry_enabled: bool,
    pub max_retries: u8,
    pub timeout: Duration,
    pub policies: Policies,
    pub health: Health,
    /// The current secret first; empty when requests are not signed.
    pub secrets: Vec<SigningSecret>,
    pub credentials: Credentials,
    pub metadata: JsonObject,
    pub stats: SubscriptionStats,
    /// Created through the tenant API: while it is active, no other such subscription of the tenant may have its event
    /// and URL.
    pub is_unique: bool,
    /// Incremented by every update, for optimistic locking: concurrent updates cannot overwrite each other.
    pub revision: u64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl Subscription {
    /// True when new events are matched to it.
    pub const fn collects(&self) -> bool {
        match self.state {
            SubscriptionState::Active => true,
            SubscriptionState::Paused => matches!(self.policies.on_pause, OnPause::Collect),
            SubscriptionState::Disabled | SubscriptionState::Deleted => false,
        }
    }

    /// True when an event of this type goes to this subscription. Operational events need a pattern that names them;
    /// only in the system tenant, which has no other events, `*` is enough.
    pub fn wants(&self, event_type: &EventType) -> bool {
        let (is_operational, in_system) = (event_type.is_operational(), self.tenant.is_system());
        let named = |pattern: &EventPattern| !is_operational || in_system || pattern.is_operational();
        (is_operational || !in_system)
            && self.events.iter().any(|pattern| pattern.matches(event_type.as_str()) && named(pattern))
    }

    /// Since when its receiver has answered nothing but failures.
    pub fn failing_since(&self) -> Option<Timestamp> {
        let since = self.stats.failing_since?;
        Some(self.health.restarted_at.map_or(since, |restarted| since.max(restarted)))
    }

    /// Activates it unless it is active; then earlier failures no longer count.
    pub fn activate(&mut self, now: Timestamp) {
        if self.state.is_active() {
            return;
        }
        self.state = SubscriptionState::Active;
        self.health.disabled = None;
        self.restart(now);
    }

    /// Forgets the failures of its receiver, which was mended or replaced.
    pub fn restart(&mut self, now: Timestamp) {
        let disabled = self.health.disabled;
        self.health = Health { disabled, restarted_at: Some(now), ..Health::default() };
    }

    /// The number of delays, when the retry rules have a list of them: it is the number of retries.
    pub fn delays(&self) -> Option<u8> {
        let delays = self.policies.retry.as_ref()?.form().schedule.as_ref()?.delays()?;
        Some(u8::try_from(delays).unwrap_or(u8::MAX))
    }

    /// The subscription's retry policies; `base` is the installation's base of exponential schedules of profiles.
    pub fn retries(&self, base: Duration) -> Retries {
        let profile = RetryPolicy::try_new(self.profile.rules().schedule, self.max_retries, JITTER, self.retry_enabled)
            .map(|policy| policy.with_base(base))
            .unwrap_or_else(|_| unreachable!("every profile's schedule has waits and the jitter is a constant"));
        Retries::new(profile, self.policies.retry.as_ref())
    }

    /// Makes `value` the current secret; the previous one continues to sign until `until`.
    pub fn rotate_secret(&mut self, value: String, now: Timestamp, until: Timestamp) {
        self.secrets.retain(|secret| secret.until.is_none_or(|end| end > now));
        for secret in &mut self.secrets {
            secret.until = Some(secret.until.map_or(until, |end| end.min(until)));
        }
        self.secrets.retain(|secret| secret.until.is_none_or(|end| end > now));
        self.secrets.insert(0, SigningSecret { value, until: None });
        self.secrets.truncate(MAX_SECRETS);
    }
}

/// Maximum number of secrets that sign at the same time: bounds the length of the header.
pub const MAX_SECRETS: usize = 5;

/// Allowed length of a secret chosen by a client.
pub const SECRET_CHARACTERS: RangeInclusive<usize> = 8..=500;
/// Minimum key length in the platform API; Standard Webhooks requires 24 to 64 bytes.
pub const SECRET_KEY_BYTES_MIN: usize = 24;
pub const DESCRIPTION_MAX: usize = 500;
pub const TIMEOUT_MIN: u64 = 5;
pub const TIMEOUT_MAX: u64 = 300;
pub const TIMEOUT_DEFAULT: u64 = 30;
pub const GRACE_MAX: u64 = 604_800;
pub const GRACE_DEFAULT: u64 = 86_400;
#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::id::SubscriptionId;

    pub(crate) fn subscription() -> Subscription {
        Subscription {
            id: SubscriptionId::from_bytes([2; 16]),
            tenant: TenantId::trusted("acme"),
            url: SubscriptionUrl::unset(),
            description: None,
            events: vec![EventPattern::All],
            headers: vec![],
            state: SubscriptionState::Active,
            profile: Profile::Platform,
            retry_enabled: true,
            max_retries: 3,
            timeout: Duration::from_secs(30),
            policies: Policies::default(),
            health: Health::default(),
            credentials: Default::default(),
            secrets: vec![SigningSecret { value: "hush-hush".into(), until: None }],
            metadata: JsonObject::default(),
            stats: SubscriptionStats::default(),
            is_unique: false,
            revision: 0,
            created_at: Timestamp::from_millis(0),
            updated_at: Timestamp::from_millis(0),
        }
    }

    #[test]
    fn a_subscription_collects_by_its_state_and_on_pause() {
        use SubscriptionState::{Active, Deleted, Disabled, Paused};
        for (state, on_pause, expected) in [
            (Active, OnPause::Collect, true),
            (Active, OnPause::Drop, true),
            (Paused, OnPause::Collect, true),
            (Paused, OnPause::Drop, false),
            (Disabled, OnPause::Collect, false),
            (Disabled, OnPause::Drop, false),
            (Deleted, OnPause::Collect, false),
            (Deleted, OnPause::Drop, false),
        ] {
            let policies = Policies { on_pause, ..Policies::default() };
            let subscription = Subscription { state, policies, ..subscription() };
            assert_eq!(subscription.collects(), expected, "{state:?} {on_pause:?}");
        }
    }

    #[test]
    fn a_wildcard_covers_operational_events_in_the_system_tenant_only() {
        let wants = |tenant: TenantId, pattern: &str, event_type: &str| {
            let events = vec![EventPattern::parse(pattern).unwrap()];
            Subscription { tenant, events, ..subscription() }.wants(&EventType::parse(event_type).unwrap())
        };
        let (acme, disabled) = (|| TenantId::trusted("acme"), "postrider.subscription.disabled");
        assert!(wants(acme(), "*", "invoice.created") && !wants(acme(), "*", disabled));
        assert!(wants(acme(), "postrider.*", disabled) && wants(acme(), disabled, disabled));
        assert!(wants(TenantId::system(), "*", disabled) && wants(TenantId::system(), "postrider.*", disabled));
        assert!(!wants(TenantId::system(), "*", "invoice.created"));
    }

    #[test]
    fn a_rotated_secret_continues_to_sign_during_its_grace_period() {
        let mut subscription = subscription();
        let at = Timestamp::from_millis;
        subscription.rotate_secret("two".into(), at(0), at(100));
        subscription.rotate_secret("three".into(), at(50), at(150));
        let left: Vec<_> = subscription.secrets.iter().map(|s| (s.value.as_str(), s.until)).collect();
        assert_eq!(left, [("three", None), ("two", Some(at(150))), ("hush-hush", Some(at(100)))]);
        subscription.rotate_secret("four".into(), at(200), at(200));
        assert_eq!(subscription.secrets.len(), 1);
    }

    #[test]
    fn debug_output_contains_no_secrets() {
        assert!(!format!("{:?}", subscription()).contains("hush"));
    }

    #[test]
    fn the_success_rate_is_a_fraction() {
        let mut stats = SubscriptionStats::default();
        assert_eq!(stats.success_rate(), 0.0);
        (stats.success_count, stats.failure_count) = (2, 1);
        assert_eq!(stats.success_rate(), 0.6667);
    }
}
