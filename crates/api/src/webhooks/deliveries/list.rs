//! `GET /api/v1/webhooks/deliveries`.

use super::{
    filter::{DeliveryParameters, Selection, count_max},
    shown::DeliveryShown,
};
use crate::{
    App,
    auth::{Member, Read},
    pages::{COUNT_MAX, Total},
    problem::Problem,
    query::{Cursor, InTenant, ListQuery},
    room::Room,
    schemas::{Limit200, Number},
};
use axum::{extract::State, response::Response};
use model::{Delivery, DeliveryId};
use storage::{ListScope, Listed};

type DeliveryList = ListQuery<Limit200, InTenant<DeliveryId>, DeliveryParameters, COUNT_MAX>;

/// A page of the deliveries that a query selects, and their total on request.
pub(crate) async fn find<L: Number, C: Cursor<Id = DeliveryId>, const COUNT: u32>(
    app: &App,
    scope: ListScope<'_>,
    list: &ListQuery<L, C, DeliveryParameters, COUNT>,
) -> Result<(Listed<Delivery, DeliveryId>, Option<Total>), Problem> {
    match list.filter.selection(app, scope.tenant()).await? {
        Selection::Matching(filter) => {
            let max = count_max(scope, &filter);
            let total = list.total(max, app.store.count_deliveries(scope, &filter, max)).await?;
            Ok((app.store.deliveries(scope, &filter, list.page.clone()).await?, total))
        }
        Selection::Nothing => Ok((Listed::default(), list.total_of_nothing()?)),
    }
}

/// List deliveries, newest first
///
/// Filters by event, response code, URL and error scan the log from its newest end: a page may have fewer rows than
/// `limit`, or none, although the `Link` header names a next page.
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
