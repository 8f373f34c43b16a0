//! Subscriptions of the tenant API: one event type each.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod list;

use crate::schemas::Hyphenated;
use model::{Subscription, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

/// A subscription in the tenant API.
#[derive(Serialize, ToSchema)]
pub(crate) struct TenantSubscription {
    #[schema(value_type = Hyphenated)]
    id: String,
    #[schema(example = "invoice.created")]
    event: String,
    url: String,
    /// `***` when the subscription has a secret, otherwise null.
    secret: Option<&'static str>,
    active: bool,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

impl From<&Subscription> for TenantSubscription {
    fn from(subscription: &Subscription) -> Self {
        let events: Vec<String> = subscription.events.iter().map(ToString::to_string).collect();
        Self {
            id: subscription.id.uuid().to_string(),
            event: events.join(" "),
            url: subscription.url.to_string(),
            secret: (!subscription.secrets.is_empty()).then_some("***"),
            active: subscription.state.is_active(),
            created_at: subscription.created_at,
        }
    }
}
