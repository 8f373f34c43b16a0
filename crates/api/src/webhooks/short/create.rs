//! `POST /api/v1/webhooks`.

use super::Webhook;
use crate::{
    App,
    auth::{Member, WriteSubscriptions},
    body::JsonBody,
    problem::{
        Problem,
        kinds::{TooManySubscriptions, TooManyTests},
    },
    webhooks::subscriptions::{
        creation::make,
        fields::{EventNames, SubscriptionFields},
    },
};
use axum::{Json, extract::State};
use http::StatusCode;

/// Subscribe a URL (short form)
///
/// The response has the signing secret, which is shown only this once. Event types need not be registered. The fields
/// of the long form are accepted too.
#[utoipa::path(post, path = "/api/v1/webhooks", tag = "Short form", request_body = SubscriptionFields,
    responses((status = 201, body = Webhook), TooManySubscriptions, TooManyTests))]
pub(crate) async fn create(
    State(app): State<App>,
    member: Member<WriteSubscriptions>,
    JsonBody(fields): JsonBody<SubscriptionFields>,
) -> Result<(StatusCode, Json<Webhook>), Problem> {
    let subscription = make(&app, member.tenant(), &fields, EventNames::WellFormed).await?;
    let secret = subscription.secrets.first().map(|secret| secret.value.clone());
    Ok((StatusCode::CREATED, Json(Webhook { secret, ..Webhook::from(&subscription) })))
}
