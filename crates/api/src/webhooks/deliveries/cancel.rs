//! `POST /api/v1/webhooks/deliveries/{id}/cancel`.

use super::shown::{DeliveryShown, status_name};
use crate::{
    App,
    auth::{CancelDeliveries, Member},
    finish,
    problem::{
        Problem,
        kinds::{DeliveryEnded, NoSuchDelivery},
    },
};
use axum::{
    Json,
    extract::{Path, State},
};
use model::DeliveryId;
use storage::CancelOutcome;

/// Cancel a waiting delivery
///
/// A pending or retrying delivery ends with the error `cancelled by request`, and can be retried by hand. A request that
/// is in flight is not aborted: its outcome is shown as soon as it is known.
#[utoipa::path(post, path = "/api/v1/webhooks/deliveries/{id}/cancel", tag = "Deliveries",
    params(("id" = String, Path)),
    responses((status = 200, body = DeliveryShown), NoSuchDelivery, DeliveryEnded))]
pub(crate) async fn cancel(
    State(app): State<App>,
    member: Member<CancelDeliveries>,
    Path(id): Path<String>,
) -> Result<Json<DeliveryShown>, Problem> {
    let missing = || NoSuchDelivery::problem(format!("Webhook delivery not found: {id}"));
    let parsed = DeliveryId::parse(&id).map_err(|_| missing())?;
    let (engine, tenant) = (app.engine.clone(), member.tenant().clone());
    match finish(async move { engine.control.cancel_delivery(&tenant, parsed).await }).await?? {
        CancelOutcome::Done(_) => {}
        CancelOutcome::Missing => return Err(missing()),
        CancelOutcome::Ended(status) => {
            let detail = format!("The delivery has ended already: {}", status_name(status));
            return Err(DeliveryEnded::problem(detail));
        }
    }
    let delivery = app.store.delivery(member.tenant(), parsed).await?.ok_or_else(missing)?;
    Ok(Json(DeliveryShown::new(&delivery, app.settings.ids)))
}
