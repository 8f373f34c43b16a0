//! `GET /api/v1/webhooks/events/{event_type}`.

use super::{EventTypeShown, find};
use crate::{
    App,
    auth::{Member, Read},
    problem::{Problem, kinds::NoSuchEventType},
};
use axum::{
    Json,
    extract::{Path, State},
};

/// Get an event type with its schema and example
#[utoipa::path(get, path = "/api/v1/webhooks/events/{event_type}", tag = "Catalog",
    params(("event_type" = String, Path)), responses((status = 200, body = EventTypeShown), NoSuchEventType))]
pub(crate) async fn get(
    State(app): State<App>,
    member: Member<Read>,
    Path(name): Path<String>,
) -> Result<Json<EventTypeShown>, Problem> {
    member.tenant();
    Ok(Json(EventTypeShown::from(&*find(&app, &name)?)))
}
