//! `DELETE /api/v1/webhooks/{id}`.

use crate::{
    App,
    auth::{Member, WriteSubscriptions},
    problem::{Problem, kinds::NoSuchSubscription},
    webhooks::subscriptions::delete::remove,
};
use axum::extract::{Path, State};
use http::StatusCode;

/// Delete a subscription
#[utoipa::path(delete, path = "/api/v1/webhooks/{id}", tag = "Short form", params(("id" = String, Path)),
    responses((status = 204, description = "Deleted"), NoSuchSubscription))]
pub(crate) async fn delete(
    State(app): State<App>,
    member: Member<WriteSubscriptions>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    remove(&app, member.tenant(), &id).await
}
