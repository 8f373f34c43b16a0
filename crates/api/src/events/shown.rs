//! An event in responses.

use crate::schemas::{ChannelName, EventTypeName, PriorityName, TenantName};
use crate::webhooks::deliveries::shown::DeliveryShown;
use model::{Channels, Delivery, Event, EventType, IdStyle, Timestamp};
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

/// A published event.
#[derive(Serialize, ToSchema)]
#[schema(as = Event)]
pub(crate) struct EventShown {
    id: String,
    #[serde(rename = "type")]
    #[schema(value_type = EventTypeName)]
    event_type: EventType,
    #[schema(value_type = TenantName)]
    tenant_id: String,
    #[schema(value_type = String, format = DateTime)]
    timestamp: Timestamp,
    #[schema(value_type = Object)]
    data: Option<Box<RawValue>>,
    #[schema(value_type = Object)]
    metadata: Option<Box<RawValue>>,
    #[schema(value_type = PriorityName)]
    priority: &'static str,
    /// Time of acceptance.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// The time before which nothing is sent; absent without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    deliver_at: Option<Timestamp>,
    /// Time at which the payload was erased; null while it is kept. `data` and `metadata` are empty since then.
    #[schema(value_type = Option<String>, format = DateTime)]
    payload_erased_at: Option<Timestamp>,
    /// The trace that its deliveries continue (W3C Trace Context); absent without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "4bf92f3577b34da6a3ce929d0e0e4736")]
    trace_id: Option<String>,
    /// Its channels; absent without any.
    #[serde(skip_serializing_if = "Channels::is_empty")]
    #[schema(value_type = Option<Vec<ChannelName>>)]
    channels: Channels,
    /// The first deliveries of the event.
    deliveries: Vec<DeliveryShown>,
    /// Total number of deliveries of the event.
    delivery_count: usize,
}

fn raw(bytes: &[u8]) -> Option<Box<RawValue>> {
    let text = if bytes.is_empty() { "{}" } else { std::str::from_utf8(bytes).ok()? };
    RawValue::from_string(text.to_owned()).ok()
}

impl EventShown {
    pub(crate) fn new(event: &Event, deliveries: &[Delivery], ids: IdStyle) -> Self {
        Self {
            id: event.public_id(ids),
            event_type: event.event_type.clone(),
            tenant_id: event.tenant.to_string(),
            timestamp: event.timestamp,
            data: raw(&event.data),
            metadata: raw(&event.metadata),
            priority: event.priority.name(),
            created_at: event.id.made_at(),
            deliver_at: event.deliver_at,
            payload_erased_at: event.payload_erased_at,
            trace_id: event.trace.as_ref().map(|context| context.trace.to_string()),
            channels: event.channels.clone(),
            delivery_count: deliveries.len().max(event.deliveries as usize),
            deliveries: deliveries.iter().map(|one| DeliveryShown::new(one, ids)).collect(),
        }
    }
}
