//! `GET /api/v1/webhooks/subscriptions/{id}/stats`.

use super::{Stats, answer, period::PeriodParameters, sums};
use crate::{
    App,
    auth::{Member, Read},
    pages,
    problem::{Problem, kinds::NoSuchSubscription},
    query::parameters::{ParameterValue, parameters},
    room::Room,
    schemas::StatsOfOneByName,
    webhooks::subscriptions::find,
};
use axum::{
    extract::{Path, State},
    response::Response,
};
use model::EventType;
use storage::{STATISTICS_SUMS, StatisticsBy, StatisticsQuery};
use utoipa::{
    PartialSchema,
    openapi::{RefOr, schema::Schema},
};

/// The only property that divides the statistics of a subscription: the event type.
pub(crate) struct ByType;

impl ParameterValue for ByType {
    fn schema() -> RefOr<Schema> {
        StatsOfOneByName::schema()
    }

    fn parse(name: &str, text: &str) -> Result<Self, Problem> {
        if text == "event_type" { Ok(Self) } else { Err(Problem::invalid(name, "must be event_type")) }
    }
}

parameters! {
    /// The filters of a subscription's statistics, and their division.
    OfOneParameters {
        /// Also answer the statistics of each event type
        by: ByType = "by";
        /// Only this event type
        event_type: EventType = "event_type";
    }
}

/// Get statistics of a subscription's deliveries
///
/// The same as `GET /api/v1/webhooks/stats`, of one subscription.
#[utoipa::path(get, path = "/api/v1/webhooks/subscriptions/{id}/stats", tag = "Statistics",
    params(("id" = String, Path), PeriodParameters, OfOneParameters),
    responses((status = 200, body = Stats), NoSuchSubscription))]
pub(crate) async fn subscription_stats(
    State(app): State<App>,
    member: Member<Read>,
    room: Room,
    Path(id): Path<String>,
    period: PeriodParameters,
    parameters: OfOneParameters,
) -> Result<Response, Problem> {
    let subscription = find(&app, member.tenant(), &id).await?;
    let period = period.period(app.clock.now(), app.settings.statistics)?;
    let by = parameters.by.map_or(StatisticsBy::Nothing, |_| StatisticsBy::EventType);
    let (only, event_type) = (Some(subscription.id), parameters.event_type);
    let query = StatisticsQuery { subscription: only, event_type, ..period.query(by) };
    let sums = sums(app.store.statistics(member.tenant(), &query).await?)?;
    pages::json(&room, &answer(&query, sums, STATISTICS_SUMS))
}
