//! The data of a stream's events.

use crate::webhooks::deliveries::shown::status_name;
use delivery::{Change, Skipped};
use model::{DeliveryId, EventId, IdStyle, Timestamp};
use serde_json::{Value, json};
use std::sync::Arc;

/// Name and data of the event of a change. `now` is the time of changes that have none of their own.
pub(super) fn change(change: &Change, ids: IdStyle, now: Timestamp) -> (&'static str, Value) {
    let event_id = |id: EventId, given: &Option<Arc<str>>| given.as_deref().map_or_else(|| id.text(ids), str::to_owned);
    match change {
        Change::Event { tenant, id, given, event_type, at } => (
            "event",
            json!({"id": event_id(*id, given), "tenant_id": tenant.as_str(), "type": event_type.as_str(), "at": at}),
        ),
        Change::Delivery { tenant, id, given, subscription, event_type, status, at } => (
            "delivery",
            json!({
                "id": id.to_string(), "tenant_id": tenant.as_str(), "subscription_id": subscription.to_string(),
                "event_id": event_id(DeliveryId::event(*id), given), "event_type": event_type.as_str(),
                "status": status_name(*status), "at": at,
            }),
        ),
        Change::Subscription { tenant, id } => {
            ("subscription", json!({"id": id.to_string(), "tenant_id": tenant.as_str(), "at": now}))
        }
    }
}

pub(super) fn skipped(skipped: Skipped) -> Value {
    json!({"deliveries": skipped.deliveries, "events": skipped.events})
}
