//! `POST /api/v1/webhooks/subscriptions/{id}/activate`.

use super::{set_state, shown::SubscriptionShown};
use crate::{App, auth::Member, problem::Problem};
use axum::{
    Json,
    extract::{Path, State},
};
use model::{Scope, SubscriptionState};

/// Activate a subscription
///
/// What waited for it is sent.
#[utoipa::path(post, path = "/api/v1/webhooks/subscriptions/{id}/activate", tag = "Subscriptions",
    params(("id" = String, Path)), responses((status = 200, body = SubscriptionShown)))]
pub(crate) async fn activate(
    State(app): State<App>,
    member: Member,
    Path(id): Path<String>,
) -> Result<Json<SubscriptionShown>, Problem> {
    let tenant = member.may(Scope::WebhooksManage)?;
    let subscription = set_state(&app, tenant, &id, SubscriptionState::Active).await?;
    Ok(Json(SubscriptionShown::from(&subscription)))
}
