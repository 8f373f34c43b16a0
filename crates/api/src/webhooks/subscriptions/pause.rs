//! `POST /api/v1/webhooks/subscriptions/{id}/pause`.

use super::{set_state, shown::SubscriptionShown, with_health};
use crate::{
    App,
    auth::{Member, WriteSubscriptions},
    problem::{
        Problem,
        kinds::{Contended, NoSuchSubscription},
    },
};
use axum::{
    Json,
    extract::{Path, State},
};
use model::SubscriptionState;

/// Pause a subscription
///
/// Deliveries wait, and are sent when the subscription is activated. `on_pause` of the subscription says whether events
/// that are published meanwhile get a delivery (`collect`, the default) or not (`drop`).
#[utoipa::path(post, path = "/api/v1/webhooks/subscriptions/{id}/pause", tag = "Subscriptions",
    params(("id" = String, Path)), responses((status = 200, body = SubscriptionShown), NoSuchSubscription, Contended))]
pub(crate) async fn pause(
    State(app): State<App>,
    member: Member<WriteSubscriptions>,
    Path(id): Path<String>,
) -> Result<Json<SubscriptionShown>, Problem> {
    let tenant = member.tenant();
    let subscription = set_state(&app, tenant, &id, SubscriptionState::Paused).await?;
    Ok(Json(with_health(&app, &subscription, member.sees_secrets()).await?))
}
