//! `GET /api/v1/webhooks/subscriptions/{id}/deliveries`.

use super::find;
use crate::{
    App,
    auth::{Member, Read},
    pages::{self, COUNT_MAX, Total},
    problem::{Problem, kinds::NoSuchSubscription},
    query::Query,
    room::Room,
    schemas::{DeliveryText, Limit200, Offset, StatusName},
    webhooks::deliveries::{filter::statuses, shown::DeliveryShown},
};
use axum::{
    extract::{Path, State},
    response::Response,
};
use model::DeliveryId;
use storage::{DeliveryFilter, ListScope};

/// List the deliveries of a subscription, newest first
#[utoipa::path(get, path = "/api/v1/webhooks/subscriptions/{id}/deliveries", tag = "Subscriptions",
    params(
        ("id" = String, Path),
        ("status" = inline(Option<StatusName>), Query),
        ("limit" = inline(Option<Limit200>), Query),
        ("offset" = inline(Option<Offset>), Query),
        ("cursor" = inline(Option<DeliveryText>), Query, description = "Cursor from the `Link` header"),
        ("count" = Option<bool>, Query, description = "Return the row count, up to 100,000, in X-Total-Count"),
    ),
    responses((status = 200, body = [DeliveryShown]), NoSuchSubscription))]
pub(crate) async fn deliveries(
    State(app): State<App>,
    member: Member<Read>,
    room: Room,
    Path(id): Path<String>,
    query: Query,
) -> Result<Response, Problem> {
    let tenant = member.tenant();
    let page = query.page::<Limit200, _, _>(DeliveryId::parse)?;
    let statuses = statuses(&query)?;
    let subscription = find(&app, tenant, &id).await?;
    let filter = DeliveryFilter { statuses, subscription: Some(subscription.id), ..DeliveryFilter::default() };
    let scope = ListScope::Tenant(tenant);
    let total = Total::of(&query, COUNT_MAX, app.store.count_deliveries(scope, &filter, COUNT_MAX)).await?;
    let listed = app.store.deliveries(scope, &filter, page).await?;
    let show = |one: &_| DeliveryShown::new(one, app.settings.ids);
    Ok(pages::with_total(pages::array(&query, &room, listed, pages::in_tenant, show)?, total))
}
