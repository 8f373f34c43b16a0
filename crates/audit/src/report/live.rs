//! Comparison with a running server: joins the response of `GET /api/v1/audit/coverage` with the report.

use crate::report::{Live, Place, Report, Seen, Site};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Deserialize)]
struct Answer {
    days: u32,
    since: String,
    events: Vec<Row>,
    #[serde(default)]
    subscribed_never_published: Vec<Waiting>,
}

#[derive(Deserialize)]
struct Row {
    event_type: String,
    promised: bool,
    published: u64,
    last_published_at: Option<String>,
    subscriptions: u64,
    #[serde(default)]
    misfits: u64,
}

#[derive(Deserialize)]
struct Waiting {
    event_type: String,
    subscriptions: u64,
}

/// Joins the server's response with a report. `url` is only shown.
pub fn join(report: &Report, url: &str, answer: &str) -> Result<Live, serde_json::Error> {
    let answer: Answer = serde_json::from_str(answer)?;
    let code = Code::of(report);
    let rows: BTreeMap<&str, &Row> = answer.events.iter().map(|row| (row.event_type.as_str(), row)).collect();
    let here: BTreeSet<&str> = report.events.iter().map(|event| event.event_type.as_str()).collect();
    let promised = |name: &str| here.contains(name) || rows.get(name).is_some_and(|row| row.promised);
    let names: BTreeSet<&str> = here.iter().copied().chain(rows.keys().copied()).collect();
    let seen = |name: &str| code.seen(name, rows.get(name).copied());
    let count = |name: &str| rows.get(name).map_or(0, |row| row.published);
    let list =
        |fits: &dyn Fn(&str) -> bool| names.iter().filter(|name| fits(name)).map(|name| seen(name)).collect::<Vec<_>>();
    let broke = list(&|name| rows.get(name).is_some_and(|row| row.misfits > 0));
    Ok(Live {
        url: url.to_owned(),
        days: answer.days,
        since: answer.since.clone(),
        never_seen: list(&|name| promised(name) && count(name) == 0),
        unknown: list(&|name| !promised(name) && count(name) > 0),
        nobody_subscribed: list(&|name| count(name) > 0 && rows.get(name).is_some_and(|row| row.subscriptions == 0)),
        waiting_in_vain: answer
            .subscribed_never_published
            .iter()
            .map(|one| Seen { subscriptions: one.subscriptions, ..seen(&one.event_type) })
            .collect(),
        broke_schema: broke,
    })
}

/// The state of each event in the code.
struct Code<'r> {
    states: BTreeMap<&'r str, (&'static str, Option<&'r Site>)>,
}

impl<'r> Code<'r> {
    fn of(report: &'r Report) -> Self {
        let undefined = report.undefined.iter().map(|one| (one.event_type.as_str(), ("undefined", one.sites.first())));
        let events = report.events.iter().map(|one| (one.event_type.as_str(), (one.state.name(), one.sites.first())));
        Self { states: undefined.chain(events).collect() }
    }

    fn seen(&self, name: &str, row: Option<&Row>) -> Seen {
        let (code, site) =
            self.states.get(name).map_or((None, None), |(state, site)| (Some((*state).to_owned()), *site));
        Seen {
            event_type: name.to_owned(),
            published: row.map_or(0, |row| row.published),
            last_published_at: row.and_then(|row| row.last_published_at.clone()),
            subscriptions: row.map_or(0, |row| row.subscriptions),
            misfits: row.map_or(0, |row| row.misfits),
            code,
            place: site.map(|site| Place {
                event_type: None,
                file: site.file.clone(),
                line: site.line,
                function: Some(site.function.clone()),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Event, State, Undefined};

    #[test]
    fn both_views_together() {
        let event = |name: &str, state| Event {
            event_type: name.into(),
            category: String::new(),
            state,
            sites: Vec::new(),
            suggestions: Vec::new(),
            no_suggestion: None,
            accepted: None,
            defined_at: None,
        };
        let report = Report {
            events: vec![
                event("a.new", State::Published),
                event("a.old", State::Missing),
                event("a.used", State::Published),
            ],
            undefined: vec![Undefined { event_type: "a.raw".into(), sites: Vec::new(), near: Vec::new() }],
            ..Report::default()
        };
        let answer = r#"{"days": 7, "since": "2026-01-01T00:00:00Z", "events": [
            {"event_type": "a.used", "promised": true, "published": 5, "last_published_at": "x", "subscriptions": 0, "misfits": 2},
            {"event_type": "a.raw", "promised": false, "published": 1, "last_published_at": "x", "subscriptions": 1},
            {"event_type": "a.there", "promised": true, "published": 0, "last_published_at": null, "subscriptions": 3}],
            "subscribed_never_published": [{"event_type": "a.there", "subscriptions": 3}]}"#;
        let live = join(&report, "http://x", answer).unwrap();
        let names = |list: &[Seen]| {
            list.iter().map(|one| (one.event_type.clone(), one.code.clone().unwrap_or_default())).collect::<Vec<_>>()
        };
        let pair = |name: &str, code: &str| (name.to_owned(), code.to_owned());
        assert_eq!(
            names(&live.never_seen),
            [pair("a.new", "published"), pair("a.old", "missing"), pair("a.there", "")]
        );
        assert_eq!(names(&live.unknown), [pair("a.raw", "undefined")]);
        assert_eq!(names(&live.nobody_subscribed), [pair("a.used", "published")]);
        assert_eq!(names(&live.waiting_in_vain), [pair("a.there", "")]);
        assert_eq!(live.broke_schema[0].misfits, 2);
        assert!(join(&report, "http://x", "[]").is_err());
    }
}
