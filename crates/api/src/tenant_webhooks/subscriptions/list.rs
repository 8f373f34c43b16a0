//! `GET /api/v1/tenant/webhooks/subscriptions`.

use super::TenantSubscription;
use crate::{
    App,
    auth::{Member, Read},
    problem::Problem,
    query::{InTenant, ListQuery},
    room::Room,
    schemas::Limit1000,
    tenant_webhooks::EventParameter,
};
use axum::{extract::State, response::Response};
use model::{Profile, SubscriptionId};
use storage::{ListScope, SubscriptionFilter};

type SubscriptionList = ListQuery<Limit1000, InTenant<SubscriptionId>, EventParameter, 0>;

/// List active subscriptions, newest first
///
/// Needs the scope `webhooks:read`.
#[utoipa::path(get, path = "/api/v1/tenant/webhooks/subscriptions", tag = "Tenant subscriptions",
    params(SubscriptionList),
    responses((status = 200, body = [TenantSubscription])))]
pub(crate) async fn list(
    State(app): State<App>,
    member: Member<Read>,
    room: Room,
    list: SubscriptionList,
) -> Result<Response, Problem> {
    let scope = ListScope::Tenant(member.tenant());
    let filter = SubscriptionFilter {
        is_active: Some(true),
        event_type: list.filter.event_type().map(ToString::to_string),
        profile: Some(Profile::Tenant),
        url: None,
        health: None,
    };
    let listed = app.store.subscriptions(scope, &filter, list.page.clone()).await?;
    list.answer(&room, listed, None, |one| TenantSubscription::from(one))
}
