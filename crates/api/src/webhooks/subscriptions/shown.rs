//! A subscription in the platform API.

use crate::backlog::BacklogShown;
use crate::schemas::{PatternName, ProfileName, SubscriptionName};
use model::{
    JsonObject, Subscription, Timestamp,
    subscription::{MASKED, may_be_credential},
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
    max_retries: u8,
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
    /// `sees_secrets`: show the values of custom headers that may be credentials.
    pub(crate) fn new(s: &Subscription, sees_secrets: bool) -> Self {
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
            max_retries: s.max_retries,
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
        }
    }
}
