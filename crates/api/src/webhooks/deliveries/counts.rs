//! `GET /api/v1/webhooks/deliveries/counts`.

use super::{
    filter::{DeliveryParameters, count_max, narrowed},
    newest::newest,
    shown::STATUSES,
};
use crate::{
    App,
    auth::{Member, Read},
    problem::Problem,
    schemas::{EventTypeName, StatusName},
};
use axum::{Json, extract::State};
use model::EventType;
use serde::Serialize;
use std::collections::HashMap;
use storage::{Counted, DeliveryFilter, ListScope, StorageError};
use utoipa::ToSchema;

/// Maximum number of groups of a property.
const GROUPS: usize = 100;

/// The number of deliveries that a query selects, by status, response code and event type.
#[derive(Serialize, ToSchema)]
#[schema(as = DeliveryCounts)]
pub(crate) struct CountsShown {
    /// The sum over all statuses.
    deliveries: u32,
    /// True when a count is a lower bound.
    capped: bool,
    /// The selected statuses, or all.
    statuses: Vec<StatusCount>,
    /// The newest of these deliveries by the response code of their last attempt, most frequent first; 100 codes at most.
    #[schema(max_items = 100)]
    by_code: Vec<CodeCount>,
    /// The same deliveries by event type, most frequent first; 100 types at most.
    #[schema(max_items = 100)]
    by_type: Vec<TypeCount>,
    /// Number of the deliveries in `by_code` and `by_type`: the newest 10,000 at most.
    grouped: u32,
}

/// The number of deliveries with a response code.
#[derive(Serialize, ToSchema)]
pub(crate) struct CodeCount {
    /// Null for deliveries without a response.
    response_code: Option<u16>,
    deliveries: u32,
}

/// The number of deliveries of an event type.
#[derive(Serialize, ToSchema)]
pub(crate) struct TypeCount {
    #[schema(value_type = EventTypeName)]
    event_type: EventType,
    deliveries: u32,
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
    let capped = statuses.iter().any(|one| one.capped);
    let Groups { by_code, by_type, rows } = match &selection {
        Some(filter) => Groups::of(app, scope, filter).await?,
        None => Groups::default(),
    };
    let by_code =
        frequent(by_code).into_iter().map(|(response_code, deliveries)| CodeCount { response_code, deliveries });
    let by_type = frequent(by_type).into_iter().map(|(event_type, deliveries)| TypeCount { event_type, deliveries });
    let (by_code, by_type) = (by_code.collect(), by_type.collect());
    Ok(Json(CountsShown { deliveries, capped, statuses, by_code, by_type, grouped: rows }))
}

/// The newest deliveries of a list, by properties.
#[derive(Default)]
struct Groups {
    by_code: HashMap<Option<u16>, u32>,
    by_type: HashMap<EventType, u32>,
    rows: u32,
}

impl Groups {
    async fn of(app: &App, scope: ListScope<'_>, filter: &DeliveryFilter) -> Result<Self, StorageError> {
        let mut groups = Self::default();
        let read = newest(app, scope, filter, |one| {
            *groups.by_code.entry(one.response_code).or_default() += 1;
            match groups.by_type.get_mut(&one.event_type) {
                Some(count) => *count += 1,
                None => drop(groups.by_type.insert(one.event_type.clone(), 1)),
            }
        });
        groups.rows = read.await?.rows;
        Ok(groups)
    }
}

/// The most frequent groups.
fn frequent<K: Ord + Clone>(groups: HashMap<K, u32>) -> Vec<(K, u32)> {
    let mut sorted: Vec<(K, u32)> = groups.into_iter().collect();
    sorted.sort_unstable_by(|(one, count), (other, of_other)| of_other.cmp(count).then_with(|| one.cmp(other)));
    sorted.truncate(GROUPS);
    sorted
}

/// Count deliveries by status, response code and event type
///
/// With the filters of `GET /api/v1/webhooks/deliveries`. Each status is counted up to 100,000, or up to 10,000 with a
/// filter that has no index. The statuses are counted one after the other, so a delivery that changes meanwhile can be
/// counted twice or not at all. Response codes and event types are those of the newest 10,000 deliveries at most.
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
