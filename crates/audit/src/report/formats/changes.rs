//! The optional parts of a report: changes since another revision, and the events of a running server.

use crate::report::{Live, Report, Seen, Since};
use serde::Serialize;

/// A section with a heading.
#[derive(Serialize)]
pub(super) struct Block {
    pub(super) title: String,
    /// A lead sentence.
    pub(super) lead: String,
    pub(super) lists: Vec<List>,
}

#[derive(Serialize)]
pub(super) struct List {
    pub(super) what: &'static str,
    pub(super) names: Vec<String>,
}

pub(super) fn blocks(report: &Report) -> Vec<Block> {
    let since = report.since.as_ref().map(|since| changed(report, since));
    let live = report.live.as_ref().map(seen);
    since.into_iter().chain(live).collect()
}

fn changed(report: &Report, since: &Since) -> Block {
    let bypasses = since
        .bypasses
        .iter()
        .map(|one| format!("{} ({}:{})", one.event_type.as_deref().unwrap_or(&one.table), one.file, one.line));
    let (before, now) = (&since.before, &report.summary);
    let lists = vec![
        List { what: "Published now, and not before", names: since.gained.clone() },
        List { what: "Published before, and not now", names: since.lost.clone() },
        List { what: "Promised now, and not before", names: since.promised.clone() },
        List { what: "Promised before, and not now", names: since.withdrawn.clone() },
        List { what: "Published now without being defined", names: since.undefined.clone() },
        List { what: "Webhook tables written now past the bus", names: bypasses.collect() },
    ];
    Block {
        title: format!("Changes since {}", since.revision),
        lead: format!(
            "Coverage was {:.1} % ({}/{}) and is {:.1} % ({}/{}).",
            before.coverage, before.published, before.defined, now.coverage, now.published, now.defined
        ),
        lists: lists.into_iter().filter(|list| !list.names.is_empty()).collect(),
    }
}

fn seen(live: &Live) -> Block {
    let names = |list: &[Seen], detail: fn(&Seen) -> String| -> Vec<String> {
        list.iter().map(|one| format!("{} ({})", one.event_type, detail(one))).collect()
    };
    let lists = vec![
        List {
            what: "Subscribed, but never published: a customer waits in vain",
            names: names(&live.waiting_in_vain, |one| format!("{} subscribed; {}", one.subscriptions, code(one))),
        },
        List { what: "Promised, but never seen", names: names(&live.never_seen, code) },
        List {
            what: "Seen, but in no catalog",
            names: names(&live.unknown, |one| format!("{} times; {}", one.published, code(one))),
        },
        List {
            what: "Seen, but nobody subscribes to it",
            names: names(&live.nobody_subscribed, |one| format!("{} times", one.published)),
        },
        List {
            what: "Payloads that broke their schema",
            names: names(&live.broke_schema, |one| format!("{} times", one.misfits)),
        },
    ];
    Block {
        title: format!("What {} saw in {} days", live.url, live.days),
        lead: format!("Since {}, what was published and subscribed there, beside what the code says.", live.since),
        lists: lists.into_iter().filter(|list| !list.names.is_empty()).collect(),
    }
}

/// The state of an event in the code, with the place when there is one.
fn code(one: &Seen) -> String {
    let place = one.place.as_ref().map(|place| format!(" at {}:{}", place.file, place.line)).unwrap_or_default();
    match one.code.as_deref() {
        None => "the code does not know it".into(),
        Some("published" | "undefined") => format!("the code publishes it{place}"),
        Some("parallel_only") => format!("the code publishes it in a parallel system only{place}"),
        Some("dead") => format!("only dead code publishes it{place}"),
        Some(_) => "the code does not publish it".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::formats::{Format, render};

    #[test]
    fn both_parts_are_in_the_documents() {
        let seen = |name: &str, code: Option<&str>| Seen {
            event_type: name.into(),
            code: code.map(Into::into),
            ..Seen::default()
        };
        let report = Report {
            since: Some(Since { revision: "v1<2".into(), lost: vec!["a.lost".into()], ..Since::default() }),
            live: Some(Live {
                url: "http://127.0.0.1:8080".into(),
                days: 30,
                waiting_in_vain: vec![Seen { subscriptions: 2, ..seen("a.vain", Some("missing")) }],
                never_seen: vec![seen("a.never", Some("published"))],
                ..Live::default()
            }),
            ..Report::default()
        };
        for format in [Format::Summary, Format::Comprehensive, Format::Html] {
            let text = render(&report, format).split_whitespace().collect::<Vec<_>>().join(" ");
            for part in ["a.lost", "a.vain (2 subscribed; the code does not publish it)", "a.never"] {
                assert!(text.contains(part), "{}: {part}", format.name());
            }
        }
        assert!(!render(&report, Format::Html).contains("v1<2"));
        assert!(!render(&Report::default(), Format::Summary).contains("CHANGES"));
    }
}
