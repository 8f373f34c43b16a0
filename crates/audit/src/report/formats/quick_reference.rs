//! The quick reference, in Markdown: the code to add and its places, patterns, and checklists.

use super::{
    figures::{bars, head, open_gaps, published},
    phases::{Plan, roadmap},
    templates,
};
use crate::report::{Event, Report, Suggestion};
use minijinja::{context, value::Serde};
use serde::Serialize;
use std::collections::BTreeMap;

/// A way of publishing that the project already has.
#[derive(Serialize)]
struct Pattern<'report> {
    /// The place of the example, when there is one.
    example: Option<&'report str>,
    file: &'report str,
    snippet: &'report str,
    /// Number of gaps that this pattern closes.
    gaps: usize,
}

/// A file of the checklist, and the tasks in it.
#[derive(Serialize)]
struct ToModify<'report> {
    file: &'report str,
    what: Vec<&'report str>,
}

#[derive(Serialize)]
struct Checklist<'report> {
    number: usize,
    title: &'static str,
    files: Vec<ToModify<'report>>,
}

pub(super) fn render(report: &Report) -> String {
    let plans = roadmap(report);
    let context = context! {
        head => Serde(head(report)),
        report => Serde(report),
        bars => Serde(bars(report)),
        published => Serde(published(report)),
        patterns => Serde(patterns(report)),
        checklists => Serde(checklists(&plans)),
        roadmap => Serde(&plans),
    };
    templates::render("quick_reference.md", context)
}

/// Groups suggestions by their example, else by snippets that differ only in the event; the most used first.
fn patterns(report: &Report) -> Vec<Pattern<'_>> {
    let mut by_shape: BTreeMap<String, Pattern<'_>> = BTreeMap::new();
    for (event, place) in open_gaps(report).filter_map(|event| Some((event, event.suggestions.first()?))) {
        let pattern = by_shape.entry(shape(event, place)).or_insert(Pattern {
            example: place.example.as_deref(),
            file: &place.file,
            snippet: &place.snippet,
            gaps: 0,
        });
        pattern.gaps += 1;
    }
    let mut patterns: Vec<Pattern<'_>> = by_shape.into_values().collect();
    patterns.sort_by(|a, b| b.gaps.cmp(&a.gaps).then_with(|| a.snippet.cmp(b.snippet)));
    patterns
}

fn shape(event: &Event, place: &Suggestion) -> String {
    if let Some(example) = &place.example {
        return format!("example {example}");
    }
    let constant: String =
        event.event_type.chars().map(|char| if char.is_alphanumeric() { char } else { '_' }).collect();
    let bare = place.snippet.replace(&event.event_type, "EVENT").replace(&constant.to_uppercase(), "EVENT");
    format!("snippet {bare}")
}

fn checklists<'report>(plans: &[Plan<'report>]) -> Vec<Checklist<'report>> {
    let checklist = |plan: &Plan<'report>| {
        let mut files: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for task in &plan.tasks {
            let Some(file) = task.file else { continue };
            let what = files.entry(file).or_default();
            let name = task.subject.unwrap_or(task.kind);
            if !what.contains(&name) {
                what.push(name);
            }
        }
        let files = files.into_iter().map(|(file, what)| ToModify { file, what }).collect();
        Checklist { number: plan.number, title: plan.title, files }
    };
    plans.iter().map(checklist).filter(|checklist| !checklist.files.is_empty()).collect()
}
