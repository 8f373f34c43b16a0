//! `POST /api/v1/webhooks/subscriptions/{id}/pause`.

use super::{set_state, shown::SubscriptionShown};
use crate::{
    App,
    auth::{Manage, Member},
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
/// Events are still matched; their deliveries wait and are sent when the subscription is activated.
#[utoipa::path(post, path = "/api/v1/webhooks/subscriptions/{id}/pause", tag = "Subscriptions",
    params(("id" = String, Path)), responses((status = 200, body = SubscriptionShown), NoSuchSubscription, Contended))]
pub(crate) async fn pause(
    State(app): State<App>,
    member: Member<Manage>,
    Path(id): Path<String>,
) -> Result<Json<SubscriptionShown>, Problem> {
    let tenant = member.tenant();
    let subscription = set_state(&app, tenant, &id, SubscriptionState::Paused).await?;
    Ok(Json(SubscriptionShown::new(&subscription, member.sees_secrets())))
}
