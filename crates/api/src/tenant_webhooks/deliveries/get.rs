//! `GET /api/v1/tenant/webhooks/deliveries/{id}`.

use super::{
    find, missing,
    shown::{TenantDelivery, show},
};
use crate::{
    App,
    auth::{Member, Read},
    pages,
    problem::{Problem, kinds::NoSuchDelivery},
    room::Room,
};
use axum::{
    extract::{Path, State},
    response::Response,
};
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

/// A delivery with its payload.
#[derive(Serialize, ToSchema)]
pub(crate) struct TenantDeliveryDetail {
    #[serde(flatten)]
    delivery: TenantDelivery,
    #[schema(value_type = Object)]
    payload: Option<Box<RawValue>>,
}

/// Get a delivery with its payload
///
/// Needs the scope `webhooks:read`.
#[utoipa::path(get, path = "/api/v1/tenant/webhooks/deliveries/{id}", tag = "Tenant deliveries",
    params(("id" = String, Path)), responses((status = 200, body = TenantDeliveryDetail), NoSuchDelivery))]
pub(crate) async fn get(
    State(app): State<App>,
    member: Member<Read>,
    room: Room,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let tenant = member.tenant();
    let found = find(&app, tenant, &id).await?;
    let event = app.store.event(tenant, found.id.event()).await?;
    let payload = event
        .and_then(|event| String::from_utf8(event.data.to_vec()).ok())
        .and_then(|text| RawValue::from_string(text).ok());
    let shown = show(&app, std::slice::from_ref(&found)).await?;
    let delivery = shown.into_iter().next().ok_or_else(|| missing(&id))?;
    pages::json(&room, &TenantDeliveryDetail { delivery, payload })
}
