//! `GET /api/v1/admin/deliveries/counts`.

use super::OneTenant;
use crate::{
    App,
    auth::Admin,
    problem::{Problem, kinds::NotOperator},
    webhooks::deliveries::{
        counts::{CountsShown, count},
        filter::DeliveryParameters,
    },
};
use axum::{Json, extract::State};

/// Count deliveries of all tenants by status, response code and event type
///
/// For the operator; like `GET /api/v1/webhooks/deliveries/counts`. Each status is counted up to 10,000.
#[utoipa::path(get, path = "/api/v1/admin/deliveries/counts", tag = "Operator",
    params(OneTenant, DeliveryParameters),
    responses((status = 200, body = CountsShown), NotOperator))]
pub(crate) async fn delivery_counts(
    State(app): State<App>,
    _: Admin,
    tenant: OneTenant,
    query: DeliveryParameters,
) -> Result<Json<CountsShown>, Problem> {
    count(&app, tenant.scope(), &query).await
}
