//! `GET /api/v1/webhooks/deliveries`.

use super::{
    filter::{DeliveryParameters, count_max},
    shown::DeliveryShown,
};
use crate::{
    App,
    auth::{Member, Read},
    pages::{COUNT_MAX, Total},
    problem::Problem,
    query::{Cursor, InTenant, ListQuery, OrderParameter},
    room::Room,
    schemas::{Limit200, Number},
};
use axum::{extract::State, response::Response};
use model::{Delivery, DeliveryId};
use storage::{DeliveryFilter, ListScope, Listed};

type DeliveryList = ListQuery<Limit200, InTenant<DeliveryId>, (DeliveryParameters, OrderParameter), COUNT_MAX>;

/// A page of the deliveries that a query selects, and their total on request.
pub(crate) async fn find<L: Number, C: Cursor<Id = DeliveryId>, const COUNT: u32>(
    app: &App,
    scope: ListScope<'_>,
    list: &ListQuery<L, C, (DeliveryParameters, OrderParameter), COUNT>,
) -> Result<(Listed<Delivery, DeliveryId>, Option<Total>), Problem> {
    let (parameters, order) = &list.filter;
    match parameters.selection(app, scope.tenant()).await? {
        Some(filter) => {
            let filter = DeliveryFilter { order: order.order(), ..filter };
            let max = count_max(scope, &filter);
            let total = list.total(max, app.store.count_deliveries(scope, &filter, max)).await?;
            Ok((app.store.deliveries(scope, &filter, list.page.clone()).await?, total))
        }
        None => Ok((Listed::default(), list.total_of_nothing()?)),
    }
}

/// List deliveries
///
/// Newest first, or oldest first with `order=oldest`.
///
/// `event_id`, `response_code`, `url`, `error`, `search`, `min_duration_ms`, `overdue_minutes` and `payload_path` have no
/// index. With one of them a page reads at most about 10,000 deliveries that fit the other filters, in that order, and
/// 32 MiB of payloads: it may have fewer rows than `limit`, or none, although the `Link` header names a next page.
#[utoipa::path(get, path = "/api/v1/webhooks/deliveries", tag = "Deliveries",
    params(DeliveryList),
    responses((status = 200, body = [DeliveryShown])))]
pub(crate) async fn list(
    State(app): State<App>,
    member: Member<Read>,
    room: Room,
    list: DeliveryList,
) -> Result<Response, Problem> {
    let (listed, total) = find(&app, ListScope::Tenant(member.tenant()), &list).await?;
    list.answer(&room, listed, total, |one| DeliveryShown::new(one, app.settings.ids))
}
