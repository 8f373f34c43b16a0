//! Parallel systems by what they mean for webhooks.

use crate::report::{ParallelSystem, Report};
use serde::Serialize;

/// A parallel system.
#[derive(Serialize)]
pub(super) struct System<'report> {
    pub(super) name: &'report str,
    pub(super) file: &'report str,
    pub(super) line: u32,
    /// Events of the catalog that only this system publishes.
    pub(super) only_here: Vec<&'report str>,
    /// Events of the catalog that it has and the main bus publishes, too, or nobody.
    pub(super) shared: Vec<&'report str>,
    /// Events that it publishes and the catalog does not have.
    pub(super) own: Vec<&'report str>,
}

/// The systems that share events with the catalog, those that keep events from customers first; then the others: jobs,
/// mails, logs.
pub(super) fn systems(report: &Report) -> (Vec<System<'_>>, Vec<System<'_>>) {
    let (mut near, far): (Vec<_>, Vec<_>) = report
        .parallel_systems
        .iter()
        .map(system)
        .partition(|system| !system.only_here.is_empty() || !system.shared.is_empty());
    near.sort_by_key(|system| std::cmp::Reverse(system.only_here.len()));
    (near, far)
}

fn system(one: &ParallelSystem) -> System<'_> {
    let in_catalog = |event: &&String| one.overlap.contains(event);
    let (only_here, own): (Vec<&String>, Vec<&String>) = one.unbridged.iter().partition(in_catalog);
    let shared = one.overlap.iter().filter(|event| !one.unbridged.contains(event));
    System {
        name: &one.name,
        file: &one.file,
        line: one.line,
        only_here: only_here.into_iter().map(String::as_str).collect(),
        shared: shared.map(String::as_str).collect(),
        own: own.into_iter().map(String::as_str).collect(),
    }
}
