//! `GET /api/v1/webhooks/deliveries`.

use super::shown::{DeliveryShown, STATUSES};
use crate::{
    App,
    auth::{Member, Read},
    list,
    problem::Problem,
    query::Query,
};
use axum::{extract::State, response::Response};
use model::{DeliveryId, DeliveryStatus, EventType, SubscriptionId};
use storage::DeliveryFilter;

/// The `status` parameter: P's name of it.
pub(crate) fn statuses(query: &Query) -> Result<Vec<DeliveryStatus>, Problem> {
    let Some(name) = query.text("status") else { return Ok(Vec::new()) };
    match STATUSES.iter().find(|(known, _)| name.eq_ignore_ascii_case(known)) {
        Some((_, states)) => Ok(states.to_vec()),
        None => Err(Problem::invalid("status", "must be pending, success, failed, retrying or disabled")),
    }
}

/// Deliveries, newest first
#[utoipa::path(get, path = "/api/v1/webhooks/deliveries", tag = "Deliveries",
    params(
        ("status" = Option<String>, Query, description = "pending, success, failed, retrying or disabled"),
        ("event_type" = Option<String>, Query),
        ("subscription_id" = Option<String>, Query),
        ("after" = Option<String>, Query, description = "Made at or after this time"),
        ("before" = Option<String>, Query, description = "Made before this time"),
        ("limit" = Option<u32>, Query, description = "1 to 200; 50"),
        ("offset" = Option<u32>, Query),
        ("cursor" = Option<String>, Query, description = "Begin after this id; see the Link header"),
    ),
    responses((status = 200, body = [DeliveryShown])))]
pub(crate) async fn list(State(app): State<App>, member: Member<Read>, query: Query) -> Result<Response, Problem> {
    let tenant = member.tenant();
    let page = query.page(200, 50, DeliveryId::parse)?;
    let parse_type = |text| EventType::parse(text).map_err(|fault| Problem::invalid("event_type", fault.to_string()));
    let filter = DeliveryFilter {
        statuses: statuses(&query)?,
        event_type: query.text("event_type").map(parse_type).transpose()?,
        subscription: query.id("subscription_id", SubscriptionId::parse)?,
        after: query.time("after")?,
        before: query.time("before")?,
    };
    let found = app.store.deliveries(tenant, &filter, page).await?;
    Ok(list::array(&query, &page, found, |one| one.id.to_string(), |one| DeliveryShown::new(one, app.settings.ids)))
}
