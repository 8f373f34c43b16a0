//! `GET /api/v1/webhooks/subscriptions/{id}`.

use super::{find, shown::SubscriptionDetail, with_health};
use crate::{
    App,
    auth::{Member, Read},
    backlog::BacklogShown,
    problem::{Problem, kinds::NoSuchSubscription},
    query::Query,
};
use axum::{
    Json,
    extract::{Path, State},
};

/// Get a subscription
#[utoipa::path(get, path = "/api/v1/webhooks/subscriptions/{id}", tag = "Subscriptions",
    params(("id" = String, Path),
           ("backlog" = Option<bool>, Query, description = "Include the backlog: waiting deliveries, with times")),
    responses((status = 200, body = SubscriptionDetail), NoSuchSubscription))]
pub(crate) async fn get(
    State(app): State<App>,
    member: Member<Read>,
    Path(id): Path<String>,
    query: Query,
) -> Result<Json<SubscriptionDetail>, Problem> {
    let subscription = find(&app, member.tenant(), &id).await?;
    let backlog = match query.flag("backlog")? {
        Some(true) => Some(BacklogShown::from(&app.store.backlog(member.tenant(), subscription.id).await?)),
        Some(false) | None => None,
    };
    let shown = with_health(&app, &subscription, member.sees_secrets()).await?;
    Ok(Json(SubscriptionDetail { shown, backlog }))
}
