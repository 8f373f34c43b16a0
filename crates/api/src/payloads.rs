//! `GET /api/v1/payloads/{reference}`.

use crate::{
    App,
    pages::raw,
    problem::{
        Problem,
        kinds::{InvalidReference, NoSuchEvent, PayloadErased, ReferenceExpired},
    },
    room::Room,
};
use axum::{
    extract::{Path, State},
    response::Response,
};
use delivery::{BadReference, Reference};
use http::HeaderValue;
use model::profile;

/// Get the payload that a request refers to
///
/// The body that the request would have had without `payload: reference`. The URL is in the request, as `data_url`, and is
/// its own authorisation: it is signed, and valid for 24 hours. Another attempt has another URL.
#[utoipa::path(get, path = "/api/v1/payloads/{reference}", tag = "Deliveries", security(()),
    params(("reference" = String, Path, max_length = 1000)),
    responses((status = 200, description = "The body", content_type = "application/json", body = Object),
        InvalidReference, NoSuchEvent, PayloadErased, ReferenceExpired))]
pub(crate) async fn payload(
    State(app): State<App>,
    room: Room,
    Path(reference): Path<String>,
) -> Result<Response, Problem> {
    let invalid = |fault: BadReference| InvalidReference::problem(format!("Payload not found: {fault}"));
    let references = app.engine.references().ok_or_else(|| invalid(BadReference::Invalid))?;
    let Reference { tenant, event: id, profile } =
        references.read(&reference, app.clock.now()).map_err(|fault| match fault {
            BadReference::Invalid => invalid(fault),
            BadReference::Expired(_) => ReferenceExpired::problem(format!("Payload not available: {fault}")),
        })?;
    let event = app.store.event(&tenant, id).await?;
    let event = event.ok_or_else(|| NoSuchEvent::problem("Event not found: it is not kept any more"))?;
    if let Some(at) = event.payload_erased_at {
        return Err(PayloadErased::problem(format!("The payload of the event was erased at {at}")));
    }
    let body = profile::render(profile, &event, app.settings.ids);
    raw(&room, body.into(), HeaderValue::from_static("application/json"))
}
