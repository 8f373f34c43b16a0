//! `GET /api/v1/admin/subscriptions`.

use super::{scope, tenant};
use crate::{
    App,
    auth::Admin,
    pages::{self, COUNT_WALKED_MAX, Total},
    problem::{Problem, kinds::NotOperator},
    query::Query,
    room::Room,
    schemas::{Limit500, Offset, PartText, SubscriptionCursorOfAll, TenantName},
    webhooks::subscriptions::{list::filter, shown::SubscriptionShown},
};
use axum::{extract::State, response::Response};
use model::{Subscription, SubscriptionId};
use serde::Serialize;
use utoipa::ToSchema;

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
    params(
        ("tenant_id" = inline(Option<TenantName>), Query, description = "Only this tenant"),
        ("is_active" = Option<bool>, Query),
        ("event_type" = Option<String>, Query, description = "Only subscriptions that receive this type"),
        ("url" = inline(Option<PartText>), Query, description = "Only subscriptions whose URL contains this text"),
        ("limit" = inline(Option<Limit500>), Query),
        ("offset" = inline(Option<Offset>), Query),
        ("cursor" = inline(Option<SubscriptionCursorOfAll>), Query, description = "Cursor from the `Link` header"),
        ("count" = Option<bool>, Query, description = "Return the row count, up to 10,000, in X-Total-Count"),
    ),
    responses((status = 200, body = [SubscriptionOfTenant]), NotOperator))]
pub(crate) async fn subscriptions(
    State(app): State<App>,
    _: Admin,
    room: Room,
    query: Query,
) -> Result<Response, Problem> {
    let tenant = tenant(&query)?;
    let scope = scope(tenant.as_ref());
    let page = query.page_of_all::<Limit500, _, _>(SubscriptionId::parse)?;
    let filter = filter(&query)?;
    let total =
        Total::of(&query, COUNT_WALKED_MAX, app.store.count_subscriptions(scope, &filter, COUNT_WALKED_MAX)).await?;
    let listed = app.store.subscriptions(scope, &filter, page).await?;
    let show = |one: &Subscription| SubscriptionOfTenant {
        tenant_id: one.tenant.to_string(),
        subscription: SubscriptionShown::new(one, false),
    };
    Ok(pages::with_total(pages::array(&query, &room, listed, pages::in_all, show)?, total))
}
