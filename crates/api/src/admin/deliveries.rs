//! `GET /api/v1/admin/deliveries`.

use super::OneTenant;
use crate::{
    App,
    auth::Admin,
    pages::COUNT_WALKED_MAX,
    problem::{Problem, kinds::NotOperator},
    query::{InAll, ListQuery, OrderParameter},
    room::Room,
    schemas::{Limit200, TenantName},
    webhooks::deliveries::{filter::DeliveryParameters, list::find, shown::DeliveryShown},
};
use axum::{extract::State, response::Response};
use model::{Delivery, DeliveryId};
use serde::Serialize;
use utoipa::ToSchema;

type DeliveriesOfAll = ListQuery<Limit200, InAll<DeliveryId>, (DeliveryParameters, OrderParameter), COUNT_WALKED_MAX>;

/// A delivery with its tenant.
#[derive(Serialize, ToSchema)]
pub(crate) struct DeliveryOfTenant {
    #[schema(value_type = TenantName)]
    tenant_id: String,
    #[serde(flatten)]
    delivery: DeliveryShown,
}

/// List deliveries of all tenants
///
/// Newest first, or oldest first with `order=oldest`. For the operator; `X-Tenant-Id` is not needed. A page reads about 10,000 deliveries at most, and 32 MiB of payloads
/// with `payload_path`, so it may have fewer rows than `limit`, or none, although the `Link` header names a next page.
#[utoipa::path(get, path = "/api/v1/admin/deliveries", tag = "Operator",
    params(OneTenant, DeliveriesOfAll),
    responses((status = 200, body = [DeliveryOfTenant]), NotOperator))]
pub(crate) async fn deliveries(
    State(app): State<App>,
    _: Admin,
    room: Room,
    tenant: OneTenant,
    list: DeliveriesOfAll,
) -> Result<Response, Problem> {
    let (listed, total) = find(&app, tenant.scope(), &list).await?;
    let show = |one: &Delivery| DeliveryOfTenant {
        tenant_id: one.tenant.to_string(),
        delivery: DeliveryShown::new(one, app.settings.ids),
    };
    list.answer(&room, listed, total, show)
}
