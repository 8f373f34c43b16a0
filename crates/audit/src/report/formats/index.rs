//! The index, in Markdown: the list of documents with a summary of each.

use super::{
    figures::{bars, head, open_gaps, statistics},
    format::Format,
    issues::issues,
    phases::Phase,
    places::likely,
    problems::opening,
    roadmap::{Plan, roadmap},
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
    use_to: &'static str,
}

/// A category with gaps.
#[derive(Serialize)]
struct Gap<'report> {
    category: &'report str,
    phase: usize,
    events: Vec<&'report str>,
    defined: usize,
    /// The work that is left, in a few words.
    state: String,
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
    let plans = roadmap(report);
    let to_change = to_change(&plans);
    let context = context! {
        head => Serde(head(report)),
        report => Serde(report),
        bus_at => Serde(&report.catalog.bus_at),
        documents => Serde(Format::ALL.map(document)),
        statistics => Serde(statistics(report)),
        bars => Serde(bars(report)),
        more_gaps => gaps.len().saturating_sub(SHOWN),
        gaps => Serde(&gaps[..gaps.len().min(SHOWN)]),
        more_publishing => publishing.len().saturating_sub(SHOWN),
        publishing => Serde(&publishing[..publishing.len().min(SHOWN)]),
        more_to_change => to_change.len().saturating_sub(SHOWN),
        to_change => Serde(&to_change[..to_change.len().min(SHOWN)]),
        roadmap => Serde(&plans),
        opening => Serde(opening(report)),
        issues => Serde(issues(report)),
        comprehensive => Format::Comprehensive.file_name(),
        quick_reference => Format::QuickReference.file_name(),
        summary => Format::Summary.file_name(),
        html => Format::Html.file_name(),
        sarif => Format::Sarif.file_name(),
    };
    templates::render("index.md", context)
}

const fn document(format: Format) -> Document {
    let (purpose, use_to) = match format {
        Format::Comprehensive => {
            ("every gap, every place, modules, the roadmap, the method", "review, or look up one event")
        }
        Format::QuickReference => ("what to write where, patterns, checklists, known issues", "close gaps"),
        Format::Summary => {
            ("a page of text: result, first steps, gaps with their places, plan", "brief others, plan a sprint")
        }
        Format::Index => ("this document", "find the right document"),
        Format::Json => ("everything, for programs", "feed scripts and dashboards"),
        Format::Sarif => ("the findings as SARIF 2.1.0", "see them in code scanning and editors"),
        Format::Html => ("a page, to search and to filter", "look something up, send to others"),
        Format::Github => ("annotations, to be printed in a workflow", "see them in a pull request"),
    };
    Document { file: format.file_name(), purpose, use_to }
}

/// Sorted by phase, then the largest first.
fn gaps(report: &Report) -> Vec<Gap<'_>> {
    let mut gaps: Vec<Gap<'_>> =
        report.categories.iter().map(|category| gap(report, category)).filter(|gap| !gap.events.is_empty()).collect();
    gaps.sort_by(|a, b| (a.phase, b.events.len(), a.category).cmp(&(b.phase, a.events.len(), b.category)));
    gaps
}

fn gap<'report>(report: &'report Report, category: &'report Category) -> Gap<'report> {
    let events: Vec<_> = open_gaps(report).filter(|event| event.category == category.name).collect();
    let place = |event: &&'report Event| {
        let site = event.sites.first().map(|site| site.file.as_str());
        likely(event).map(|place| place.file.as_str()).or(site)
    };
    let files: BTreeSet<&str> = events.iter().filter_map(place).collect();
    let first = events.first().map_or("", |event| &event.event_type);
    Gap {
        category: &category.name,
        phase: Phase::of(&category.name, first) as usize,
        defined: category.defined,
        state: work(&events),
        events: events.into_iter().map(|event| event.event_type.as_str()).collect(),
        files: files.into_iter().collect(),
    }
}

/// The work that a category's gaps need, in a few words.
fn work(gaps: &[&Event]) -> String {
    let count = |fits: &dyn Fn(&Event) -> bool| gaps.iter().filter(|event| fits(event)).count();
    let kinds = [
        (count(&|event| event.state == State::Dead), "only to be called"),
        (count(&|event| event.state == State::ParallelOnly), "in a parallel system"),
        (count(&|event| event.state == State::Missing && likely(event).is_some()), "to be written, place known"),
        (count(&|event| event.state == State::Missing && likely(event).is_none()), "to be written, place unknown"),
    ];
    let kinds = kinds.into_iter().filter(|(number, _)| *number > 0);
    kinds.map(|(number, what)| format!("{number} {what}")).collect::<Vec<_>>().join("; ")
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
fn to_change<'report>(plans: &[Plan<'report>]) -> Vec<KeyFile<'report>> {
    let tasks = plans.iter().flat_map(|plan| &plan.tasks);
    sorted(tasks.flat_map(|task| {
        let names = if task.events.is_empty() { vec![task.subject] } else { task.events.clone() };
        let files: Vec<&str> = task.places.iter().map(|place| place.file).collect();
        files.into_iter().flat_map(move |file| names.clone().into_iter().map(move |name| (file, name)))
    }))
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
