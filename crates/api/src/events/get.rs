//! `GET /api/v1/events/{id}`.

use super::shown::EventShown;
use crate::{
    App,
    auth::{Member, Read},
    pages,
    problem::{Problem, kinds::NoSuchEvent},
    room::Room,
};
use axum::{
    extract::{Path, State},
    response::Response,
};
use model::{Event, EventId, TenantId};
use storage::StorageError;

/// Maximum number of deliveries that are shown.
const DELIVERIES: u32 = 100;

/// Get an event
///
/// The event has its first 100 deliveries; all are in `GET /api/v1/webhooks/deliveries?event_id=…`. The id is your own,
/// or the generated one in either spelling. Needs the scope `webhooks:read`.
#[utoipa::path(get, path = "/api/v1/events/{id}", tag = "Events", params(("id" = String, Path)),
    responses((status = 200, body = EventShown), NoSuchEvent))]
pub(crate) async fn get(
    State(app): State<App>,
    member: Member<Read>,
    room: Room,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let tenant = member.tenant();
    let event = find(&app, tenant, &id).await?.ok_or_else(|| NoSuchEvent::problem(format!("Event not found: {id}")))?;
    let found = app.store.deliveries_of(&[(tenant.clone(), event.id)], DELIVERIES).await?;
    let deliveries = found.into_iter().next().unwrap_or_default();
    pages::json(&room, &EventShown::new(&event, &deliveries, app.settings.ids))
}

pub(crate) async fn find(app: &App, tenant: &TenantId, id: &str) -> Result<Option<Event>, StorageError> {
    if let Some(event) = app.store.event_by_given_id(tenant, id).await? {
        return Ok(Some(event));
    }
    let Ok(ours) = EventId::parse(id) else { return Ok(None) };
    if let Some(event) = app.store.event(tenant, ours).await?
        && event.given_id.is_none()
    {
        return Ok(Some(event));
    }
    // Earlier versions stored a publisher's UUID in the spelling of generated ids.
    app.store.event_by_given_id(tenant, &ours.to_string()).await
}
