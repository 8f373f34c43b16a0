//! `GET /api/v1/webhooks/subscriptions/{id}/deliveries`.

use super::find;
use crate::{
    App,
    auth::{Member, Read},
    pages::COUNT_MAX,
    problem::{Problem, kinds::NoSuchSubscription},
    query::{InTenant, ListQuery, OrderParameter, parameters::parameters},
    room::Room,
    schemas::Limit200,
    webhooks::deliveries::{filter::Statuses, shown::DeliveryShown},
};
use axum::{
    extract::{Path, State},
    response::Response,
};
use model::DeliveryId;
use storage::{DeliveryFilter, ListScope};

parameters! {
    StatusParameter {
        /// Only this status
        status: Statuses = "status";
    }
}

type DeliveryList = ListQuery<Limit200, InTenant<DeliveryId>, (StatusParameter, OrderParameter), COUNT_MAX>;

/// List the deliveries of a subscription
///
/// Newest first, or oldest first with `order=oldest`.
#[utoipa::path(get, path = "/api/v1/webhooks/subscriptions/{id}/deliveries", tag = "Subscriptions",
    params(("id" = String, Path), DeliveryList),
    responses((status = 200, body = [DeliveryShown]), NoSuchSubscription))]
pub(crate) async fn deliveries(
    State(app): State<App>,
    member: Member<Read>,
    room: Room,
    Path(id): Path<String>,
    list: DeliveryList,
) -> Result<Response, Problem> {
    let tenant = member.tenant();
    let (status, order) = &list.filter;
    let statuses = status.status.as_ref().map(|status| status.0.to_vec()).unwrap_or_default();
    let subscription = find(&app, tenant, &id).await?;
    let filter =
        DeliveryFilter { statuses, subscription: Some(subscription.id), order: order.order(), ..Default::default() };
    let scope = ListScope::Tenant(tenant);
    let total = list.total(COUNT_MAX, app.store.count_deliveries(scope, &filter, COUNT_MAX)).await?;
    let listed = app.store.deliveries(scope, &filter, list.page.clone()).await?;
    list.answer(&room, listed, total, |one| DeliveryShown::new(one, app.settings.ids))
}
