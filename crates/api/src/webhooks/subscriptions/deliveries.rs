//! `GET /api/v1/webhooks/subscriptions/{id}/deliveries`.

use super::find;
use crate::{
    App,
    auth::{Member, Read},
    list,
    problem::Problem,
    query::Query,
    webhooks::deliveries::{list::statuses, shown::DeliveryShown},
};
use axum::{
    extract::{Path, State},
    response::Response,
};
use model::DeliveryId;
use storage::DeliveryFilter;

/// What a subscription got, newest first
#[utoipa::path(get, path = "/api/v1/webhooks/subscriptions/{id}/deliveries", tag = "Subscriptions",
    params(
        ("id" = String, Path),
        ("status" = Option<String>, Query, description = "pending, success, failed, retrying or disabled"),
        ("limit" = Option<u32>, Query, description = "1 to 200; 50"),
        ("offset" = Option<u32>, Query),
        ("cursor" = Option<String>, Query, description = "Begin after this id; see the Link header"),
    ),
    responses((status = 200, body = [DeliveryShown])))]
pub(crate) async fn deliveries(
    State(app): State<App>,
    member: Member<Read>,
    Path(id): Path<String>,
    query: Query,
) -> Result<Response, Problem> {
    let tenant = member.tenant();
    let page = query.page(200, 50, DeliveryId::parse)?;
    let statuses = statuses(&query)?;
    let subscription = find(&app, tenant, &id).await?;
    let filter = DeliveryFilter { statuses, subscription: Some(subscription.id), ..DeliveryFilter::default() };
    let found = app.store.deliveries(tenant, &filter, page).await?;
    Ok(list::array(&query, &page, found, |one| one.id.to_string(), |one| DeliveryShown::new(one, app.settings.ids)))
}
