//! `POST /api/v1/webhooks/deliveries/{id}/retry`.

use crate::{
    App,
    auth::{Member, RetryDeliveries},
    body::{JsonOrNothing, Patch, boolean},
    finish,
    problem::{Problem, kinds::RetryRefused},
    schemas::LaxBoolean,
};
use axum::{
    Json,
    extract::{Path, State},
};
use delivery::{RetryError, RetryProgress};
use model::DeliveryId;
use serde::{Deserialize, Serialize};
use storage::RetryOf;
use utoipa::ToSchema;

/// Options of a retry.
#[derive(Default, Deserialize, ToSchema)]
pub(crate) struct RetryRequest {
    /// Also send a delivery that has succeeded already (replay).
    #[serde(default, deserialize_with = "boolean")]
    #[schema(value_type = LaxBoolean, default = false)]
    force: Patch<bool>,
}

/// The result of a retry.
#[derive(Serialize, ToSchema)]
pub(crate) struct Retried {
    message: &'static str,
    /// True when the retry is still queued after the subscription's timeout; absent when the attempt was made.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    queued: bool,
}

const MESSAGE: &str = "Delivery retry initiated successfully";

/// Retry a delivery
///
/// The call answers after the attempt, and starts a new round of retries. With `force`, a delivery that has succeeded
/// is sent again (replay); the attempt is marked `resend` in its log. While the circuit breaker of the subscription is
/// not closed, the call does not wait: `queued` is true, and the delivery is sent when the breaker allows it.
#[utoipa::path(post, path = "/api/v1/webhooks/deliveries/{id}/retry", tag = "Deliveries",
    params(("id" = String, Path)), request_body = Option<RetryRequest>,
    responses((status = 200, body = Retried), RetryRefused))]
pub(crate) async fn retry(
    State(app): State<App>,
    member: Member<RetryDeliveries>,
    Path(id): Path<String>,
    JsonOrNothing(request): JsonOrNothing<RetryRequest>,
) -> Result<Json<Retried>, Problem> {
    let refused = |why: &str| RetryRefused::problem(format!("The delivery cannot be retried: {why}"));
    let parsed = DeliveryId::parse(&id).map_err(|_| refused("it was not found"))?;
    let of = if request.force.value().unwrap_or(false) { RetryOf::Any } else { RetryOf::Undelivered };
    let (engine, tenant) = (app.engine.clone(), member.tenant().clone());
    match finish(async move { engine.control.retry_delivery(&tenant, parsed, of).await }).await? {
        Ok(RetryProgress::Attempted(_)) => Ok(Json(Retried { message: MESSAGE, queued: false })),
        Ok(RetryProgress::Queued) => Ok(Json(Retried { message: MESSAGE, queued: true })),
        Err(RetryError::Missing) => Err(refused("it was not found")),
        Err(RetryError::AlreadyDelivered) => {
            Err(refused("it has been delivered already; send it again with {\"force\": true}"))
        }
        Err(RetryError::PayloadErased) => Err(refused("the payload of its event was erased")),
        Err(RetryError::Inactive) => Err(refused("its subscription is inactive")),
        Err(RetryError::Store(fault)) => Err(fault.into()),
    }
}
