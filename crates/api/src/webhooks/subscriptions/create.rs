//! `POST /api/v1/webhooks/subscriptions`.

use super::{
    creation::make,
    fields::{EventNames, SubscriptionFields},
    shown::CreatedSubscription,
    with_health,
};
use crate::{
    App,
    auth::{Member, WriteSubscriptions},
    body::JsonBody,
    problem::{
        Problem,
        kinds::{TooManySubscriptions, TooManyTests},
    },
};
use axum::{Json, extract::State};
use http::StatusCode;

/// Subscribe a URL
///
/// The response has the signing secret, which is shown only this once. A tenant has at most 60,000 subscriptions; one
/// more is refused with the code `too_many_subscriptions`. Needs the scope `webhooks:manage`.
#[utoipa::path(post, path = "/api/v1/webhooks/subscriptions", tag = "Subscriptions", request_body = SubscriptionFields,
    responses((status = 201, body = CreatedSubscription), TooManySubscriptions, TooManyTests))]
pub(crate) async fn create(
    State(app): State<App>,
    member: Member<WriteSubscriptions>,
    JsonBody(fields): JsonBody<SubscriptionFields>,
) -> Result<(StatusCode, Json<CreatedSubscription>), Problem> {
    let subscription = make(&app, member.tenant(), &fields, EventNames::InCatalog).await?;
    let secret = subscription.secrets.first().map(|secret| secret.value.clone());
    let shown = with_health(&app, &subscription, true).await?;
    Ok((StatusCode::CREATED, Json(CreatedSubscription { shown, secret })))
}
