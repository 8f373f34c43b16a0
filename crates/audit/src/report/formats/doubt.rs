//! The doubt of a report that is not sure which set of constants is the catalog. Every format shows it first, since all
//! that follows depends on the choice.

use super::words::counted;
use crate::report::{Candidate, Report};
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct Doubt<'report> {
    /// A sentence that says so.
    pub(super) what: String,
    pub(super) candidates: &'report [Candidate],
    /// The next step.
    pub(super) next: String,
}

/// `None` when the report is sure.
pub(super) fn doubt(report: &Report) -> Option<Doubt<'_>> {
    let catalog = &report.catalog;
    let first = catalog.candidates.first()?;
    let others = catalog.candidates.len() - 1;
    let what = match others {
        0 => format!("Not sure that {} is the catalog of webhook events. All that follows depends on it.", first.name),
        _ => format!(
            "Not sure which set of constants is the catalog of webhook events. All that follows compares the code with \
             {}, the best of {}.",
            first.name,
            counted(others + 1, "candidate")
        ),
    };
    let next = match catalog.candidates.get(1) {
        None => format!(
            "If it is the right one, run again with --main {}; else give the catalog as a file with --catalog FILE.",
            first.name
        ),
        Some(second) => format!(
            "Name the right one and run again: --main {}, or --main {}:{}. If none is right, give the catalog as a \
             file with --catalog FILE.",
            first.name, second.file, second.name
        ),
    };
    Some(Doubt { what, candidates: &catalog.candidates, next })
}

/// A candidate with its place and its evidence.
pub(super) fn candidate(one: &Candidate) -> String {
    format!("{} ({}:{}): {}", one.name, one.file, one.line, one.evidence)
}
