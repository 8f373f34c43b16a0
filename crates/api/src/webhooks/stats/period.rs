//! The time of a query: its parameters, rounded to the periods in which statistics are kept.

use crate::{
    problem::Problem,
    query::{
        Ago, begin,
        parameters::{ParameterValue, parameters},
    },
    schemas::StepName,
};
use model::{
    FieldErrors, Invalid, Timestamp,
    statistics::{Hour, StatisticsRetention},
};
use std::time::Duration;
use storage::StatisticsStep;
use utoipa::{
    PartialSchema,
    openapi::{RefOr, schema::Schema},
};

/// Maximum number of periods of a series.
const PERIODS_MAX: i32 = 800;
/// The time of a query without `from`.
const DEFAULT: Duration = Duration::from_secs(24 * 60 * 60);

/// The length of a period.
#[derive(Clone, Copy)]
pub(crate) struct Step(StatisticsStep);

impl ParameterValue for Step {
    fn schema() -> RefOr<Schema> {
        StepName::schema()
    }

    fn parse(name: &str, text: &str) -> Result<Self, Problem> {
        match text {
            "hour" => Ok(Self(StatisticsStep::Hour)),
            "day" => Ok(Self(StatisticsStep::Day)),
            _ => Err(Problem::invalid(name, "must be hour or day")),
        }
    }
}

parameters! {
    /// The time of a query.
    PeriodParameters {
        /// The beginning of the time (default: 24 hours before `to`)
        from: Timestamp = "from";
        /// The last minutes, hours or days, for example `24h`; instead of `from`
        since: Ago = "since";
        /// The end of the time (default: now)
        to: Timestamp = "to";
        /// Also answer a series of these periods
        step: Step = "step";
    }
}

/// Whole hours from `from` to `to`, which is not included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Period {
    pub(super) from: Hour,
    pub(super) to: Hour,
    pub(super) step: Option<StatisticsStep>,
}

impl PeriodParameters {
    pub(crate) fn period(&self, now: Timestamp, kept: StatisticsRetention) -> Result<Period, Problem> {
        let from = begin("from", self.from, self.since, now)?;
        let found = period((from, self.to), self.step.map(|step| step.0), now, kept);
        found.map_err(|fault| FieldErrors::from(fault).into())
    }
}

/// The end of a time, rounded up.
fn rounded_up(at: Timestamp, step: StatisticsStep) -> Hour {
    let hour = Hour::of(at);
    let last = step.of(hour);
    if last.start() < at { last.after(step.hours()) } else { last }
}

fn period(
    (from, to): (Option<Timestamp>, Option<Timestamp>),
    step: Option<StatisticsStep>,
    now: Timestamp,
    kept: StatisticsRetention,
) -> Result<Period, Invalid> {
    let end = to.unwrap_or(now);
    let begin = from.unwrap_or_else(|| end.before(DEFAULT));
    if begin > end {
        return Err(Invalid::new("from", "must not be after `to`"));
    }
    let (hours_from, days_from) = (kept.hours_from(now), kept.days_from(now));
    // The time before the oldest row and after now is empty.
    let begin = begin.max(days_from.start());
    let end = end.min(now.after(DEFAULT)).max(begin);
    let is_old = Hour::of(begin) < hours_from;
    if is_old && step == Some(StatisticsStep::Hour) {
        let message = format!("is before {hours_from}: older statistics are kept by the day, so ask for step=day");
        return Err(Invalid::new("from", message));
    }
    // Old hours are rows of their days.
    let unit = if is_old { StatisticsStep::Day } else { step.unwrap_or(StatisticsStep::Hour) };
    let (from, to) = (unit.of(Hour::of(begin)), rounded_up(end, unit));
    if let Some(step) = step
        && (to.number() - from.number()) / step.hours() > PERIODS_MAX
    {
        let message = format!("makes more than {PERIODS_MAX} periods: choose a shorter time or a longer step");
        return Err(Invalid::new("step", message));
    }
    Ok(Period { from, to, step })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    fn found(from: Option<&str>, to: Option<&str>, step: Option<StatisticsStep>) -> Result<(String, String), String> {
        let now = at("2026-06-15T13:45:00Z");
        let kept = StatisticsRetention { hours: 10, days: 100 };
        let period = period((from.map(at), to.map(at)), step, now, kept);
        let period = period.map_err(|fault| fault.field.to_string())?;
        Ok((period.from.to_string().replace(".000", ""), period.to.to_string().replace(".000", "")))
    }

    #[test]
    fn a_time_is_rounded_to_whole_periods() {
        use StatisticsStep::{Day, Hour};
        let ok = |from: &str, to: &str| Ok((from.to_owned(), to.to_owned()));
        assert_eq!(found(None, None, None), ok("2026-06-14T13:00:00Z", "2026-06-15T14:00:00Z"));
        assert_eq!(found(None, None, Some(Day)), ok("2026-06-14T00:00:00Z", "2026-06-16T00:00:00Z"));
        let (from, to) = (Some("2026-06-14T10:00:00Z"), Some("2026-06-14T11:00:00Z"));
        assert_eq!(found(from, to, Some(Hour)), ok("2026-06-14T10:00:00Z", "2026-06-14T11:00:00Z"));
        // No time.
        assert_eq!(found(from, from, Some(Hour)), ok("2026-06-14T10:00:00Z", "2026-06-14T10:00:00Z"));
        // Older than the hours: whole days.
        let (from, to) = (Some("2026-05-01T10:00:00Z"), Some("2026-05-01T11:00:00Z"));
        assert_eq!(found(from, to, None), ok("2026-05-01T00:00:00Z", "2026-05-02T00:00:00Z"));
        // Older than everything, and in the future.
        let ends = (Some("1990-01-01T00:00:00Z"), Some("2090-01-01T00:00:00Z"));
        assert_eq!(found(ends.0, ends.1, None), ok("2026-03-07T00:00:00Z", "2026-06-17T00:00:00Z"));
    }

    #[test]
    fn a_time_that_cannot_be_answered_names_its_field() {
        use StatisticsStep::Hour;
        let (from, to) = (Some("2026-06-14T10:00:01Z"), Some("2026-06-14T10:00:00Z"));
        assert_eq!(found(from, to, None), Err("from".into()));
        assert_eq!(found(Some("2027-01-01T00:00:00Z"), None, None), Err("from".into()));
        assert_eq!(found(Some("2026-06-01T00:00:00Z"), None, Some(Hour)), Err("from".into()));
        let now = at("2026-06-15T13:45:00Z");
        let kept = StatisticsRetention { hours: 90, days: 730 };
        let long = period((Some(at("2026-04-01T00:00:00Z")), None), Some(Hour), now, kept);
        assert_eq!(long.unwrap_err().field, "step");
    }
}
