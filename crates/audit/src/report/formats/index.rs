//! The index, in Markdown: the list of documents with a summary of each.

use super::{
    figures::{bars, head, open_gaps, statistics},
    format::Format,
    phases::{Phase, roadmap},
    templates,
};
use crate::report::{Category, Event, Report, SiteState, State};
use minijinja::{context, value::Serde};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Maximum length of a list.
const SHOWN: usize = 15;

#[derive(Serialize)]
struct Document {
    file: &'static str,
    purpose: &'static str,
    reader: &'static str,
}

/// A category with gaps.
#[derive(Serialize)]
struct Gap<'report> {
    category: &'report str,
    phase: usize,
    open: usize,
    defined: usize,
    files: Vec<&'report str>,
}

/// A file, with the number of its event types.
#[derive(Serialize)]
struct KeyFile<'report> {
    file: &'report str,
    number: usize,
}

pub(super) fn render(report: &Report) -> String {
    let gaps = gaps(report);
    let publishing = publishing(report);
    let to_change = to_change(report);
    let context = context! {
        head => Serde(head(report)),
        report => Serde(report),
        documents => Serde(Format::ALL.map(document)),
        statistics => Serde(statistics(report)),
        bars => Serde(bars(report)),
        more_gaps => gaps.len().saturating_sub(SHOWN),
        gaps => Serde(&gaps[..gaps.len().min(SHOWN)]),
        more_publishing => publishing.len().saturating_sub(SHOWN),
        publishing => Serde(&publishing[..publishing.len().min(SHOWN)]),
        more_to_change => to_change.len().saturating_sub(SHOWN),
        to_change => Serde(&to_change[..to_change.len().min(SHOWN)]),
        roadmap => Serde(roadmap(report)),
        comprehensive => Format::Comprehensive.file_name(),
        quick_reference => Format::QuickReference.file_name(),
        summary => Format::Summary.file_name(),
        html => Format::Html.file_name(),
        sarif => Format::Sarif.file_name(),
    };
    templates::render("index.md", context)
}

const fn document(format: Format) -> Document {
    let (purpose, reader) = match format {
        Format::Comprehensive => ("every event, every place, the roadmap, how it was made", "who reviews or decides"),
        Format::QuickReference => ("what to write where, patterns, checklists", "who closes gaps"),
        Format::Summary => ("one page of text", "who wants the result"),
        Format::Index => ("this document", "who starts here"),
        Format::Json => ("everything, for programs", "scripts and dashboards"),
        Format::Sarif => ("the findings as SARIF 2.1.0", "code scanning and editors"),
        Format::Html => ("everything, to search and to filter", "who looks something up"),
        Format::Github => ("annotations, to be printed in a workflow", "who reviews a pull request"),
    };
    Document { file: format.file_name(), purpose, reader }
}

/// Sorted by phase, then the largest first.
fn gaps(report: &Report) -> Vec<Gap<'_>> {
    let mut gaps: Vec<Gap<'_>> =
        report.categories.iter().map(|category| gap(report, category)).filter(|gap| gap.open > 0).collect();
    gaps.sort_by(|a, b| a.phase.cmp(&b.phase).then(b.open.cmp(&a.open)).then(a.category.cmp(b.category)));
    gaps
}

fn gap<'report>(report: &'report Report, category: &'report Category) -> Gap<'report> {
    let events: Vec<_> = open_gaps(report).filter(|event| event.category == category.name).collect();
    let place = |event: &&'report Event| {
        let site = event.sites.first().map(|site| site.file.as_str());
        event.suggestions.first().map(|place| place.file.as_str()).or(site)
    };
    let files: BTreeSet<&str> = events.iter().filter_map(place).collect();
    let first = events.first().map_or("", |event| &event.event_type);
    Gap {
        category: &category.name,
        phase: Phase::of(&category.name, first) as usize,
        open: events.len(),
        defined: category.defined,
        files: files.into_iter().collect(),
    }
}

/// Files that publish, sorted by the number of event types.
fn publishing(report: &Report) -> Vec<KeyFile<'_>> {
    let published = report.events.iter().filter(|event| event.state == State::Published);
    sorted(published.flat_map(|event| {
        event
            .sites
            .iter()
            .filter(|site| site.state == SiteState::Published)
            .map(|site| (&*site.file, &*event.event_type))
    }))
}

/// Files with tasks, sorted by the number of event types.
fn to_change(report: &Report) -> Vec<KeyFile<'_>> {
    let plans = roadmap(report);
    sorted(plans.iter().flat_map(|plan| &plan.tasks).filter_map(|task| Some((task.file?, task.subject?))))
}

fn sorted<'report>(pairs: impl Iterator<Item = (&'report str, &'report str)>) -> Vec<KeyFile<'report>> {
    let mut files: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (file, event) in pairs {
        files.entry(file).or_default().insert(event);
    }
    let mut files: Vec<KeyFile<'_>> =
        files.into_iter().map(|(file, events)| KeyFile { file, number: events.len() }).collect();
    files.sort_by(|a, b| b.number.cmp(&a.number).then(a.file.cmp(b.file)));
    files
}
