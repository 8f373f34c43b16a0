//! `GET /api/v1/admin/deliveries/rates`.

use super::OneTenant;
use crate::{
    App,
    auth::Admin,
    problem::{Problem, kinds::NotOperator},
    webhooks::deliveries::{
        filter::DeliveryParameters,
        rates::{RatesShown, rate},
    },
};
use axum::{Json, extract::State};

/// Rates of deliveries of all tenants by event type
///
/// For the operator; like `GET /api/v1/webhooks/deliveries/rates`. The newest 10,000 deliveries of the period are counted.
#[utoipa::path(get, path = "/api/v1/admin/deliveries/rates", tag = "Operator",
    params(OneTenant, DeliveryParameters),
    responses((status = 200, body = RatesShown), NotOperator))]
pub(crate) async fn delivery_rates(
    State(app): State<App>,
    _: Admin,
    tenant: OneTenant,
    query: DeliveryParameters,
) -> Result<Json<RatesShown>, Problem> {
    rate(&app, tenant.scope(), &query).await
}
