//! `POST /api/v1/webhooks/deliveries/{id}/retry`.

use crate::{App, auth::Member, problem::Problem};
use axum::{
    Json,
    extract::{Path, State},
};
use delivery::RetryError;
use model::{DeliveryId, Scope};
use serde::Serialize;
use utoipa::ToSchema;

/// A sentence.
#[derive(Serialize, ToSchema)]
pub(crate) struct Message {
    message: &'static str,
}

/// Send a delivery again
///
/// With a new round of retries.
#[utoipa::path(post, path = "/api/v1/webhooks/deliveries/{id}/retry", tag = "Deliveries",
    params(("id" = String, Path)),
    responses((status = 200, body = Message),
              (status = 400, description = "Not found, already delivered, or the subscription is inactive")))]
pub(crate) async fn retry(
    State(app): State<App>,
    member: Member,
    Path(id): Path<String>,
) -> Result<Json<Message>, Problem> {
    let tenant = member.may(Scope::WebhooksManage)?;
    let refused = |why: &str| Problem::bad_request(format!("The delivery cannot be retried: {why}"));
    let parsed = DeliveryId::parse(&id).map_err(|_| refused("it was not found"))?;
    match app.engine.retry_delivery(tenant, parsed).await {
        Ok(()) => Ok(Json(Message { message: "Delivery queued for retry" })),
        Err(RetryError::Missing) => Err(refused("it was not found")),
        Err(RetryError::AlreadyDelivered) => Err(refused("it has been delivered already")),
        Err(RetryError::Inactive) => Err(refused("its subscription is inactive")),
        Err(RetryError::Store(fault)) => Err(fault.into()),
    }
}
