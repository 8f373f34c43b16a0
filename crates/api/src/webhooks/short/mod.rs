//! The short form of subscriptions: five fields.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod list;

use crate::schemas::{PatternName, SubscriptionName};
use model::Subscription;
use serde::Serialize;
use utoipa::ToSchema;

/// A subscription in the short form.
#[derive(Serialize, ToSchema)]
pub(crate) struct Webhook {
    #[schema(value_type = SubscriptionName)]
    id: String,
    url: String,
    #[schema(value_type = Vec<PatternName>)]
    events: Vec<String>,
    active: bool,
    /// Shown once, when the subscription is made; null in lists.
    secret: Option<String>,
}

impl From<&Subscription> for Webhook {
    fn from(subscription: &Subscription) -> Self {
        Self {
            id: subscription.id.to_string(),
            url: subscription.url.to_string(),
            events: subscription.events.iter().map(ToString::to_string).collect(),
            active: subscription.state.is_active(),
            secret: None,
        }
    }
}
