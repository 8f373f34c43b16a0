//! The gate: compares a report with a minimum coverage and a baseline, and lists the reasons why a build fails; none
//! when it passes.

use super::contract::{Baseline, Bypass, Report, SCHEMA_VERSION, State};
use crate::config::Config;
use std::collections::BTreeSet;

/// A baseline that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum BaselineFault {
    #[error("it is no baseline")]
    Json(#[from] serde_json::Error),
    #[error("it has schema_version {0}; this program reads {SCHEMA_VERSION}. Write it anew with --write-baseline")]
    Version(u32),
}

/// A reason why the gate fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure(pub String);

impl Baseline {
    pub fn of(report: &Report) -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            revision: report.revision.clone(),
            generated_at: report.generated_at.clone(),
            gaps: gaps(report),
            undefined: report.undefined.iter().map(|one| one.event_type.clone()).collect(),
            bypasses: bypasses(report),
        }
    }

    pub fn parse(text: &str) -> Result<Self, BaselineFault> {
        let baseline: Self = serde_json::from_str(text)?;
        if baseline.schema_version != SCHEMA_VERSION {
            return Err(BaselineFault::Version(baseline.schema_version));
        }
        Ok(baseline)
    }

    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    fn knows(&self, report: &Report, bypass: &Bypass) -> bool {
        self.knows_place(report, &bypass.file, bypass.event_type.as_deref().unwrap_or(&bypass.table))
    }

    pub(crate) fn knows_place(&self, report: &Report, file: &str, what: &str) -> bool {
        let name = name_of(report, file, what);
        self.bypasses.iter().any(|one| same_place(one, &name))
    }

    /// Findings of the baseline that were closed since, so that the baseline can be written again. An event that left
    /// the catalog is not closed.
    pub fn closed(&self, report: &Report) -> Vec<String> {
        let (gaps, bypasses) = (gaps(report), bypasses(report));
        let undefined: BTreeSet<String> = report.undefined.iter().map(|one| one.event_type.clone()).collect();
        let promised = |name: &&String| report.events.iter().any(|event| event.event_type == **name);
        let gone = self.gaps.difference(&gaps).filter(promised).chain(self.undefined.difference(&undefined));
        let written = self.bypasses.iter().filter(|one| !bypasses.iter().any(|other| same_place(one, other)));
        gone.chain(written).cloned().collect()
    }
}

fn gaps(report: &Report) -> BTreeSet<String> {
    let open = report.events.iter().filter(|event| event.state != State::Published && event.accepted.is_none());
    open.map(|event| event.event_type.clone()).collect()
}

fn bypasses(report: &Report) -> BTreeSet<String> {
    let name = |one: &Bypass| name_of(report, &one.file, one.event_type.as_deref().unwrap_or(&one.table));
    report.bypasses.iter().map(name).collect()
}

/// The name of a bypass in the baseline: relative to the audited folder, so that it does not depend on the current one.
fn name_of(report: &Report, file: &str, what: &str) -> String {
    let file = file.strip_prefix(&report.files.root).map_or(file, |rest| rest.trim_start_matches('/'));
    format!("{file}: {what}")
}

/// True when two names of a bypass are equal. A baseline of a parent folder still holds, so one name may have a longer
/// path.
fn same_place(one: &str, other: &str) -> bool {
    let (long, short) = if one.len() >= other.len() { (one, other) } else { (other, one) };
    long.strip_suffix(short).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
}

/// Checks a report against a minimum coverage, a baseline, or both; empty when the gate passes.
pub fn judge(report: &Report, config: &Config, fail_under: Option<f64>, baseline: Option<&Baseline>) -> Vec<Failure> {
    let mut failures = Vec::new();
    let summary = &report.summary;
    if let Some(least) = fail_under {
        let wanted = summary.defined.saturating_sub(summary.accepted);
        // Accepted gaps are excluded from the share.
        let coverage = if wanted == 0 { 100.0 } else { summary.published as f64 * 100.0 / wanted as f64 };
        if coverage < least {
            let published = summary.published;
            failures.push(Failure(format!("coverage is {coverage:.1}% ({published} of {wanted}), less than {least}%")));
        }
    }
    if let Some(baseline) = baseline {
        for event in &report.events {
            let open = event.state != State::Published && event.accepted.is_none();
            if open && !baseline.gaps.contains(&event.event_type) {
                let best = event
                    .suggestions
                    .first()
                    .map(|one| format!("; it may belong in {} ({}:{})", one.function, one.file, one.line));
                failures.push(Failure(format!(
                    "{} is promised and not published ({}), and not in the baseline{}",
                    event.event_type,
                    event.state.name(),
                    best.unwrap_or_default()
                )));
            }
        }
        for one in report
            .undefined
            .iter()
            .filter(|one| !baseline.undefined.contains(&one.event_type) && config.accepted(&one.event_type).is_none())
        {
            let site = one.sites.first().map(|site| format!(" at {}:{}", site.file, site.line)).unwrap_or_default();
            let near = one.near.first().map(|near| format!("; is {near} meant?")).unwrap_or_default();
            failures.push(Failure(format!("{} is published{site} and not in the catalog{near}", one.event_type)));
        }
        for one in report.bypasses.iter().filter(|one| !baseline.knows(report, one)) {
            let event = one.event_type.as_deref().map(|event| format!(" for {event}")).unwrap_or_default();
            failures
                .push(Failure(format!("{} is written past the bus{event} at {}:{}", one.table, one.file, one.line)));
        }
    }
    failures
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Event, Summary, Undefined};

    fn event(name: &str, state: State) -> Event {
        Event {
            event_type: name.into(),
            category: String::new(),
            state,
            sites: Vec::new(),
            suggestions: Vec::new(),
            no_suggestion: None,
            accepted: None,
            defined_at: None,
        }
    }

    fn report() -> Report {
        Report {
            summary: Summary { defined: 3, published: 1, coverage: 33.3, ..Summary::default() },
            events: vec![event("a.b", State::Published), event("a.c", State::Missing), event("a.d", State::Dead)],
            undefined: vec![Undefined { event_type: "a.x".into(), sites: Vec::new(), near: vec!["a.b".into()] }],
            bypasses: vec![Bypass {
                event_type: Some("a.c".into()),
                file: "f.py".into(),
                line: 3,
                function: None,
                table: "webhook_events".into(),
            }],
            ..Report::default()
        }
    }

    #[test]
    fn only_new_gaps_fail() {
        let config = Config::default();
        let baseline = Baseline::of(&report());
        assert_eq!(Baseline::parse(&baseline.to_json()).unwrap(), baseline);
        assert!(judge(&report(), &config, None, Some(&baseline)).is_empty());
        let mut worse = report();
        worse.events[0].state = State::ParallelOnly;
        worse.bypasses[0].line = 900;
        worse.undefined.push(Undefined { event_type: "a.y".into(), sites: Vec::new(), near: Vec::new() });
        let failures = judge(&worse, &config, None, Some(&baseline));
        assert_eq!(failures.len(), 2, "{failures:?}");
        assert!(failures[0].0.starts_with("a.b is promised and not published (parallel_only)"));
        worse.events[1].state = State::Published;
        assert_eq!(baseline.closed(&worse), ["a.c"]);
    }

    #[test]
    fn a_share_leaves_out_what_is_accepted() {
        let config = Config::default();
        let mut report = report();
        assert_eq!(judge(&report, &config, Some(34.0), None).len(), 1);
        assert!(judge(&report, &config, Some(33.0), None).is_empty());
        report.events[1].accepted = Some("not built yet".into());
        report.summary.accepted = 1;
        assert!(judge(&report, &config, Some(50.0), None).is_empty());
        assert_eq!(judge(&Report::default(), &config, Some(100.0), None), []);
    }

    #[test]
    fn baselines_that_are_none() {
        assert!(Baseline::parse("{}").is_err());
        assert!(Baseline::parse(r#"{"schema_version": 9, "revision": null, "generated_at": "", "gaps": [], "undefined": [], "bypasses": []}"#).unwrap_err().to_string().contains('9'));
    }
}
