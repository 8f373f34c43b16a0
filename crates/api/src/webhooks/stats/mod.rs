//! `GET /api/v1/webhooks/stats`, and what the other statistics share with it.

pub(crate) mod of_subscription;
pub(crate) mod period;
mod shown;

pub(crate) use shown::Stats;

use crate::{
    App,
    auth::{Member, Read},
    pages,
    problem::Problem,
    query::{
        Query,
        parameters::{ParameterValue, parameters},
    },
    room::Room,
    schemas::{Limit500, StatsByName},
};
use axum::{extract::State, response::Response};
use model::{
    EventType, SubscriptionId,
    statistics::{Counts, Hour},
};
use period::{Period, PeriodParameters};
use shown::{StatsCounts, StatsGroup, StatsPeriod};
use std::collections::BTreeMap;
use storage::{StatisticsBy, StatisticsOf, StatisticsOutcome, StatisticsQuery, StatisticsSum};
use utoipa::{
    PartialSchema,
    openapi::{RefOr, schema::Schema},
};

/// The property that divides the statistics of a tenant.
pub(crate) struct By(StatisticsBy);

impl ParameterValue for By {
    fn schema() -> RefOr<Schema> {
        StatsByName::schema()
    }

    fn parse(name: &str, text: &str) -> Result<Self, Problem> {
        match text {
            "subscription" => Ok(Self(StatisticsBy::Subscription)),
            "event_type" => Ok(Self(StatisticsBy::EventType)),
            _ => Err(Problem::invalid(name, "must be subscription or event_type")),
        }
    }
}

parameters! {
    /// The filters of a tenant's statistics, and their division.
    StatsParameters {
        /// Also answer the statistics of each subscription, or of each event type
        by: By = "by";
        /// Only this subscription
        subscription: SubscriptionId = "subscription_id";
        /// Only this event type
        event_type: EventType = "event_type";
    }
}

impl Period {
    pub(crate) fn query(self, by: StatisticsBy) -> StatisticsQuery {
        let Self { from, to, step } = self;
        StatisticsQuery { from, to, subscription: None, event_type: None, by, step }
    }
}

/// The sums of a query that can be answered.
pub(crate) fn sums(outcome: StatisticsOutcome) -> Result<Vec<StatisticsSum>, Problem> {
    match outcome {
        StatisticsOutcome::Found(sums) => Ok(sums),
        StatisticsOutcome::TooMany => Err(Problem::invalid(
            "from",
            "the time has too many statistics: choose a shorter time, a longer step, or one subscription",
        )),
    }
}

fn periods(of: &BTreeMap<Hour, Counts>, are_totals: bool) -> Vec<StatsPeriod> {
    let period =
        |(at, counts): (&Hour, &Counts)| StatsPeriod { at: at.start(), counts: StatsCounts::new(counts, are_totals) };
    of.iter().map(period).collect()
}

fn total<'c>(of: impl IntoIterator<Item = &'c Counts>) -> Counts {
    of.into_iter().fold(Counts::default(), |mut sum, counts| {
        sum.merge(counts);
        sum
    })
}

fn group(of: &StatisticsOf, counts: StatsCounts, series: Option<Vec<StatsPeriod>>) -> StatsGroup {
    let mut group = StatsGroup { subscription_id: None, event_type: None, tenant_id: None, counts, series };
    match of {
        StatisticsOf::All => {}
        StatisticsOf::Subscription(id) => group.subscription_id = Some(id.to_string()),
        StatisticsOf::EventType(event_type) => group.event_type = Some(event_type.to_string()),
        StatisticsOf::Tenant(tenant) => group.tenant_id = Some(tenant.to_string()),
    }
    group
}

/// Forms the answer from the sums of a query: the total, its periods, and its groups.
pub(crate) fn answer(query: &StatisticsQuery, sums: Vec<StatisticsSum>, limit: usize) -> Stats {
    let (mut all, mut groups) =
        (BTreeMap::<Hour, Counts>::new(), BTreeMap::<StatisticsOf, BTreeMap<Hour, Counts>>::new());
    if let Some(step) = query.step {
        let starts = (query.from.number()..query.to.number()).step_by(step.hours() as usize);
        all.extend(starts.map(|at| (Hour::from_number(at), Counts::default())));
    }
    for StatisticsSum { of, at, counts } in sums {
        all.entry(at).or_default().merge(&counts);
        groups.entry(of).or_default().insert(at, counts);
    }
    let mut divided: Vec<(&StatisticsOf, Counts, &BTreeMap<Hour, Counts>)> =
        groups.iter().map(|(of, each)| (of, total(each.values()), each)).collect();
    // The sort is stable, so groups with equal counts are in the order of their names.
    divided.sort_by_key(|(_, counts, _)| std::cmp::Reverse((counts.attempts, counts.created)));
    let is_divided = query.by != StatisticsBy::Nothing;
    let groups_total = is_divided.then_some(divided.len());
    let are_totals = query.is_of_totals();
    let shown = divided.iter().take(limit).map(|(of, counts, each)| {
        group(of, StatsCounts::new(counts, are_totals), query.step.map(|_| periods(each, are_totals)))
    });
    let groups = shown.collect::<Vec<_>>();
    Stats {
        from: query.from.start(),
        to: query.to.start(),
        total: StatsCounts::new(&total(all.values()), are_totals),
        series: query.step.map(|_| periods(&all, are_totals)),
        groups: is_divided.then_some(groups),
        groups_total,
    }
}

/// Get statistics of deliveries
///
/// Counts, success rate and latency over a time, in series of hours or days, by subscription or event type. They are
/// kept beside the log, so they answer at once whatever its size, and for longer than its retention; they include
/// everything that was committed before the request. Needs the scope `webhooks:read`.
#[utoipa::path(get, path = "/api/v1/webhooks/stats", tag = "Statistics",
    params(PeriodParameters, StatsParameters, ("limit" = inline(Option<Limit500>), Query)),
    responses((status = 200, body = Stats)))]
pub(crate) async fn stats(
    State(app): State<App>,
    member: Member<Read>,
    room: Room,
    period: PeriodParameters,
    parameters: StatsParameters,
    query: Query,
) -> Result<Response, Problem> {
    let limit = query.bounded::<Limit500>()? as usize;
    let StatsParameters { by, subscription, event_type } = parameters;
    let period = period.period(app.clock.now(), app.settings.statistics)?;
    let by = by.map_or(StatisticsBy::Nothing, |by| by.0);
    let query = StatisticsQuery { subscription, event_type, ..period.query(by) };
    let sums = sums(app.store.statistics(member.tenant(), &query).await?)?;
    pages::json(&room, &answer(&query, sums, limit))
}
