//! `GET /api/v1/webhooks/subscriptions/{id}/secret`.

use super::find;
use crate::{
    App,
    auth::{Member, ViewSecret},
    problem::{Problem, kinds::NoSuchSubscription},
};
use axum::{
    Json,
    extract::{Path, State},
};
use model::{Timestamp, subscription::SigningSecret};
use serde::Serialize;
use utoipa::ToSchema;

/// The secrets that sign a subscription's requests.
#[derive(Serialize, ToSchema)]
pub(crate) struct Secrets {
    /// The current secret; null when the subscription has none.
    secret: Option<String>,
    /// Rotated secrets, which sign beside the current one until their grace period ends.
    previous: Vec<PreviousSecret>,
}

/// A rotated secret.
#[derive(Serialize, ToSchema)]
pub(crate) struct PreviousSecret {
    secret: String,
    #[schema(value_type = String, format = DateTime)]
    until: Timestamp,
}

/// Get the signing secrets of a subscription
///
/// Needs the scope `webhooks.secret.view`.
#[utoipa::path(get, path = "/api/v1/webhooks/subscriptions/{id}/secret", tag = "Subscriptions",
    params(("id" = String, Path)), responses((status = 200, body = Secrets), NoSuchSubscription))]
pub(crate) async fn secret(
    State(app): State<App>,
    member: Member<ViewSecret>,
    Path(id): Path<String>,
) -> Result<Json<Secrets>, Problem> {
    let subscription = find(&app, member.tenant(), &id).await?;
    let now = app.clock.now();
    let previous = |secret: &SigningSecret| {
        let until = secret.until.filter(|until| *until > now)?;
        Some(PreviousSecret { secret: secret.value.clone(), until })
    };
    let current = subscription.secrets.iter().find(|secret| secret.until.is_none());
    Ok(Json(Secrets {
        secret: current.map(|secret| secret.value.clone()),
        previous: subscription.secrets.iter().filter_map(previous).collect(),
    }))
}
