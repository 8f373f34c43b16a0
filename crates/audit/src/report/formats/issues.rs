//! Known issues of the code base as a whole: problem, impact, solution, places. Gaps of single events are no issues here.

use super::{bypasses, systems::systems, undefined, words::counted};
use crate::report::Report;
use serde::Serialize;

/// Maximum number of places of an issue.
const PLACES: usize = 3;

#[derive(Serialize)]
pub(super) struct Issue {
    pub(super) title: String,
    pub(super) problem: String,
    pub(super) impact: String,
    pub(super) solution: String,
    pub(super) places: Vec<String>,
    /// Number of further places.
    pub(super) more: usize,
}

pub(super) fn issues(report: &Report) -> Vec<Issue> {
    let mut all = parallel_systems(report);
    all.extend(outside_of_the_catalog(report));
    all.extend(other_buses(report));
    all.extend(bypassing(report));
    all.extend(without_tenant(report));
    all.extend(duplicates(report));
    all.extend(unresolved(report));
    all
}

fn issue(title: &str, problem: String, impact: &str, solution: &str, places: Vec<String>) -> Issue {
    let more = places.len().saturating_sub(PLACES);
    let places = places.into_iter().take(PLACES).collect();
    Issue { title: title.into(), problem, impact: impact.into(), solution: solution.into(), places, more }
}

fn place(file: &str, line: u32) -> String {
    format!("{file}:{line}")
}

fn listed(names: &[&str]) -> String {
    let shown = names[..names.len().min(PLACES)].join(", ");
    if names.len() > PLACES { format!("{shown} and {} more", names.len() - PLACES) } else { shown }
}

fn parallel_systems(report: &Report) -> Vec<Issue> {
    let systems = systems(report).0.into_iter();
    let keeping = systems.filter(|system| !system.only_here.is_empty());
    let shown = |system: super::systems::System<'_>| Issue {
        title: format!("{} beside the webhooks", system.name),
        ..issue(
            "",
            format!("Only {} publishes {}, not the main bus.", system.name, listed(&system.only_here)),
            "Customers who subscribe to them hear nothing.",
            "Forward its events to the main bus in one adapter, or publish them in both.",
            vec![place(system.file, system.line)],
        )
    };
    keeping.map(shown).collect()
}

fn outside_of_the_catalog(report: &Report) -> Option<Issue> {
    let main = undefined::split(report).main;
    let names: Vec<&str> = main.iter().map(|one| one.event_type.as_str()).collect();
    let sites = main.iter().filter_map(|one| one.sites.first()).map(|site| place(&site.file, site.line)).collect();
    // Without a catalog, the document opens with it.
    (!names.is_empty() && report.summary.defined > 0).then(|| {
        issue(
            "Published, but not in the catalog",
            format!("{}: {}.", counted(names.len(), "event type"), listed(&names)),
            "Nobody can subscribe to them.",
            "Define each in the catalog, or correct its name.",
            sites,
        )
    })
}

fn other_buses(report: &Report) -> Vec<Issue> {
    let groups = undefined::by_bus(&undefined::split(report).related);
    let shown = |group: undefined::Elsewhere<'_>| Issue {
        title: format!("Events of {} that the catalog does not have", group.bus),
        ..issue(
            "",
            format!("It publishes {}, as plain strings or constants of its own.", listed(&group.events)),
            "They are about things that the catalog has events of, and nobody can subscribe to them.",
            "Define those that customers need in the catalog, and publish them on the main bus.",
            group.sites.iter().map(|site| place(&site.file, site.line)).collect(),
        )
    };
    groups.into_iter().map(shown).collect()
}

fn bypassing(report: &Report) -> Option<Issue> {
    let places = bypasses::by_place(report);
    let tables: Vec<&str> = places.iter().map(|one| one.table).collect();
    let first = tables.first()?;
    Some(issue(
        "Webhook tables written past the bus",
        format!("SQL writes {first} in {} outside of the webhook system.", counted(places.len(), "place")),
        "Nothing checks what is written, and nothing matches it with subscriptions.",
        "Publish on the main bus instead.",
        places.iter().map(|one| place(one.file, one.line)).collect(),
    ))
}

fn without_tenant(report: &Report) -> Option<Issue> {
    let places = &report.without_tenant;
    (!places.is_empty()).then(|| {
        issue(
            "Published without a tenant",
            format!("{} name no tenant, while most do.", counted(places.len(), "place")),
            "Nobody can tell whose subscriptions such an event is for.",
            "Pass the tenant there too.",
            places.iter().map(|one| place(&one.file, one.line)).collect(),
        )
    })
}

fn duplicates(report: &Report) -> Option<Issue> {
    let names: Vec<&str> = report.duplicates.iter().map(|one| one.event_type.as_str()).collect();
    (!names.is_empty()).then(|| {
        issue(
            "Published by more than one module",
            format!("{}: {}.", counted(names.len(), "event type"), listed(&names)),
            "Receivers may get two events for one occurrence.",
            "Check that the modules publish for different causes.",
            Vec::new(),
        )
    })
}

fn unresolved(report: &Report) -> Option<Issue> {
    let calls = &report.unresolved;
    (!calls.is_empty()).then(|| {
        issue(
            "Publishing calls that were not resolved",
            format!("The event of {} is not known from the code.", counted(calls.len(), "call")),
            "An event that one of them publishes is counted as a gap here.",
            "Look at them before you trust a gap; pass a constant where that is possible.",
            calls.iter().map(|one| place(&one.file, one.line)).collect(),
        )
    })
}
