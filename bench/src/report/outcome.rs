//! The result of one scenario.

use super::percentile::Percentiles;
use crate::receiver::Second;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Op {
    #[serde(rename = ">=")]
    AtLeast,
    #[serde(rename = "<")]
    Below,
    #[serde(rename = "<=")]
    AtMost,
}

/// The target of a figure.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Target {
    pub(crate) op: Op,
    pub(crate) limit: f64,
}

impl Target {
    pub(crate) const fn at_least(limit: f64) -> Self {
        Self { op: Op::AtLeast, limit }
    }

    pub(crate) const fn below(limit: f64) -> Self {
        Self { op: Op::Below, limit }
    }

    pub(crate) const fn at_most(limit: f64) -> Self {
        Self { op: Op::AtMost, limit }
    }

    pub(crate) fn is_met(&self, value: f64) -> bool {
        match self.op {
            Op::AtLeast => value >= self.limit,
            Op::Below => value < self.limit,
            Op::AtMost => value <= self.limit,
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let op = match self.op {
            Op::AtLeast => "≥",
            Op::Below => "<",
            Op::AtMost => "≤",
        };
        write!(f, "{op} {}", self.limit)
    }
}

/// A figure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Row {
    pub(crate) figure: String,
    pub(crate) unit: String,
    /// `None` when it could not be measured; the note says why.
    pub(crate) value: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) target: Option<Target>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) met: Option<bool>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) note: String,
}

impl Row {
    pub(crate) fn new(figure: &str, unit: &str, value: f64) -> Self {
        let (figure, unit) = (figure.to_owned(), unit.to_owned());
        // Three decimal places are as precise as the measurement.
        let value = Some((value * 1e3).round() / 1e3);
        Self { figure, unit, value, target: None, met: None, note: String::new() }
    }

    pub(crate) fn not_measured(figure: &str, why: &str) -> Self {
        Self {
            figure: figure.to_owned(),
            unit: String::new(),
            value: None,
            target: None,
            met: None,
            note: format!("not measured: {why}"),
        }
    }

    /// A missed target without a figure.
    fn missed(figure: &str, target: Target, why: &str) -> Self {
        Self { target: Some(target), met: Some(false), ..Self::not_measured(figure, why) }
    }

    pub(crate) fn goal(mut self, target: Target) -> Self {
        self.met = self.value.map(|value| target.is_met(value));
        self.target = Some(target);
        self
    }

    pub(crate) fn note(mut self, note: &str) -> Self {
        note.clone_into(&mut self.note);
        self
    }
}

/// A distribution of latencies, for the plot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Latency {
    pub(crate) name: String,
    #[serde(flatten)]
    pub(crate) percentiles: Percentiles,
}

/// Values over time, for the plot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Series {
    pub(crate) name: String,
    /// Seconds since the first point, and the value.
    pub(crate) points: Vec<(f64, f64)>,
}

/// All results of a scenario.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Outcome {
    /// A short description of the load.
    pub(crate) load: String,
    /// Settings of the load, by name.
    #[serde(default)]
    pub(crate) settings: BTreeMap<String, f64>,
    pub(crate) rows: Vec<Row>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) latencies: Vec<Latency>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) series: Vec<Series>,
}

impl Outcome {
    pub(crate) fn of(load: impl Into<String>) -> Self {
        Self { load: load.into(), ..Self::default() }
    }

    pub(crate) fn setting(&mut self, name: &str, value: f64) {
        self.settings.insert(name.to_owned(), value);
    }

    pub(crate) fn row(&mut self, row: Row) {
        self.rows.push(row);
    }

    /// Adds the percentiles as rows, with targets for those that `goals` name (`p50`, `p95`, `p99`, `max`).
    pub(crate) fn latency(&mut self, name: &str, percentiles: &Percentiles, goals: &[(&str, Target)]) {
        let all = [
            ("p50", percentiles.p50_ms),
            ("p95", percentiles.p95_ms),
            ("p99", percentiles.p99_ms),
            ("max", percentiles.max_ms),
        ];
        for (which, value) in all {
            let goal = goals.iter().find(|(goal, _)| *goal == which).map(|(_, goal)| *goal);
            self.row(match (goal, percentiles.count) {
                (None, 0) => continue,
                // Without any delivery, zero is not a fast response.
                (Some(goal), 0) => Row::missed(&format!("{name} {which}"), goal, "nothing came through"),
                (None, _) => Row::new(&format!("{name} {which}"), "ms", value),
                (Some(goal), _) => Row::new(&format!("{name} {which}"), "ms", value).goal(goal),
            });
        }
        self.latencies.push(Latency { name: name.to_owned(), percentiles: *percentiles });
    }

    /// The p99 of each second.
    pub(crate) fn seconds(&mut self, name: &str, seconds: &[Second]) {
        let points = seconds.iter().map(|one| (one.second as f64, one.latency.p99_ms)).collect();
        self.series.push(Series { name: name.to_owned(), points });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_met_or_missed() {
        assert_eq!(Row::new("a", "", 0.4).goal(Target::at_least(0.4)).met, Some(true));
        assert_eq!(Row::new("a", "ms", 15.0).goal(Target::below(15.0)).met, Some(false));
        assert_eq!(Row::new("a", "", 0.0).goal(Target::at_most(0.0)).met, Some(true));
        assert_eq!(Row::not_measured("a", "not there").goal(Target::at_least(1.0)).met, None);
        assert_eq!(Target::below(15.0).to_string(), "< 15");
    }

    #[test]
    fn latencies_without_samples_are_missed_targets() {
        let mut outcome = Outcome::default();
        outcome.latency("end to end", &Percentiles::default(), &[("p99", Target::below(25.0))]);
        assert_eq!(outcome.rows.iter().map(|row| (row.value, row.met)).collect::<Vec<_>>(), [(None, Some(false))]);
    }

    #[test]
    fn a_rows_value_is_rounded_to_its_precision() {
        assert_eq!(Row::new("a", "", 1.0 / 3.0).value, Some(0.333));
    }
}
