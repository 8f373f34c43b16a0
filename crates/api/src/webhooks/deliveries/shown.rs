//! A delivery in the platform API, with the status names of that API.

use crate::schemas::{DeliveryName, EventTypeName, StatusName, SubscriptionName};
use model::{Delivery, DeliveryStatus, EventType, IdStyle, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

/// The status names of the platform API, with the states that each stands for.
pub(super) const STATUSES: [(&str, &[DeliveryStatus]); 5] = [
    ("pending", &[DeliveryStatus::Pending]),
    ("success", &[DeliveryStatus::Delivered]),
    ("failed", &[DeliveryStatus::Failed, DeliveryStatus::Exhausted, DeliveryStatus::Cancelled]),
    ("retrying", &[DeliveryStatus::Retrying]),
    ("disabled", &[DeliveryStatus::Disabled]),
];

/// The status name of a state in the platform API.
pub(crate) fn status_name(status: DeliveryStatus) -> &'static str {
    STATUSES.iter().find(|(_, states)| states.contains(&status)).map_or("failed", |(name, _)| name)
}

/// A delivery.
#[derive(Serialize, ToSchema)]
#[schema(as = Delivery)]
pub(crate) struct DeliveryShown {
    #[schema(value_type = DeliveryName, example = "dlv_06f8k2m4q9v1x3z5b7d9f1h3k5")]
    id: String,
    #[schema(value_type = SubscriptionName)]
    subscription_id: String,
    #[schema(value_type = EventTypeName)]
    event_type: EventType,
    event_id: String,
    /// `pending`, `success`, `failed`, `retrying` or `disabled`.
    #[schema(value_type = StatusName)]
    status: &'static str,
    response_code: Option<u16>,
    error_message: Option<String>,
    /// Attempts made so far.
    attempt_number: u32,
    duration_ms: Option<u64>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// Time of the next attempt: a retry, or the first attempt of a delayed event (`deliver_at`).
    #[schema(value_type = Option<String>, format = DateTime)]
    next_retry_at: Option<Timestamp>,
    /// True for a delivery of a test send; absent for all others.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    test: bool,
}

impl DeliveryShown {
    pub(crate) fn new(delivery: &Delivery, ids: IdStyle) -> Self {
        Self {
            id: delivery.id.to_string(),
            subscription_id: delivery.subscription.to_string(),
            event_type: delivery.event_type.clone(),
            event_id: delivery.public_event_id(ids),
            status: status_name(delivery.status),
            response_code: delivery.response_code,
            error_message: delivery.error.clone(),
            attempt_number: delivery.attempts,
            duration_ms: delivery.duration.map(|took| took.as_millis() as u64),
            created_at: delivery.created_at(),
            next_retry_at: delivery.waits_until(),
            test: delivery.id.is_test(),
        }
    }
}
