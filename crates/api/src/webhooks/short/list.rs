//! `GET /api/v1/webhooks`.

use super::Webhook;
use crate::{
    App,
    auth::{Member, Read},
    list,
    problem::Problem,
    query::Query,
};
use axum::{extract::State, response::Response};
use model::SubscriptionId;
use storage::SubscriptionFilter;

/// Subscriptions in short, newest first
#[utoipa::path(get, path = "/api/v1/webhooks", tag = "Short form",
    params(("limit" = Option<u32>, Query, description = "1 to 500; 500"), ("offset" = Option<u32>, Query),
           ("cursor" = Option<String>, Query)),
    responses((status = 200, body = [Webhook])))]
pub(crate) async fn list(State(app): State<App>, member: Member<Read>, query: Query) -> Result<Response, Problem> {
    let tenant = member.tenant();
    let page = query.page(500, 500, SubscriptionId::parse)?;
    let found = app.store.subscriptions(tenant, &SubscriptionFilter::default(), page).await?;
    Ok(list::array(&query, &page, found, |one| one.id.to_string(), |one| Webhook::from(one)))
}
