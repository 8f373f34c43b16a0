//! `GET /api/v1/admin/subscriptions`.

use super::OneTenant;
use crate::{
    App,
    auth::Admin,
    pages::COUNT_WALKED_MAX,
    problem::{Problem, kinds::NotOperator},
    query::{InAll, ListQuery},
    room::Room,
    schemas::{Limit500, TenantName},
    webhooks::subscriptions::{health::HealthOf, list::SubscriptionParameters, shown::SubscriptionShown},
};
use axum::{extract::State, response::Response};
use model::{Subscription, SubscriptionId};
use serde::Serialize;
use utoipa::ToSchema;

type SubscriptionsOfAll = ListQuery<Limit500, InAll<SubscriptionId>, SubscriptionParameters, COUNT_WALKED_MAX>;

/// A subscription with its tenant. Headers that may be credentials are masked.
#[derive(Serialize, ToSchema)]
pub(crate) struct SubscriptionOfTenant {
    #[schema(value_type = TenantName)]
    tenant_id: String,
    #[serde(flatten)]
    subscription: SubscriptionShown,
}

/// List subscriptions of all tenants, newest first
///
/// For the operator; `X-Tenant-Id` is not needed. A page scans about 10,000 subscriptions at most, so it may have fewer
/// rows than `limit`, or none, although the `Link` header names a next page.
#[utoipa::path(get, path = "/api/v1/admin/subscriptions", tag = "Operator",
    params(OneTenant, SubscriptionsOfAll),
    responses((status = 200, body = [SubscriptionOfTenant]), NotOperator))]
pub(crate) async fn subscriptions(
    State(app): State<App>,
    _: Admin,
    room: Room,
    tenant: OneTenant,
    list: SubscriptionsOfAll,
) -> Result<Response, Problem> {
    let (scope, filter) = (tenant.scope(), list.filter.filter(&app));
    let total = list.total(COUNT_WALKED_MAX, app.store.count_subscriptions(scope, &filter, COUNT_WALKED_MAX)).await?;
    let listed = app.store.subscriptions(scope, &filter, list.page.clone()).await?;
    let (health, now) = (HealthOf::read(&app, &listed.rows).await?, app.clock.now());
    let show = |one: &Subscription| SubscriptionOfTenant {
        tenant_id: one.tenant.to_string(),
        subscription: SubscriptionShown::new(one, false, now, health.shown(one)),
    };
    list.answer(&room, listed, total, show)
}
