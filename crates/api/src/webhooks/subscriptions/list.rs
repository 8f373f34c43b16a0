//! `GET /api/v1/webhooks/subscriptions`.

use super::shown::SubscriptionShown;
use crate::{
    App,
    auth::{Member, Read},
    pages::{self, COUNT_MAX, Total},
    problem::Problem,
    query::Query,
    room::Room,
    schemas::{Limit500, Offset, PartText, SubscriptionText},
};
use axum::{extract::State, response::Response};
use model::SubscriptionId;
use storage::{ListScope, SubscriptionFilter};

/// Reads the filter from a query.
pub(crate) fn filter(query: &Query) -> Result<SubscriptionFilter, Problem> {
    Ok(SubscriptionFilter {
        is_active: query.flag("is_active")?,
        event_type: query.text("event_type").map(str::to_owned),
        profile: None,
        url: query.part("url")?,
    })
}

/// List subscriptions, newest first
#[utoipa::path(get, path = "/api/v1/webhooks/subscriptions", tag = "Subscriptions",
    params(
        ("is_active" = Option<bool>, Query),
        ("event_type" = Option<String>, Query, description = "Only subscriptions that receive this type"),
        ("url" = inline(Option<PartText>), Query, description = "Only subscriptions whose URL contains this text"),
        ("limit" = inline(Option<Limit500>), Query),
        ("offset" = inline(Option<Offset>), Query),
        ("cursor" = inline(Option<SubscriptionText>), Query, description = "Cursor from the `Link` header"),
        ("count" = Option<bool>, Query, description = "Return the row count, up to 100,000, in X-Total-Count"),
    ),
    responses((status = 200, body = [SubscriptionShown])))]
pub(crate) async fn list(
    State(app): State<App>,
    member: Member<Read>,
    room: Room,
    query: Query,
) -> Result<Response, Problem> {
    let scope = ListScope::Tenant(member.tenant());
    let page = query.page::<Limit500, _, _>(SubscriptionId::parse)?;
    let filter = filter(&query)?;
    let total = Total::of(&query, COUNT_MAX, app.store.count_subscriptions(scope, &filter, COUNT_MAX)).await?;
    let listed = app.store.subscriptions(scope, &filter, page).await?;
    let show = |one: &_| SubscriptionShown::new(one, member.sees_secrets());
    Ok(pages::with_total(pages::array(&query, &room, listed, pages::in_tenant, show)?, total))
}
