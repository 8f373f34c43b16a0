//! `GET /api/v1/webhooks/subscriptions`.

use super::shown::SubscriptionShown;
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

/// Subscriptions, newest first
#[utoipa::path(get, path = "/api/v1/webhooks/subscriptions", tag = "Subscriptions",
    params(
        ("is_active" = Option<bool>, Query),
        ("event_type" = Option<String>, Query, description = "Only those that get this type"),
        ("limit" = Option<u32>, Query, description = "1 to 500; 100"),
        ("offset" = Option<u32>, Query),
        ("cursor" = Option<String>, Query, description = "Begin after this id; see the Link header"),
    ),
    responses((status = 200, body = [SubscriptionShown])))]
pub(crate) async fn list(State(app): State<App>, member: Member<Read>, query: Query) -> Result<Response, Problem> {
    let tenant = member.tenant();
    let page = query.page(500, 100, SubscriptionId::parse)?;
    let filter = SubscriptionFilter {
        is_active: query.flag("is_active")?,
        event_type: query.text("event_type").map(str::to_owned),
        profile: None,
    };
    let found = app.store.subscriptions(tenant, &filter, page).await?;
    Ok(list::array(
        &query,
        &page,
        found,
        |one| one.id.to_string(),
        |one| SubscriptionShown::new(one, member.sees_secrets()),
    ))
}
