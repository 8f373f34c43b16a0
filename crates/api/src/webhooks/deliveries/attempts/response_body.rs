//! `GET /api/v1/webhooks/deliveries/{id}/attempts/{number}/response-body`.

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

/// Get the body of an attempt's response
///
/// The first 4 KiB as the receiver sent them, decompressed from gzip and deflate. The type is always
/// `application/octet-stream`, since a receiver can send anything. The newest 200 attempts can be named.
#[utoipa::path(get, path = "/api/v1/webhooks/deliveries/{id}/attempts/{number}/response-body", tag = "Deliveries",
    params(("id" = String, Path), ("number" = u32, Path)),
    responses((status = 200, description = "The body", content_type = "application/octet-stream", body = String),
        NoSuchDelivery, NoSuchAttempt, PayloadErased))]
pub(crate) async fn response_body(
    State(app): State<App>,
    member: Member<Read>,
    room: Room,
    Path((id, number)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let Found { attempt, .. } = find(&app, member.tenant(), &id, &number).await?;
    if attempt.response_code.is_none() {
        return Err(NoSuchAttempt::problem(format!("Attempt {number} of delivery {id} got no response")));
    }
    raw(&room, attempt.response_body.to_vec(), HeaderValue::from_static("application/octet-stream"))
}
