//! The quick reference, in Markdown: the code to add and its places, patterns, and checklists.

use super::{
    figures::{bars, head, published},
    format::Format,
    issues::issues,
    problems::opening,
    roadmap::{Plan, roadmap},
    templates,
};
use crate::report::Report;
use minijinja::{context, value::Serde};
use serde::Serialize;
use std::collections::BTreeMap;

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
        opening => Serde(opening(report)),
        bars => Serde(bars(report)),
        published => Serde(published(report)),
        examples => Serde(&report.examples),
        checklists => Serde(checklists(&plans)),
        roadmap => Serde(&plans),
        issues => Serde(issues(report)),
        comprehensive => Format::Comprehensive.file_name(),
    };
    templates::render("quick_reference.md", context)
}

fn checklists<'report>(plans: &[Plan<'report>]) -> Vec<Checklist<'report>> {
    let checklist = |plan: &Plan<'report>| {
        let mut files: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for task in &plan.tasks {
            let names = if task.events.is_empty() { vec![task.subject] } else { task.events.clone() };
            for place in &task.places {
                let what = files.entry(place.file).or_default();
                let new = names.iter().filter(|name| !what.contains(name)).copied().collect::<Vec<_>>();
                what.extend(new);
            }
        }
        let files = files.into_iter().map(|(file, what)| ToModify { file, what }).collect();
        Checklist { number: plan.number, title: plan.title, files }
    };
    plans.iter().map(checklist).filter(|checklist| !checklist.files.is_empty()).collect()
}
