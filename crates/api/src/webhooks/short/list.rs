//! `GET /api/v1/webhooks`.

use super::Webhook;
use crate::{
    App,
    auth::{Member, Read},
    pages,
    problem::Problem,
    query::Query,
    room::Room,
    schemas::{LimitShort, Offset, SubscriptionText},
};
use axum::{extract::State, response::Response};
use model::SubscriptionId;
use storage::{ListScope, SubscriptionFilter};

/// List subscriptions in the short form, newest first
#[utoipa::path(get, path = "/api/v1/webhooks", tag = "Short form",
    params(
        ("limit" = inline(Option<LimitShort>), Query),
        ("offset" = inline(Option<Offset>), Query),
        ("cursor" = inline(Option<SubscriptionText>), Query, description = "Cursor from the `Link` header"),
    ),
    responses((status = 200, body = [Webhook])))]
pub(crate) async fn list(
    State(app): State<App>,
    member: Member<Read>,
    room: Room,
    query: Query,
) -> Result<Response, Problem> {
    let scope = ListScope::Tenant(member.tenant());
    let page = query.page::<LimitShort, _, _>(SubscriptionId::parse)?;
    let listed = app.store.subscriptions(scope, &SubscriptionFilter::default(), page).await?;
    pages::array(&query, &room, listed, pages::in_tenant, |one| Webhook::from(one))
}
