//! `DELETE /api/v1/tenant/webhooks/subscriptions/{id}`.

use crate::{
    App,
    auth::{Member, WriteSubscriptions},
    problem::{Problem, kinds::NoSuchSubscription},
    webhooks::subscriptions::delete::remove,
};
use axum::extract::{Path, State};
use http::StatusCode;

/// Delete a subscription
///
/// The subscription becomes inactive; its row stays for the delivery log.
#[utoipa::path(delete, path = "/api/v1/tenant/webhooks/subscriptions/{id}", tag = "Tenant subscriptions",
    params(("id" = String, Path)), responses((status = 204, description = "Deleted"), NoSuchSubscription))]
pub(crate) async fn delete(
    State(app): State<App>,
    member: Member<WriteSubscriptions>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    remove(&app, member.tenant(), &id).await
}
