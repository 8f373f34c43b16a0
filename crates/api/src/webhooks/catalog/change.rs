//! `PUT /api/v1/webhooks/events/{event_type}`.

use super::{EventTypeShown, fields::Fields, find, put};
use crate::{App, auth::Admin, body::Json as Body, problem::Problem};
use axum::{
    Json,
    extract::{Path, State},
};
use model::catalog::Origin;

/// Change an event type of your own
///
/// For the operator. What is absent stays, what is null is cleared.
#[utoipa::path(put, path = "/api/v1/webhooks/events/{event_type}", tag = "Catalog",
    params(("event_type" = String, Path)), request_body = Fields,
    responses((status = 200, body = EventTypeShown), (status = 409, description = "It is shipped, not your own")))]
pub(crate) async fn change(
    State(app): State<App>,
    _: Admin,
    Path(name): Path<String>,
    Body(fields): Body<Fields>,
) -> Result<Json<EventTypeShown>, Problem> {
    let known = find(&app, &name)?;
    if known.origin == Origin::Shipped {
        return Err(Problem::conflict(format!("Event type {name} is shipped with the server and cannot be changed")));
    }
    if fields.event_type.as_ref().is_some_and(|given| *given != name) {
        return Err(Problem::invalid("event_type", "cannot be changed; register another type"));
    }
    let mut entry = (*known).clone();
    fields.apply(&mut entry)?;
    let shown = EventTypeShown::from(&entry);
    put(&app, entry).await?;
    Ok(Json(shown))
}
