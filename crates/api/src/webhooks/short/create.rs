//! `POST /api/v1/webhooks`.

use super::Webhook;
use crate::{
    App,
    auth::Member,
    body::Json as Body,
    problem::Problem,
    webhooks::subscriptions::{create::make, fields::Fields},
};
use axum::{Json, extract::State};
use http::StatusCode;
use model::Scope;

/// Subscribe a URL, in short
#[utoipa::path(post, path = "/api/v1/webhooks", tag = "Short form", request_body = Fields,
    responses((status = 201, body = Webhook)))]
pub(crate) async fn create(
    State(app): State<App>,
    member: Member,
    Body(fields): Body<Fields>,
) -> Result<(StatusCode, Json<Webhook>), Problem> {
    let subscription = make(&app, member.may(Scope::WebhooksManage)?, &fields).await?;
    Ok((StatusCode::CREATED, Json(Webhook::from(&subscription))))
}
