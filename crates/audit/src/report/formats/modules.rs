//! Modules without integration: folders that publish nothing although an event of the catalog is about them. Other
//! folders that publish nothing are only counted, since most code has nothing to publish.

use super::{
    places::{is_beside, likely},
    undefined::about,
};
use crate::{
    report::{Event, Module, Report, State},
    text::similar::stem,
};
use serde::Serialize;
use std::collections::BTreeSet;

/// A folder that publishes nothing, and the gaps that it may close.
#[derive(Serialize)]
pub(super) struct Silent<'report> {
    pub(super) path: &'report str,
    pub(super) files: usize,
    pub(super) functions: usize,
    /// Gaps with their likely place here, else gaps about the thing that the folder is named after.
    pub(super) gaps: Vec<&'report str>,
    /// True when a function of the folder is the likely place.
    pub(super) is_place: bool,
}

/// The folders without integration, those with most gaps first.
pub(super) fn without_integration(report: &Report) -> Vec<Silent<'_>> {
    let gaps: Vec<&Event> = report.events.iter().filter(|event| event.state != State::Published).collect();
    // Things whose events other modules publish already: a folder of that name need not.
    let served = report.events.iter().filter(|event| event.state == State::Published);
    let served: BTreeSet<String> = served.flat_map(|event| about(&event.event_type)).collect();
    let silent = report.modules.iter().filter(|module| module.published == 0 && module.functions > 0);
    let mut found: Vec<Silent<'_>> =
        silent.filter(|module| !is_beside(&module.path)).filter_map(|module| judged(module, &gaps, &served)).collect();
    found.sort_by(|one, other| {
        (other.gaps.len(), other.is_place).cmp(&(one.gaps.len(), one.is_place)).then(one.path.cmp(other.path))
    });
    found
}

fn judged<'report>(
    module: &'report Module,
    gaps: &[&'report Event],
    served: &BTreeSet<String>,
) -> Option<Silent<'report>> {
    let here = |event: &&&Event| likely(event).is_some_and(|place| lies_in(&place.file, module));
    let placed: Vec<&str> = gaps.iter().filter(here).map(|event| event.event_type.as_str()).collect();
    let is_place = !placed.is_empty();
    let gaps = if is_place {
        placed
    } else {
        let name = named(&module.path);
        let is_it = |thing: &String| name == *thing && !served.contains(thing);
        let about_it = gaps.iter().filter(|event| about(&event.event_type).iter().any(is_it));
        about_it.map(|event| event.event_type.as_str()).collect()
    };
    let silent = Silent { path: &module.path, files: module.files, functions: module.functions, gaps, is_place };
    (!silent.gaps.is_empty()).then_some(silent)
}

/// The thing that a folder is named after, as a stem.
fn named(path: &str) -> String {
    stem(&path.rsplit('/').next().unwrap_or(path).to_lowercase())
}

/// True when a file is directly in a module, which is a folder; the root's path is empty or a dot.
pub(super) fn lies_in(file: &str, module: &Module) -> bool {
    let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
    folder == module.path.trim_end_matches('/') || (folder.is_empty() && module.path == ".")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Module;

    #[test]
    fn migrations_and_unrelated_folders_are_not_listed() {
        let module = |path: &str| Module { path: path.into(), files: 2, functions: 9, published: 0, gaps: 0 };
        let event = Event {
            event_type: "ticket.closed".into(),
            category: "ticketing".into(),
            state: State::Missing,
            sites: vec![],
            suggestions: vec![],
            no_suggestion: None,
            accepted: None,
            defined_at: None,
        };
        let modules = ["app/tickets", "app/db/migrations", "app/migrations/tickets", "app/utils"].map(module).into();
        let report = Report { events: vec![event], modules, ..Report::default() };
        let found: Vec<&str> = without_integration(&report).iter().map(|one| one.path).collect();
        assert_eq!(found, ["app/tickets"]);
    }
}
