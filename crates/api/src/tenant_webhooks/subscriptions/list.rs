//! `GET /api/v1/tenant/webhooks/subscriptions`.

use super::TenantSubscription;
use crate::{
    App,
    auth::{Member, Read},
    pages,
    problem::Problem,
    query::Query,
    room::Room,
    schemas::{Limit1000, Offset, SubscriptionText, TenantEventName},
    tenant_webhooks::event_name,
};
use axum::{extract::State, response::Response};
use model::{Profile, SubscriptionId};
use storage::{ListScope, SubscriptionFilter};

/// List active subscriptions, newest first
///
/// Needs the scope `webhooks:read`.
#[utoipa::path(get, path = "/api/v1/tenant/webhooks/subscriptions", tag = "Tenant subscriptions",
    params(
        ("event" = inline(Option<TenantEventName>), Query, description = "Only this event type"),
        ("limit" = inline(Option<Limit1000>), Query),
        ("offset" = inline(Option<Offset>), Query),
        ("cursor" = inline(Option<SubscriptionText>), Query, description = "Cursor from the `Link` header"),
    ),
    responses((status = 200, body = [TenantSubscription])))]
pub(crate) async fn list(
    State(app): State<App>,
    member: Member<Read>,
    room: Room,
    query: Query,
) -> Result<Response, Problem> {
    let scope = ListScope::Tenant(member.tenant());
    let page = query.page::<Limit1000, _, _>(SubscriptionId::parse)?;
    let name = |text| event_name(text).map_err(|fault| Problem::invalid("event", fault));
    let filter = SubscriptionFilter {
        is_active: Some(true),
        event_type: query.text("event").map(name).transpose()?.map(|name| name.to_string()),
        profile: Some(Profile::Tenant),
        url: None,
    };
    let listed = app.store.subscriptions(scope, &filter, page).await?;
    pages::array(&query, &room, listed, pages::in_tenant, |one| TenantSubscription::from(one))
}
