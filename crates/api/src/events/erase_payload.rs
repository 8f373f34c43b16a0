//! `DELETE /api/v1/events/{id}/payload`.

use super::get::find;
use crate::{
    App,
    auth::{ErasePayloads, Member},
    finish,
    problem::{Problem, kinds::NoSuchEvent},
};
use axum::{
    Json,
    extract::{Path, State},
};
use model::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// The result of an erasure.
#[derive(Serialize, ToSchema)]
pub(crate) struct PayloadErased {
    /// Id of the event.
    id: String,
    /// Time of the first erasure.
    #[schema(value_type = String, format = DateTime)]
    payload_erased_at: Timestamp,
    /// Number of waiting deliveries that this call cancelled.
    cancelled_deliveries: u64,
}

/// Erase the payload of an event
///
/// Erases the event's data and metadata, and the headers, bodies and error details of all its attempts. The event and
/// its deliveries stay in the log. Waiting deliveries are cancelled; a request in flight ends, and its response is not
/// recorded. The call answers when everything is erased, and can be repeated. The id is your own, or the generated one.
/// Needs the scope `webhooks:manage`.
#[utoipa::path(delete, path = "/api/v1/events/{id}/payload", tag = "Events", params(("id" = String, Path)),
    responses((status = 200, body = PayloadErased), NoSuchEvent))]
pub(crate) async fn erase_payload(
    State(app): State<App>,
    member: Member<ErasePayloads>,
    Path(id): Path<String>,
) -> Result<Json<PayloadErased>, Problem> {
    let tenant = member.tenant().clone();
    let missing = || NoSuchEvent::problem(format!("Event not found: {id}"));
    let event = find(&app, &tenant, &id).await?.ok_or_else(missing)?;
    // On a task of its own, so that a client that hangs up does not stop it half way.
    let engine = app.engine.clone();
    let erased = finish(async move { engine.control.erase_payload(&tenant, event.id).await }).await??;
    let erased = erased.ok_or_else(missing)?;
    Ok(Json(PayloadErased {
        id: event.public_id(app.settings.ids),
        payload_erased_at: erased.at,
        cancelled_deliveries: erased.cancelled,
    }))
}
