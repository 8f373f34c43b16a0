//! `POST /api/v1/webhooks/subscriptions/{id}/breaker/reset`.

use super::{find, parse, shown::SubscriptionShown, with_health};
use crate::{
    App,
    auth::{Member, WriteSubscriptions},
    problem::{Problem, kinds::NoSuchSubscription},
};
use axum::{
    Json,
    extract::{Path, State},
};

/// Close a subscription's circuit breaker
///
/// Waiting deliveries are sent again, at first few at a time. If the receiver still fails, the breaker opens again.
#[utoipa::path(post, path = "/api/v1/webhooks/subscriptions/{id}/breaker/reset", tag = "Subscriptions",
    params(("id" = String, Path)), responses((status = 200, body = SubscriptionShown), NoSuchSubscription))]
pub(crate) async fn reset_breaker(
    State(app): State<App>,
    member: Member<WriteSubscriptions>,
    Path(id): Path<String>,
) -> Result<Json<SubscriptionShown>, Problem> {
    let tenant = member.tenant();
    app.engine.control.reset_breaker(tenant, parse(&id)?).await?;
    let subscription = find(&app, tenant, &id).await?;
    Ok(Json(with_health(&app, &subscription, member.sees_secrets()).await?))
}
