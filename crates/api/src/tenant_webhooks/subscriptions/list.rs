//! `GET /api/v1/tenant/webhooks/subscriptions`.

use super::TenantSubscription;
use crate::{
    App,
    auth::{Member, Read},
    list,
    problem::Problem,
    query::Query,
    tenant_webhooks::event_name,
};
use axum::{extract::State, response::Response};
use model::{Profile, SubscriptionId};
use storage::SubscriptionFilter;

/// Active subscriptions, newest first
///
/// Needs the scope `webhooks:read`.
#[utoipa::path(get, path = "/api/v1/tenant/webhooks/subscriptions", tag = "Tenant subscriptions",
    params(
        ("event" = Option<String>, Query, description = "Only of this event"),
        ("limit" = Option<u32>, Query, description = "1 to 1000; 1000"),
        ("offset" = Option<u32>, Query),
        ("cursor" = Option<String>, Query, description = "Begin after this id; see the Link header"),
    ),
    responses((status = 200, body = [TenantSubscription])))]
pub(crate) async fn list(State(app): State<App>, member: Member<Read>, query: Query) -> Result<Response, Problem> {
    let tenant = member.tenant();
    let page = query.page(1_000, 1_000, SubscriptionId::parse)?;
    let name = |text| event_name(text).map_err(|fault| Problem::invalid("event", fault));
    let filter = SubscriptionFilter {
        is_active: Some(true),
        event_type: query.text("event").map(name).transpose()?.map(|name| name.to_string()),
        profile: Some(Profile::Tenant),
    };
    let found = app.store.subscriptions(tenant, &filter, page).await?;
    Ok(list::array(&query, &page, found, |one| one.id.to_string(), |one| TenantSubscription::from(one)))
}
