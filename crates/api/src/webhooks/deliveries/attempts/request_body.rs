//! `GET /api/v1/webhooks/deliveries/{id}/attempts/{number}/request-body`.

use super::{Found, find};
use crate::{
    App,
    auth::{Member, Read},
    pages::raw,
    problem::{
        Problem,
        kinds::{NoSuchAttempt, NoSuchDelivery, PayloadErased},
    },
    room::Room,
};
use axum::{
    extract::{Path, State},
    response::Response,
};
use http::HeaderValue;
use model::{Profile, profile};

/// Get the body of an attempt's request
///
/// The bytes that were signed, before any compression. Without a transformation they are the same in all attempts of a
/// delivery. The newest 200 attempts can be named.
#[utoipa::path(get, path = "/api/v1/webhooks/deliveries/{id}/attempts/{number}/request-body", tag = "Deliveries",
    params(("id" = String, Path), ("number" = u32, Path)),
    responses((status = 200, description = "The body", content_type = "application/json", body = Object),
        NoSuchDelivery, NoSuchAttempt, PayloadErased))]
pub(crate) async fn request_body(
    State(app): State<App>,
    member: Member<Read>,
    room: Room,
    Path((id, number)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let tenant = member.tenant();
    let Found { delivery, event, attempt } = find(&app, tenant, &id, &number).await?;
    if let Some(body) = attempt.request_body {
        let sent = attempt.request_headers.lines().find_map(|line| line.strip_prefix("content-type: "));
        let content_type = sent.and_then(|sent| HeaderValue::from_str(sent).ok());
        let content_type =
            content_type.filter(|sent| sent != "text/html" && sent.as_bytes().starts_with(b"application/"));
        let opaque = HeaderValue::from_static("application/octet-stream");
        return raw(&room, body.to_vec(), content_type.unwrap_or(opaque));
    }
    // Without a transformation event and profile determine the body, and the profile never changes.
    let sent_to = app.store.subscriptions_ever(tenant, &[delivery.subscription]).await?;
    let profile = sent_to.first().map_or(Profile::Platform, |subscription| subscription.profile);
    let body = profile::render(profile, &event, app.settings.ids);
    raw(&room, body.into(), HeaderValue::from_static("application/json"))
}
