//! Sums over rows of statistics. Stores pass the rows of a query one by one, so every store adds them up alike.

use super::increments::{StatisticsKey, TOTALS};
use model::{
    EventType, SubscriptionId, TenantId,
    statistics::{Counts, Hour},
};
use std::collections::BTreeMap;

/// Maximum number of rows that a query reads.
pub const STATISTICS_ROWS: usize = 100_000;
/// Maximum number of sums that a query returns.
pub const STATISTICS_SUMS: usize = 10_000;

/// Length of the periods of a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatisticsStep {
    Hour,
    Day,
}

impl StatisticsStep {
    pub const fn hours(self) -> i32 {
        match self {
            Self::Hour => 1,
            Self::Day => 24,
        }
    }

    /// The period to which an hour belongs.
    pub const fn of(self, hour: Hour) -> Hour {
        match self {
            Self::Hour => hour,
            Self::Day => hour.day(),
        }
    }
}

/// The property that divides the sums.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StatisticsBy {
    #[default]
    Nothing,
    Subscription,
    EventType,
    Tenant,
}

#[derive(Clone, Debug, PartialEq)]
pub struct StatisticsQuery {
    pub from: Hour,
    /// The first hour that is not included.
    pub to: Hour,
    pub subscription: Option<SubscriptionId>,
    pub event_type: Option<EventType>,
    pub by: StatisticsBy,
    /// `None`: one sum over the whole time.
    pub step: Option<StatisticsStep>,
}

impl StatisticsQuery {
    /// True when the rows of totals answer it.
    pub fn is_of_totals(&self) -> bool {
        let is_divided = matches!(self.by, StatisticsBy::Subscription | StatisticsBy::EventType);
        !is_divided && self.subscription.is_none() && self.event_type.is_none()
    }

    /// The subscription whose rows answer it; `None`: those of all.
    pub fn reads_only(&self) -> Option<SubscriptionId> {
        if self.is_of_totals() { Some(TOTALS) } else { self.subscription }
    }

    fn has(&self, hour: Hour, subscription: SubscriptionId, event_type: &EventType) -> bool {
        (self.from..self.to).contains(&hour)
            && self.reads_only().map_or(subscription != TOTALS, |only| only == subscription)
            && self.event_type.as_ref().is_none_or(|only| only == event_type)
    }
}

/// The objects that a sum is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum StatisticsOf {
    All,
    Subscription(SubscriptionId),
    EventType(EventType),
    Tenant(TenantId),
}

/// A sum over one period.
#[derive(Clone, Debug, PartialEq)]
pub struct StatisticsSum {
    pub of: StatisticsOf,
    /// The beginning of the period, or of the query's time without a step.
    pub at: Hour,
    pub counts: Counts,
}

#[derive(Clone, Debug, PartialEq)]
pub enum StatisticsOutcome {
    /// Ordered by `of`, then by time. Periods without anything are left out.
    Found(Vec<StatisticsSum>),
    /// The query reads more than [`STATISTICS_ROWS`] rows, or returns more than [`STATISTICS_SUMS`] sums.
    TooMany,
}

impl Default for StatisticsOutcome {
    fn default() -> Self {
        Self::Found(Vec::new())
    }
}

/// Adds up the rows of a query.
#[derive(Debug)]
pub struct Summing<'q> {
    query: &'q StatisticsQuery,
    rows: usize,
    sums: BTreeMap<(StatisticsOf, Hour), Counts>,
}

impl<'q> Summing<'q> {
    pub const fn new(query: &'q StatisticsQuery) -> Self {
        Self { query, rows: 0, sums: BTreeMap::new() }
    }

    /// Adds a row, if the query has it. Returns false when there are too many; then no more rows are needed.
    pub fn add(&mut self, key: &StatisticsKey, counts: &Counts) -> bool {
        self.rows += 1;
        let StatisticsKey { tenant, hour, subscription, event_type } = key;
        if self.query.has(*hour, *subscription, event_type) {
            let of = match self.query.by {
                StatisticsBy::Nothing => StatisticsOf::All,
                StatisticsBy::Subscription => StatisticsOf::Subscription(*subscription),
                StatisticsBy::EventType => StatisticsOf::EventType(event_type.clone()),
                StatisticsBy::Tenant => StatisticsOf::Tenant(tenant.clone()),
            };
            let at = self.query.step.map_or(self.query.from, |step| step.of(*hour));
            self.sums.entry((of, at)).or_default().merge(counts);
        }
        !self.is_too_many()
    }

    fn is_too_many(&self) -> bool {
        self.rows > STATISTICS_ROWS || self.sums.len() > STATISTICS_SUMS
    }

    pub fn outcome(self) -> StatisticsOutcome {
        if self.is_too_many() {
            return StatisticsOutcome::TooMany;
        }
        let sum = |((of, at), counts)| StatisticsSum { of, at, counts };
        StatisticsOutcome::Found(self.sums.into_iter().map(sum).collect())
    }
}
