//! `GET /api/v1/webhooks`.

use super::Webhook;
use crate::{
    App,
    auth::{Member, Read},
    problem::Problem,
    query::{InTenant, ListQuery},
    room::Room,
    schemas::LimitShort,
};
use axum::{extract::State, response::Response};
use model::SubscriptionId;
use storage::{ListScope, SubscriptionFilter};

type WebhookList = ListQuery<LimitShort, InTenant<SubscriptionId>, (), 0>;

/// List subscriptions in the short form, newest first
#[utoipa::path(get, path = "/api/v1/webhooks", tag = "Short form",
    params(WebhookList),
    responses((status = 200, body = [Webhook])))]
pub(crate) async fn list(
    State(app): State<App>,
    member: Member<Read>,
    room: Room,
    list: WebhookList,
) -> Result<Response, Problem> {
    let scope = ListScope::Tenant(member.tenant());
    let listed = app.store.subscriptions(scope, &SubscriptionFilter::default(), list.page.clone()).await?;
    list.answer(&room, listed, None, |one| Webhook::from(one))
}
