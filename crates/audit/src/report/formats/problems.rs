//! The problems that the documents open with, the worst first: a broken promise, the affected customers, and the next
//! step. The first three next steps are the actions of every document.

use super::{bypasses, doubt::doubt, figures::open_gaps, places::likely, undefined, words::counted};
use crate::report::{Event, Report, SiteState, State};
use serde::Serialize;
use std::collections::BTreeMap;

/// Number of problems with their next step that a document opens with; the others follow in a line each.
const FIRST: usize = 3;

/// The opening of a document.
#[derive(Serialize)]
pub(super) struct Opening {
    pub(super) title: String,
    pub(super) first: Vec<Problem>,
    pub(super) also: Vec<Problem>,
}

pub(super) fn opening(report: &Report) -> Opening {
    let mut first = problems(report);
    let also = first.split_off(first.len().min(FIRST));
    Opening { title: title_of_problems(report), first, also }
}

pub(super) fn title_of_problems(report: &Report) -> String {
    match doubt(report) {
        Some(_) => "What is broken if the best candidate is the catalog".to_owned(),
        None => "What is broken, and what to do first".to_owned(),
    }
}

#[derive(Serialize)]
pub(super) struct Problem {
    /// The broken promise, as a sentence.
    pub(super) what: String,
    /// The affected customers.
    pub(super) whom: String,
    /// The next step.
    pub(super) next: String,
    /// An example place.
    pub(super) place: Option<String>,
    /// The section with all places.
    pub(super) section: &'static str,
    /// `bad`: customers miss events or get wrong ones; `warn`: they may.
    pub(super) tone: &'static str,
}

/// The colour of a coverage, as a word.
pub(super) fn tone(published: usize, defined: usize) -> &'static str {
    match (published * 100).checked_div(defined) {
        None => "none",
        Some(90..) => "good",
        Some(60..) => "warn",
        Some(_) => "bad",
    }
}

/// The result in one sentence.
pub(super) fn answer(report: &Report) -> String {
    let summary = &report.summary;
    let gaps = summary.defined.saturating_sub(summary.published);
    match (summary.defined, gaps) {
        (0, _) => "No set of event types to compare with.".into(),
        (1, 0) => "The one promised event is published.".into(),
        (all, 0) => format!("All {all} promised events are published."),
        (all, 1) => format!("1 of {all} promised events never reaches a customer."),
        (all, gaps) => format!("{gaps} of {all} promised events never reach a customer."),
    }
}

pub(super) fn problems(report: &Report) -> Vec<Problem> {
    let gaps = |state: State| open_gaps(report).filter(|event| event.state == state).collect::<Vec<_>>();
    let all = [
        waiting(report),
        no_catalog(report),
        near_misses(report),
        dead(&gaps(State::Dead)),
        missing(&gaps(State::Missing)),
        parallel(&gaps(State::ParallelOnly)),
        undefined(report),
        bypassed(report),
        related(report),
        without_tenant(report),
        unresolved(report),
    ];
    all.into_iter().flatten().collect()
}

fn s(number: usize) -> &'static str {
    if number == 1 { "s" } else { "" }
}

/// The end of a list that was cut.
fn more(number: usize) -> String {
    if number == 0 { String::new() } else { format!(" and {number} more") }
}

fn waiting(report: &Report) -> Option<Problem> {
    let waiting = &report.live.as_ref()?.waiting_in_vain;
    let worst = waiting.iter().max_by_key(|one| one.subscriptions)?;
    let subscriptions: u64 = waiting.iter().map(|one| one.subscriptions).sum();
    let count = waiting.len();
    Some(Problem {
        what: format!(
            "{} {} subscribed and never published.",
            counted(count, "event type"),
            if count == 1 { "is" } else { "are" }
        ),
        whom: format!("{} wait{} in vain.", counted(subscriptions as usize, "subscription"), s(subscriptions as usize)),
        next: format!(
            "Publish {} first: {} ask{} for it.",
            worst.event_type,
            worst.subscriptions,
            s(worst.subscriptions as usize)
        ),
        place: worst.place.as_ref().map(|place| format!("{}:{}", place.file, place.line)),
        section: "live",
        tone: "bad",
    })
}

fn missing(gaps: &[&Event]) -> Option<Problem> {
    let count = gaps.len();
    let placed = gaps.iter().filter_map(|event| likely(event).map(|place| (*event, place)));
    // The first of equal ones.
    let best = placed.rev().max_by_key(|(_, place)| place.score);
    let mut categories: BTreeMap<&str, usize> = BTreeMap::new();
    for event in gaps {
        *categories.entry(&event.category).or_default() += 1;
    }
    let mut categories: Vec<_> = categories.into_iter().collect();
    categories.sort_by_key(|(_, number)| std::cmp::Reverse(*number));
    categories.retain(|(_, number)| *number > 1);
    let most: Vec<String> = categories.iter().take(3).map(|(name, number)| format!("{name} ({number})")).collect();
    let most = if most.is_empty() { String::new() } else { format!(" Most are in {}.", most.join(", ")) };
    let first = gaps.first()?;
    Some(Problem {
        what: format!("{} {} published by no code.", counted(count, "event"), if count == 1 { "is" } else { "are" }),
        whom: format!("Customers who subscribe hear nothing.{most}"),
        next: best.map_or_else(
            || format!("Publish {} where it happens; no function stands out by its name.", first.event_type),
            |(event, place)| format!("Publish {} in {}, then the others.", event.event_type, place.function),
        ),
        place: best.map(|(_, place)| format!("{}:{}", place.file, place.line)),
        section: "gaps",
        tone: "bad",
    })
}

fn dead(gaps: &[&Event]) -> Option<Problem> {
    let placed = gaps.iter().filter_map(|event| likely(event).map(|place| (*event, place)));
    // The first of equal ones.
    let best = placed.rev().max_by_key(|(_, place)| place.score);
    let first = best.map(|(event, _)| event).or(gaps.first().copied())?;
    let site = first.sites.iter().find(|site| site.state == SiteState::Dead);
    let count = gaps.len();
    Some(Problem {
        what: format!(
            "{} {} published only by code that nothing calls.",
            counted(count, "event"),
            if count == 1 { "is" } else { "are" }
        ),
        whom: "Customers who subscribe hear nothing, though the code looks complete.".into(),
        next: site.map_or_else(
            || format!("Call the code of {} where the thing happens, or remove it.", first.event_type),
            |site| match best {
                Some((_, place)) => format!("Call {} in {}, most likely.", site.function, place.function),
                None => format!("Call {} where the thing happens, or remove it.", site.function),
            },
        ),
        place: best
            .map(|(_, place)| format!("{}:{}", place.file, place.line))
            .or_else(|| site.map(|site| format!("{}:{}", site.file, site.line))),
        section: "gaps",
        tone: "bad",
    })
}

fn parallel(gaps: &[&Event]) -> Option<Problem> {
    let first = gaps.first()?;
    let site = first.sites.iter().find(|site| site.state == SiteState::Parallel);
    let bus = site.map_or("another system", undefined::bus);
    Some(Problem {
        what: format!(
            "{} go{} only to {bus}{}.",
            counted(gaps.len(), "event"),
            if gaps.len() == 1 { "es" } else { "" },
            if gaps.len() == 1 { "" } else { " and other systems" }
        ),
        whom: "Other parts of the product hear of it; customers do not.".into(),
        next: format!("Publish {} on the main bus too, or forward the events of {bus}.", first.event_type),
        place: site.map(|site| format!("{}:{}", site.file, site.line)),
        section: "gaps",
        tone: "bad",
    })
}

/// Code that publishes without any catalog to compare with.
fn no_catalog(report: &Report) -> Option<Problem> {
    if report.summary.defined > 0 {
        return None;
    }
    report.undefined.first()?;
    Some(Problem {
        what: format!(
            "No catalog says which of {} customers may rely on.",
            match report.undefined.len() {
                1 => "the names that the code publishes (1)".to_owned(),
                number => format!("the {number} names that the code publishes"),
            }
        ),
        whom: "Nobody can subscribe to an event that is not defined.".into(),
        next: "Write those for customers into a file, one event type in a line, and run again with --catalog FILE."
            .into(),
        place: None,
        section: "undefined",
        tone: "warn",
    })
}

fn near_misses(report: &Report) -> Option<Problem> {
    let near: Vec<_> = undefined::split(report).main.into_iter().filter(|one| !one.near.is_empty()).collect();
    let first = near.first().filter(|_| report.summary.defined > 0)?;
    let like = first.near.first()?;
    let site = first.sites.first();
    Some(Problem {
        what: format!(
            "{} {} published, and the catalog has a similar one.",
            counted(near.len(), "name"),
            if near.len() == 1 { "is" } else { "are" }
        ),
        whom: "Customers who subscribe to the name of the catalog hear nothing.".into(),
        next: format!("Correct {} to {like}, or define it.", first.event_type),
        place: site.map(|site| format!("{}:{}", site.file, site.line)),
        section: "undefined",
        tone: "bad",
    })
}

fn undefined(report: &Report) -> Option<Problem> {
    let far: Vec<_> = undefined::split(report).main.into_iter().filter(|one| one.near.is_empty()).collect();
    let first = far.first().filter(|_| report.summary.defined > 0)?;
    let site = first.sites.first();
    let count = far.len();
    let names: Vec<&str> = far.iter().take(3).map(|one| one.event_type.as_str()).collect();
    Some(Problem {
        what: format!(
            "{} {} published on the main bus and not in the catalog: {}{}.",
            counted(count, "name"),
            if count == 1 { "is" } else { "are" },
            names.join(", "),
            more(count - names.len())
        ),
        whom: format!("Nobody can subscribe to {}.", if count == 1 { "it" } else { "them" }),
        next: match count {
            1 => "Define it in the catalog, or stop publishing it.".to_owned(),
            _ => "Define them in the catalog, or stop publishing them.".to_owned(),
        },
        place: site.map(|site| format!("{}:{}", site.file, site.line)),
        section: "undefined",
        tone: "warn",
    })
}

fn related(report: &Report) -> Option<Problem> {
    let groups = undefined::by_bus(&undefined::split(report).related);
    let first = groups.first()?;
    let names: Vec<&str> = groups.iter().flat_map(|group| group.events.iter().copied()).collect();
    let shown = names[..names.len().min(3)].join(", ");
    Some(Problem {
        what: match names.len() {
            1 => format!("{shown} is published on another bus only, and the catalog does not have it."),
            count => format!(
                "{count} events about things of the catalog are published on other buses only, and the catalog does \
                 not have them: {shown}{}.",
                more(count.saturating_sub(3))
            ),
        },
        whom: "Nobody can subscribe.".into(),
        next: format!("Define those that customers need, and publish them on the main bus, not on {} only.", first.bus),
        place: first.sites.first().map(|site| format!("{}:{}", site.file, site.line)),
        section: "elsewhere",
        tone: "warn",
    })
}

fn bypassed(report: &Report) -> Option<Problem> {
    let places = bypasses::by_place(report);
    let first = places.first()?;
    let count = places.len();
    Some(Problem {
        what: format!("{} write{} a webhook table past the bus.", counted(count, "place"), s(count)),
        whom: "What it writes is neither validated nor matched with subscriptions.".into(),
        next: match first.events.as_slice() {
            [] => format!("Publish on the main bus instead of writing {}.", first.table),
            events => format!("Publish {} on the main bus instead of writing {}.", events.join(", "), first.table),
        },
        place: Some(format!("{}:{}", first.file, first.line)),
        section: "bypasses",
        tone: "warn",
    })
}

fn without_tenant(report: &Report) -> Option<Problem> {
    let first = report.without_tenant.first()?;
    let count = report.without_tenant.len();
    Some(Problem {
        what: format!("{} publish{} without a tenant.", counted(count, "place"), if count == 1 { "es" } else { "" }),
        whom: "Nobody can tell whose subscriptions it is for.".into(),
        next: "Pass the tenant, as most places do.".into(),
        place: Some(format!("{}:{}", first.file, first.line)),
        section: "tenant",
        tone: "warn",
    })
}

fn unresolved(report: &Report) -> Option<Problem> {
    let first = report.unresolved.first()?;
    Some(Problem {
        what: format!(
            "{} could not be followed to an event type.",
            counted(report.unresolved.len(), "publishing call")
        ),
        whom: "An event that one of them publishes may be counted as a gap.".into(),
        next: "Look at them before you trust a gap.".into(),
        place: Some(format!("{}:{}", first.file, first.line)),
        section: "unresolved",
        tone: "warn",
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Summary;

    #[test]
    fn the_colour_follows_the_share() {
        for (published, defined, expected) in [
            (0, 0, "none"),
            (0, 9, "bad"),
            (5, 9, "bad"),
            (6, 10, "warn"),
            (89, 100, "warn"),
            (9, 10, "good"),
            (9, 9, "good"),
        ] {
            assert_eq!(tone(published, defined), expected, "{published} of {defined}");
        }
    }

    #[test]
    fn the_answer_is_one_sentence() {
        let of = |published, defined| {
            answer(&Report { summary: Summary { published, defined, ..Summary::default() }, ..Report::default() })
        };
        assert_eq!(of(3, 4), "1 of 4 promised events never reaches a customer.");
        assert_eq!(of(4, 4), "All 4 promised events are published.");
        assert_eq!(of(0, 0), "No set of event types to compare with.");
    }

    #[test]
    fn a_report_without_faults_has_no_problems() {
        assert!(problems(&Report::default()).is_empty());
    }
}
