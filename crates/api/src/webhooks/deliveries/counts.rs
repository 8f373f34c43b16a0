//! `GET /api/v1/webhooks/deliveries/counts`.

use super::{
    filter::{DeliveryParameters, count_max, narrowed},
    shown::STATUSES,
};
use crate::{
    App,
    auth::{Member, Read},
    problem::Problem,
    schemas::StatusName,
};
use axum::{Json, extract::State};
use serde::Serialize;
use storage::{Counted, ListScope};
use utoipa::ToSchema;

/// The number of deliveries that a query selects, by status.
#[derive(Serialize, ToSchema)]
#[schema(as = DeliveryCounts)]
pub(crate) struct CountsShown {
    /// The sum over all statuses.
    deliveries: u32,
    /// True when a count is a lower bound.
    capped: bool,
    /// The selected statuses, or all.
    statuses: Vec<StatusCount>,
}

/// The number of deliveries with a status.
#[derive(Serialize, ToSchema)]
pub(crate) struct StatusCount {
    #[schema(value_type = StatusName)]
    status: &'static str,
    deliveries: u32,
    /// True when counting ended early, so there may be more.
    capped: bool,
}

/// Counts what a query selects, status by status.
pub(crate) async fn count(
    app: &App,
    scope: ListScope<'_>,
    query: &DeliveryParameters,
) -> Result<Json<CountsShown>, Problem> {
    let selection = query.selection(app, scope.tenant()).await?;
    let is_asked = |states: &[_]| query.status.as_ref().is_none_or(|status| status.0 == states);
    let mut statuses = Vec::new();
    for (status, states) in STATUSES.into_iter().filter(|(_, states)| is_asked(states)) {
        let filter = selection.clone().and_then(|filter| narrowed(filter, states));
        let mut shown = StatusCount { status, deliveries: 0, capped: false };
        if let Some(filter) = filter {
            let max = count_max(scope, &filter);
            let Counted { rows, next } = app.store.count_deliveries(scope, &filter, max).await?;
            (shown.deliveries, shown.capped) = (rows, next.is_some() || rows >= max);
        }
        statuses.push(shown);
    }
    let deliveries = statuses.iter().map(|one| one.deliveries).sum();
    Ok(Json(CountsShown { deliveries, capped: statuses.iter().any(|one| one.capped), statuses }))
}

/// Count deliveries by status
///
/// With the filters of `GET /api/v1/webhooks/deliveries`. Each status is counted up to 100,000, or up to 10,000 with a
/// filter that has no index. The statuses are counted one after the other, so a delivery that changes meanwhile can be
/// counted twice or not at all.
#[utoipa::path(get, path = "/api/v1/webhooks/deliveries/counts", tag = "Deliveries",
    params(DeliveryParameters),
    responses((status = 200, body = CountsShown)))]
pub(crate) async fn counts(
    State(app): State<App>,
    member: Member<Read>,
    query: DeliveryParameters,
) -> Result<Json<CountsShown>, Problem> {
    count(&app, ListScope::Tenant(member.tenant()), &query).await
}
