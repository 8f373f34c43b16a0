//! A subscription in the platform API.

use super::{
    credentials::{AuthenticationShown, TlsShown},
    health::HealthShown,
    ordered::OrderedShown,
    policies::{BreakerShown, CircuitBreakerShown, RateLimitShown},
    retry::RetryShown,
    shape::{BatchingShown, RequestShown, TransformationShown},
};
use crate::backlog::BacklogShown;
use crate::schemas::{
    ChannelName, CompressionName, HttpVersionName, OnPauseName, PatternName, PayloadFormName, ProfileName,
    SubscriptionName,
};
use crate::webhooks::secrets::public_keys;
use model::{
    Channels, JsonObject, Subscription, Timestamp,
    policy::AutoDisable,
    shape::Compression,
    subscription::{DisabledReason, MASKED, may_be_credential},
};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// A subscription.
#[derive(Serialize, ToSchema)]
#[schema(as = Subscription)]
pub(crate) struct SubscriptionShown {
    #[schema(value_type = SubscriptionName, example = "sub_06f8k2m4q9v1x3z5b7d9f1h3k5")]
    id: String,
    url: String,
    description: Option<String>,
    #[schema(value_type = Vec<PatternName>)]
    events: Vec<String>,
    /// The same as `events`.
    #[schema(value_type = Vec<PatternName>)]
    event_types: Vec<String>,
    /// Values that may be credentials are shown as `***` to keys without the scope `webhooks.secret.view`.
    #[schema(value_type = Object)]
    headers: Map<String, Value>,
    is_active: bool,
    retry_enabled: bool,
    /// Number of retries after the first attempt.
    max_retries: u8,
    /// The retry rules; null: those of the profile.
    retry: Option<RetryShown>,
    timeout_seconds: u64,
    /// Wire style: `platform`, `tenant` or `standard`.
    #[schema(value_type = ProfileName)]
    profile: &'static str,
    success_count: u64,
    failure_count: u64,
    #[schema(value_type = Option<String>, format = DateTime)]
    last_triggered_at: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    last_success_at: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    last_failure_at: Option<Timestamp>,
    /// The fraction of attempts that succeeded, from 0 to 1; 0 before the first.
    #[schema(minimum = 0, maximum = 1)]
    success_rate: f64,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
    #[schema(value_type = Object)]
    custom_metadata: JsonObject,
    /// Why the subscription is disabled: `gone` (its receiver answered 410) or `failing` (it failed for too long).
    disabled_reason: Option<&'static str>,
    #[schema(value_type = Option<String>, format = DateTime)]
    disabled_at: Option<Timestamp>,
    /// Since when the receiver has answered nothing but failures.
    #[schema(value_type = Option<String>, format = DateTime)]
    failing_since: Option<Timestamp>,
    health: HealthShown,
    breaker: BreakerShown,
    rate_limit: Option<RateLimitShown>,
    max_in_flight: Option<u16>,
    circuit_breaker: Option<CircuitBreakerShown>,
    auto_disable_after_hours: Option<u16>,
    #[schema(value_type = OnPauseName)]
    on_pause: &'static str,
    /// The CEL expression that chooses events; null: all of its types.
    filter: Option<String>,
    #[schema(value_type = Vec<ChannelName>)]
    channels: Channels,
    transformation: Option<TransformationShown>,
    request: Option<RequestShown>,
    #[schema(value_type = Option<CompressionName>)]
    compression: Option<&'static str>,
    batching: Option<BatchingShown>,
    #[schema(value_type = PayloadFormName)]
    payload: &'static str,
    ordered: Option<OrderedShown>,
    #[schema(value_type = HttpVersionName)]
    http_version: &'static str,
    /// The keys `whpk_…` that verify `v1a` signatures now; empty with shared secrets.
    public_keys: Vec<String>,
    /// Without its secrets.
    authentication: Option<AuthenticationShown>,
    /// Without the private key.
    tls: Option<TlsShown>,
}

/// A created subscription with its signing secret, which is shown only this once.
#[derive(Serialize, ToSchema)]
pub(crate) struct CreatedSubscription {
    #[serde(flatten)]
    pub(super) shown: SubscriptionShown,
    pub(super) secret: Option<String>,
}

/// A subscription, with its backlog when the query asks for it.
#[derive(Serialize, ToSchema)]
pub(crate) struct SubscriptionDetail {
    #[serde(flatten)]
    pub(super) shown: SubscriptionShown,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) backlog: Option<BacklogShown>,
}

impl SubscriptionShown {
    /// `now` decides whether a breaker that is not closed may send a probe. `sees_secrets`: show the values of custom headers that may be credentials.
    pub(crate) fn new(s: &Subscription, sees_secrets: bool, now: Timestamp, health: HealthShown) -> Self {
        let header = |(name, value): &(String, String)| {
            let shown = if sees_secrets || !may_be_credential(name) { value } else { MASKED };
            (name.clone(), shown.into())
        };
        let events: Vec<String> = s.events.iter().map(ToString::to_string).collect();
        Self {
            id: s.id.to_string(),
            url: s.url.to_string(),
            description: s.description.clone(),
            event_types: events.clone(),
            events,
            headers: s.headers.iter().map(header).collect(),
            is_active: s.state.is_active(),
            retry_enabled: s.retry_enabled,
            max_retries: s.delays().unwrap_or(s.max_retries),
            retry: s.policies.retry.as_ref().map(RetryShown::from),
            timeout_seconds: s.timeout.as_secs(),
            profile: s.profile.name(),
            success_count: s.stats.success_count,
            failure_count: s.stats.failure_count,
            last_triggered_at: s.stats.last_triggered_at,
            last_success_at: s.stats.last_success_at,
            last_failure_at: s.stats.last_failure_at,
            success_rate: s.stats.success_rate(),
            created_at: s.created_at,
            updated_at: s.updated_at,
            custom_metadata: s.metadata.clone(),
            disabled_reason: s.health.disabled.and_then(|disabled| disabled.reason).map(DisabledReason::name),
            disabled_at: s.health.disabled.map(|disabled| disabled.at),
            failing_since: s.failing_since(),
            health,
            breaker: BreakerShown::new(s.health.breaker.as_ref(), now),
            rate_limit: s.policies.rate_limit.map(RateLimitShown::from),
            max_in_flight: s.policies.max_in_flight,
            circuit_breaker: s.policies.breaker.map(CircuitBreakerShown::from),
            auto_disable_after_hours: s.policies.auto_disable.map(|one| match one {
                AutoDisable::Never => 0,
                AutoDisable::After(hours) => hours,
            }),
            on_pause: s.policies.on_pause.name(),
            filter: s.policies.shape.filter.as_deref().map(str::to_owned),
            channels: s.policies.shape.channels.clone(),
            transformation: TransformationShown::new(s, sees_secrets),
            request: RequestShown::new(&s.policies.shape.request),
            compression: s.policies.shape.compression.map(Compression::name),
            batching: s.policies.shape.batching.map(BatchingShown::from),
            payload: s.policies.shape.payload.name(),
            ordered: s.policies.shape.ordered.as_ref().map(OrderedShown::new),
            http_version: s.policies.shape.http_version.name(),
            public_keys: public_keys(s, now).map(|key| key.to_string()).collect(),
            authentication: s.credentials.authentication.as_ref().map(AuthenticationShown::new),
            tls: s.credentials.tls.as_ref().map(TlsShown::new),
        }
    }
}
