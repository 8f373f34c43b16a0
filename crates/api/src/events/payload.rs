//! `GET /api/v1/events/{id}/payload`.

use super::get::find;
use crate::{
    App,
    auth::{Member, Read},
    pages::raw,
    problem::{
        Problem,
        kinds::{NoSuchEvent, PayloadErased},
    },
    room::Room,
};
use axum::{
    extract::{Path, State},
    response::Response,
};
use http::HeaderValue;

/// Get the payload of an event as it was published
///
/// The bytes of `data`, unchanged: numbers of any size, the order of fields and white space are those of the publisher.
/// The id is your own, or the generated one. Needs the scope `webhooks:read`.
#[utoipa::path(get, path = "/api/v1/events/{id}/payload", tag = "Events", params(("id" = String, Path)),
    responses((status = 200, description = "The payload", content_type = "application/json", body = Object),
        NoSuchEvent, PayloadErased))]
pub(crate) async fn payload(
    State(app): State<App>,
    member: Member<Read>,
    room: Room,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let found = find(&app, member.tenant(), &id).await?;
    let event = found.ok_or_else(|| NoSuchEvent::problem(format!("Event not found: {id}")))?;
    if let Some(at) = event.payload_erased_at {
        return Err(PayloadErased::problem(format!("The payload of the event was erased at {at}")));
    }
    let data = if event.data.is_empty() { b"{}".to_vec() } else { event.data.to_vec() };
    raw(&room, data, HeaderValue::from_static("application/json"))
}
