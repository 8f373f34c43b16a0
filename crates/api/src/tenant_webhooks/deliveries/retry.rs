//! `POST /api/v1/tenant/webhooks/deliveries/{id}/retry`.

use super::{find, missing, shown::Status};
use crate::{
    App,
    auth::{Member, RetryDeliveries},
    problem::{
        Problem,
        kinds::{NoSuchDelivery, NotRetryable},
    },
};
use axum::{
    Json,
    extract::{Path, State},
};
use delivery::RetryError;
use http::StatusCode;
use serde::Serialize;
use storage::RetryOf;
use utoipa::ToSchema;

/// Confirmation that a retry was queued.
#[derive(Serialize, ToSchema)]
pub(crate) struct RetryQueued {
    queued: bool,
    message: &'static str,
}

/// Retry a failed delivery
///
/// The number of attempts is reset to 0. Needs the scope `webhooks:manage`.
#[utoipa::path(post, path = "/api/v1/tenant/webhooks/deliveries/{id}/retry", tag = "Tenant deliveries",
    params(("id" = String, Path)),
    responses((status = 202, body = RetryQueued), NoSuchDelivery, NotRetryable))]
pub(crate) async fn retry(
    State(app): State<App>,
    member: Member<RetryDeliveries>,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<RetryQueued>), Problem> {
    let tenant = member.tenant();
    let refused = |why: &str| NotRetryable::problem(format!("The delivery cannot be retried: {why}"));
    let found = find(&app, tenant, &id).await?;
    if Status::of(&app, &found) != Status::Failed {
        return Err(refused("it has not failed"));
    }
    let (engine, owner) = (app.engine.clone(), tenant.clone());
    // Clients of the tenant API expect only that the retry is queued, so the call does not wait for it.
    match engine.control.queue_retry(&owner, found.id, RetryOf::Undelivered).await {
        Ok(()) => Ok((StatusCode::ACCEPTED, Json(RetryQueued { queued: true, message: "Delivery queued for retry" }))),
        Err(RetryError::Missing) => Err(missing(&id)),
        Err(RetryError::AlreadyDelivered) => Err(refused("it has been delivered already")),
        Err(RetryError::PayloadErased) => Err(refused("the payload of its event was erased")),
        Err(RetryError::Inactive) => Err(refused("its subscription is inactive")),
        Err(RetryError::Store(fault)) => Err(fault.into()),
    }
}
