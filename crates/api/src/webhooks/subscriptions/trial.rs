//! The event on which a filter or a transformation is tried: a stored one, or a type with its example or given data.

use super::test::test_event;
use crate::{
    App,
    body::is_object,
    problem::{Problem, kinds::NoSuchEvent},
    schemas::{AnyEventId, EventTypeName},
};
use bytes::Bytes;
use delivery::Draft;
use model::{Event, EventId, EventType, TenantId};
use serde::Deserialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

/// An event to try something on: a published one by its `id`, or a `type` with optional data.
#[derive(Default, Deserialize, ToSchema)]
pub(crate) struct TrialEvent<'a> {
    /// A published event of the tenant. Then the other fields are not used.
    #[serde(default)]
    #[schema(value_type = Option<AnyEventId>)]
    id: Option<String>,
    /// Event type; its example is used without `data`.
    #[serde(default, rename = "type")]
    #[schema(value_type = Option<EventTypeName>, example = "invoice.created")]
    event_type: Option<String>,
    #[serde(default, borrow)]
    #[schema(value_type = Option<Object>)]
    data: Option<&'a RawValue>,
    #[serde(default, borrow)]
    #[schema(value_type = Option<Object>)]
    metadata: Option<&'a RawValue>,
}

impl TrialEvent<'_> {
    /// The event as a draft.
    pub(crate) async fn draft(&self, app: &App, tenant: &TenantId) -> Result<Draft, Problem> {
        if let Some(id) = &self.id {
            return stored(app, tenant, id).await;
        }
        let Some(name) = &self.event_type else {
            return Err(Problem::invalid("event.type", "is missing; give a type or an id"));
        };
        let event_type =
            EventType::parse(name.trim()).map_err(|fault| Problem::invalid("event.type", fault.to_string()))?;
        let object = |name: &str, raw: Option<&RawValue>| match raw {
            Some(raw) if is_object(raw) => Ok(Some(Bytes::copy_from_slice(raw.get().as_bytes()))),
            Some(raw) if raw.get() != "null" => Err(Problem::invalid(format!("event.{name}"), "must be a JSON object")),
            _ => Ok(None),
        };
        let example = || match app.catalog().get(event_type.as_str()).and_then(|entry| entry.example.clone()) {
            Some(example) => Bytes::copy_from_slice(example.as_str().as_bytes()),
            None => Bytes::from_static(b"{}"),
        };
        let data = object("data", self.data)?.unwrap_or_else(example);
        let metadata = object("metadata", self.metadata)?.unwrap_or_default();
        Ok(Draft { metadata, ..test_event(event_type, data) })
    }
}

async fn stored(app: &App, tenant: &TenantId, id: &str) -> Result<Draft, Problem> {
    let missing = || NoSuchEvent::problem(format!("Event not found: {id}"));
    let by_given = app.store.event_by_given_id(tenant, id).await?;
    let event: Event = match (by_given, EventId::parse(id)) {
        (Some(event), _) => event,
        (None, Ok(id)) => app.store.event(tenant, id).await?.ok_or_else(missing)?,
        (None, Err(_)) => return Err(missing()),
    };
    Ok(Draft {
        given_id: Some(event.public_id(app.settings.ids)),
        metadata: event.metadata,
        timestamp: Some(event.timestamp),
        channels: event.channels,
        ..test_event(event.event_type, event.data)
    })
}
