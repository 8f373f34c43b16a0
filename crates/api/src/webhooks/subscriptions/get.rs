//! `GET /api/v1/webhooks/subscriptions/{id}`.

use super::{find, shown::SubscriptionShown};
use crate::{
    App,
    auth::{Member, Read},
    problem::Problem,
};
use axum::{
    Json,
    extract::{Path, State},
};

/// A subscription
#[utoipa::path(get, path = "/api/v1/webhooks/subscriptions/{id}", tag = "Subscriptions",
    params(("id" = String, Path)), responses((status = 200, body = SubscriptionShown)))]
pub(crate) async fn get(
    State(app): State<App>,
    member: Member<Read>,
    Path(id): Path<String>,
) -> Result<Json<SubscriptionShown>, Problem> {
    let subscription = find(&app, member.tenant(), &id).await?;
    Ok(Json(SubscriptionShown::new(&subscription, member.sees_secrets())))
}
