//! `GET /api/v1/webhooks/deliveries/rates`.

use super::{
    filter::DeliveryParameters,
    newest::{Read as WasRead, newest},
};
use crate::{
    App,
    auth::{Member, Read},
    problem::Problem,
    schemas::EventTypeName,
};
use axum::{Json, extract::State};
use model::{Delivery, DeliveryStatus, EventType, Timestamp};
use serde::Serialize;
use std::{cmp::Reverse, collections::HashMap, time::Duration};
use storage::{DeliveryFilter, ListScope};
use utoipa::ToSchema;

/// The period that ends now, when the query names no other.
const PERIOD: Duration = Duration::from_secs(60 * 60);

/// Rates of the deliveries that a query selects, by event type.
#[derive(Serialize, ToSchema)]
#[schema(as = DeliveryRates)]
pub(crate) struct RatesShown {
    /// Begin of the counted period. Later than the query's `after` when `capped` is true.
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
    /// End of the counted period.
    #[schema(value_type = String, format = DateTime)]
    until: Timestamp,
    deliveries: u32,
    /// True when counting ended after the newest 10,000 deliveries; the rates are those of the counted period.
    capped: bool,
    /// Most frequent first.
    event_types: Vec<RateShown>,
}

/// Rates of an event type.
#[derive(Serialize, ToSchema)]
#[schema(as = DeliveryRate)]
pub(crate) struct RateShown {
    #[schema(value_type = EventTypeName)]
    event_type: EventType,
    /// Deliveries that were created in the period.
    deliveries: u32,
    per_minute: f64,
    success: u32,
    /// Ended otherwise: `failed` and `disabled`.
    failed: u32,
    /// Not ended yet: `pending` and `retrying`.
    waiting: u32,
    /// Successful deliveries as a fraction of the ended ones; null while none has ended.
    success_rate: Option<f64>,
}

#[derive(Default)]
struct Tally {
    success: u32,
    failed: u32,
    waiting: u32,
}

impl Tally {
    fn add(&mut self, status: DeliveryStatus) {
        match status {
            DeliveryStatus::Delivered => self.success += 1,
            status if status.is_waiting() => self.waiting += 1,
            _ => self.failed += 1,
        }
    }

    fn shown(&self, event_type: EventType, minutes: f64) -> RateShown {
        let Self { success, failed, waiting } = *self;
        let (deliveries, ended) = (success + failed + waiting, success + failed);
        let success_rate = (ended > 0).then(|| rounded(f64::from(success) / f64::from(ended)));
        let per_minute = rounded(f64::from(deliveries) / minutes);
        RateShown { event_type, deliveries, per_minute, success, failed, waiting, success_rate }
    }
}

fn rounded(number: f64) -> f64 {
    (number * 10_000.0).round() / 10_000.0
}

/// The rates of what a query selects.
pub(crate) async fn rate(
    app: &App,
    scope: ListScope<'_>,
    query: &DeliveryParameters,
) -> Result<Json<RatesShown>, Problem> {
    let until = query.before.into_iter().chain([app.clock.now()]).min().unwrap_or_else(|| app.clock.now());
    let since = query.begin(app)?.unwrap_or_else(|| until.before(PERIOD));
    let mut by_type: HashMap<EventType, Tally> = HashMap::new();
    let mut add = |one: &Delivery| by_type.entry(one.event_type.clone()).or_default().add(one.status);
    let read = match query.selection(app, scope.tenant()).await? {
        Some(filter) => newest(app, scope, &DeliveryFilter { after: Some(since), ..filter }, &mut add).await?,
        None => WasRead::default(),
    };
    let capped = read.reached.is_some();
    let since = read.reached.map_or(since, |reached| reached.max(since));
    // A period of less than a second says nothing about a minute.
    let minutes = until.since(since).as_secs_f64().max(1.0) / 60.0;
    let shown = |(event_type, tally): (EventType, Tally)| tally.shown(event_type, minutes);
    let mut event_types: Vec<RateShown> = by_type.into_iter().map(shown).collect();
    event_types.sort_unstable_by_key(|one| (Reverse(one.deliveries), one.event_type.clone()));
    Ok(Json(RatesShown { since, until, deliveries: read.rows, capped, event_types }))
}

/// Rates of deliveries by event type
///
/// With the filters of `GET /api/v1/webhooks/deliveries`; without `after` and `since` of the last hour. The newest 10,000 deliveries
/// are counted; when there are more in the period, `since` is the time down to which they were counted.
#[utoipa::path(get, path = "/api/v1/webhooks/deliveries/rates", tag = "Deliveries",
    params(DeliveryParameters),
    responses((status = 200, body = RatesShown)))]
pub(crate) async fn rates(
    State(app): State<App>,
    member: Member<Read>,
    query: DeliveryParameters,
) -> Result<Json<RatesShown>, Problem> {
    rate(&app, ListScope::Tenant(member.tenant()), &query).await
}
