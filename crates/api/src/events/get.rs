//! `GET /api/v1/events/{id}`.

use super::shown::EventShown;
use crate::{App, auth::Member, problem::Problem};
use axum::{
    Json,
    extract::{Path, State},
};
use model::{Event, EventId, Scope, TenantId};
use storage::StorageError;

/// An event, by its id
///
/// Takes your own id as well as ours in either spelling. Needs the scope `webhooks:read`.
#[utoipa::path(get, path = "/api/v1/events/{id}", tag = "Events", params(("id" = String, Path)),
    responses((status = 200, body = EventShown)))]
pub(crate) async fn get(
    State(app): State<App>,
    member: Member,
    Path(id): Path<String>,
) -> Result<Json<EventShown>, Problem> {
    let tenant = member.may(Scope::WebhooksRead)?;
    let event = find(&app, tenant, &id).await?.ok_or_else(|| Problem::not_found(format!("Event not found: {id}")))?;
    let deliveries = app.store.event_deliveries(tenant, event.id).await?;
    Ok(Json(EventShown::new(&event, &deliveries)))
}

async fn find(app: &App, tenant: &TenantId, id: &str) -> Result<Option<Event>, StorageError> {
    let ours = EventId::parse(id).ok();
    if let Some(ours) = ours
        && let Some(event) = app.store.event(tenant, ours).await?
        && event.given_id.is_none()
    {
        return Ok(Some(event));
    }
    let given = ours.map_or_else(|| id.to_owned(), |ours| ours.to_string());
    app.store.event_by_given_id(tenant, &given).await
}
