//! Counts, shares and bars that several formats show, computed once so that the formats agree.

use super::{
    bypasses,
    doubt::{Doubt, doubt},
    systems::systems,
    undefined::split,
    words::counted,
};
use crate::report::{Event, Report, SiteState, State};
use serde::Serialize;

/// Width of a text bar, in characters.
const BAR_WIDTH: usize = 40;

/// Per cent with one decimal; 0 when `whole` is 0.
pub(super) fn percent(part: usize, whole: usize) -> f64 {
    if whole == 0 {
        return 0.0;
    }
    (part as f64 * 1000.0 / whole as f64).round() / 10.0
}

/// A category's share.
#[derive(Serialize)]
pub(super) struct Bar {
    pub(super) name: String,
    pub(super) published: usize,
    pub(super) defined: usize,
    pub(super) percent: f64,
    /// Defined, and published by a parallel system only.
    pub(super) parallel_only: usize,
    /// The bar without text.
    pub(super) drawing: String,
    /// The padded name, the bar, the share.
    pub(super) text: String,
}

pub(super) fn bars(report: &Report) -> Vec<Bar> {
    let width = report.categories.iter().map(|category| shown(&category.name).chars().count()).max().unwrap_or(0);
    let bar = |category: &crate::report::Category| {
        let of_it = report.events.iter().filter(|event| event.category == category.name);
        let parallel_only = of_it.filter(|event| event.state == State::ParallelOnly).count();
        let percent = percent(category.published, category.defined);
        let drawing = blocks(category.published, category.defined);
        let mut text = format!(
            "{:width$}  {drawing}  {percent:5.1} % ({}/{})",
            shown(&category.name),
            category.published,
            category.defined,
        );
        if parallel_only > 0 {
            text.push_str(&format!(", {parallel_only} parallel only"));
        }
        Bar {
            name: category.name.clone(),
            published: category.published,
            defined: category.defined,
            percent,
            parallel_only,
            drawing,
            text,
        }
    };
    report.categories.iter().map(bar).collect()
}

/// The name on one line, with a placeholder when it is empty.
fn shown(name: &str) -> String {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() { "(none)".into() } else { name.replace('`', "'") }
}

/// Draws at least one block for a part that is not empty, and a full bar only for the whole.
fn blocks(part: usize, whole: usize) -> String {
    let part = part.min(whole);
    let full = match (part, whole) {
        (_, 0) | (0, _) => 0,
        (part, whole) if part == whole => BAR_WIDTH,
        (part, whole) => (part * BAR_WIDTH / whole).clamp(1, BAR_WIDTH - 1),
    };
    format!("{}{}", "█".repeat(full), "░".repeat(BAR_WIDTH - full))
}

/// The result in one or two sentences.
pub(super) fn headline(report: &Report) -> String {
    let summary = &report.summary;
    if summary.defined == 0 {
        let mut text = match report.undefined.len() {
            0 => "The catalog defines no event type, so there is nothing that could be covered.".to_owned(),
            number => format!("There is no catalog to compare with. The code publishes {}.", counted(number, "name")),
        };
        if report.catalog.name.is_empty() {
            text.push_str(" Compare with the event types that come with Postrider: postrider audit --catalog shipped");
        }
        return text;
    }
    let gaps = [
        (summary.parallel_only, "in a parallel system only"),
        (summary.dead, "dead (the code is there, nothing calls it)"),
        (summary.missing, "missing"),
    ];
    let gaps: Vec<String> =
        gaps.iter().filter(|(number, _)| *number > 0).map(|(number, what)| format!("{number} {what}")).collect();
    let mut text = format!(
        "{} of {} {} published ({:.1} %).",
        summary.published,
        counted(summary.defined, "defined event type"),
        if summary.published == 1 { "is" } else { "are" },
        summary.coverage
    );
    if !gaps.is_empty() {
        text.push_str(&format!(" Not counted as published: {}.", gaps.join(", ")));
    }
    text
}

#[derive(Serialize)]
pub(super) struct Statistic {
    pub(super) label: &'static str,
    pub(super) value: usize,
}

/// The states of the catalog's events, and the number of each other kind of finding that there is.
pub(super) fn statistics(report: &Report) -> Vec<Statistic> {
    let summary = &report.summary;
    let undefined = split(report);
    let (near, far) = systems(report);
    let named = summary.defined > 0;
    let states = [
        ("Event types defined in the catalog", summary.defined),
        ("Published on the main bus", summary.published),
        ("Published by a parallel system only", summary.parallel_only),
        ("Dead: the code is there, nothing calls it", summary.dead),
        ("Missing", summary.missing),
    ];
    let others = [
        ("Gaps that the configuration accepts", summary.accepted),
        (
            if named { "Published on the main bus, but not defined" } else { "Names that the code publishes" },
            undefined.main.len(),
        ),
        ("Published on other buses about the same things, not defined", undefined.related.len()),
        ("Published on other buses about other things", undefined.rest.len()),
        ("Parallel systems that share events with the catalog", near.len()),
        ("Other sets and buses", far.len()),
        ("Places that write webhook tables themselves", bypasses::by_place(report).len()),
        ("Places that publish without a tenant", report.without_tenant.len()),
        ("Event types published by more than one module", report.duplicates.len()),
        ("Publishing calls that could not be resolved", report.unresolved.len()),
        ("Source files read", report.files.read),
        ("Test files, which do not count", report.files.tests),
        ("Files skipped", report.files.skipped.len()),
        ("Files read in part (a syntax error)", report.files.partial.len()),
    ];
    let others = others.into_iter().filter(|(_, value)| *value > 0);
    states.into_iter().filter(|_| named).chain(others).map(|(label, value)| Statistic { label, value }).collect()
}

/// The gaps that are not accepted.
pub(super) fn open_gaps(report: &Report) -> impl Iterator<Item = &Event> {
    report.events.iter().filter(|event| event.state != State::Published && event.accepted.is_none())
}

/// The first lines of a document: the compared catalog and revision, and the result.
#[derive(Serialize)]
pub(super) struct Head<'report> {
    /// Empty when it is not known.
    pub(super) generated: &'report str,
    pub(super) revision: String,
    pub(super) catalog: String,
    pub(super) reason: &'report str,
    pub(super) headline: String,
    pub(super) doubt: Option<Doubt<'report>>,
}

pub(super) fn head(report: &Report) -> Head<'_> {
    let revision = match &report.revision {
        Some(revision) if report.modified => format!("{revision}, with changes that are not committed"),
        Some(revision) => revision.clone(),
        None => "unknown (the tree is in no git repository)".into(),
    };
    let catalog = match (&report.catalog.file, report.catalog.line) {
        (Some(file), Some(line)) => format!("{} ({file}:{line})", report.catalog.name),
        (Some(file), None) => format!("{} ({file})", report.catalog.name),
        (None, _) if report.catalog.name.is_empty() => "none".into(),
        (None, _) => report.catalog.name.clone(),
    };
    Head {
        generated: &report.generated_at,
        revision,
        catalog,
        reason: &report.catalog.reason,
        headline: headline(report),
        doubt: doubt(report),
    }
}

/// A published event type, and the first place that publishes it.
#[derive(Serialize)]
pub(super) struct Published<'report> {
    pub(super) event_type: &'report str,
    pub(super) file: &'report str,
    pub(super) line: u32,
    pub(super) function: &'report str,
    /// Number of further places.
    pub(super) more: usize,
}

pub(super) fn published(report: &Report) -> Vec<Published<'_>> {
    report.events.iter().filter(|event| event.state == State::Published).map(published_row).collect()
}

fn published_row(event: &Event) -> Published<'_> {
    let sites = || event.sites.iter().filter(|site| site.state == SiteState::Published);
    let first = sites().next();
    Published {
        event_type: &event.event_type,
        file: first.map_or("", |site| &site.file),
        line: first.map_or(0, |site| site.line),
        function: first.map_or("", |site| &site.function),
        more: sites().count().saturating_sub(1),
    }
}
