//! `POST /api/v1/webhooks/subscriptions/{id}/activate`.

use super::{set_state, shown::SubscriptionShown, with_health};
use crate::{
    App,
    auth::{Member, WriteSubscriptions},
    problem::{
        Problem,
        kinds::{Contended, DuplicateSubscription, NoSuchSubscription},
    },
};
use axum::{
    Json,
    extract::{Path, State},
};
use model::SubscriptionState;

/// Activate a subscription
///
/// Deliveries that waited for the subscription are sent.
#[utoipa::path(post, path = "/api/v1/webhooks/subscriptions/{id}/activate", tag = "Subscriptions",
    params(("id" = String, Path)), responses((status = 200, body = SubscriptionShown), NoSuchSubscription, Contended, DuplicateSubscription))]
pub(crate) async fn activate(
    State(app): State<App>,
    member: Member<WriteSubscriptions>,
    Path(id): Path<String>,
) -> Result<Json<SubscriptionShown>, Problem> {
    let tenant = member.tenant();
    let subscription = set_state(&app, tenant, &id, SubscriptionState::Active).await?;
    Ok(Json(with_health(&app, &subscription, member.sees_secrets()).await?))
}
