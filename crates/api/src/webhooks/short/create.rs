//! `POST /api/v1/webhooks`.

use super::Webhook;
use crate::{
    App,
    auth::{Manage, Member},
    body::Json as Body,
    problem::Problem,
    webhooks::subscriptions::{create::make, fields::Fields},
};
use axum::{Json, extract::State};
use http::StatusCode;

/// Subscribe a URL, in short
#[utoipa::path(post, path = "/api/v1/webhooks", tag = "Short form", request_body = Fields,
    responses((status = 201, body = Webhook)))]
pub(crate) async fn create(
    State(app): State<App>,
    member: Member<Manage>,
    Body(fields): Body<Fields>,
) -> Result<(StatusCode, Json<Webhook>), Problem> {
    let subscription = make(&app, member.tenant(), &fields).await?;
    Ok((StatusCode::CREATED, Json(Webhook::from(&subscription))))
}
