//! The comprehensive report, in Markdown: every event, every place, the roadmap, the method.

use super::{
    bypasses,
    changes::blocks,
    figures::{Bar, bars, head, statistics},
    modules::{lies_in, without_integration},
    places::{SCORE_SHOWN, likely},
    problems::opening,
    roadmap::roadmap,
    systems::systems,
    templates, undefined,
};
use crate::report::{Event, Module, Place, Report, Site, SiteState, State, Undefined, Unresolved};
use minijinja::{context, value::Serde};
use serde::Serialize;
use std::collections::BTreeMap;

/// A category, and the events in it.
#[derive(Serialize)]
struct Section<'report> {
    bar: Bar,
    gaps: Vec<&'report Event>,
    published: Vec<&'report Event>,
}

/// A module that publishes or is the likely place of gaps, with its events.
#[derive(Serialize)]
struct Integrated<'report> {
    module: &'report Module,
    published: Vec<&'report str>,
    gaps: Vec<&'report str>,
}

/// Undefined events of one bus.
#[derive(Serialize)]
struct Related<'report> {
    bus: &'report str,
    events: Vec<&'report Undefined>,
}

/// The places without a tenant in a file.
#[derive(Serialize)]
struct WithoutTenant<'report> {
    file: &'report str,
    places: Vec<&'report Place>,
}

/// The calls in a file that could not be resolved.
#[derive(Serialize)]
struct Calls<'report> {
    file: &'report str,
    calls: Vec<&'report Unresolved>,
}

pub(super) fn render(report: &Report) -> String {
    let undefined = undefined::split(report);
    let (near, far) = systems(report);
    let sections = sections(report);
    let unlisted = unlisted(report);
    let context = context! {
        head => Serde(head(report)),
        opening => Serde(opening(report)),
        statistics => Serde(statistics(report)),
        report => Serde(report),
        bus_at => Serde(&report.catalog.bus_at),
        blocks => Serde(blocks(report)),
        with_gaps => !unlisted.is_empty() || sections.iter().any(|section| !section.gaps.is_empty()),
        sections => Serde(&sections),
        unlisted => Serde(unlisted),
        undefined => context! { main => Serde(&undefined.main), related => !undefined.related.is_empty() },
        related => Serde(related(&undefined.related)),
        rest => Serde(undefined::by_bus(&undefined.rest)),
        bypasses => Serde(bypasses::by_place(report)),
        tenants => Serde(tenants(report)),
        systems => Serde(near),
        other_systems => Serde(far),
        unresolved => Serde(unresolved(report)),
        modules => Serde(integrated(report)),
        silent => Serde(without_integration(report)),
        accepted => Serde(accepted(report)),
        roadmap => Serde(roadmap(report)),
        not_found => Serde(not_found(report)),
        score_shown => SCORE_SHOWN,
        version => env!("CARGO_PKG_VERSION"),
    };
    templates::render("comprehensive.md", context)
}

fn sections(report: &Report) -> Vec<Section<'_>> {
    let section = |bar: Bar| {
        let of_it = report.events.iter().filter(|event| event.category == bar.name);
        let (published, gaps) = of_it.partition(|event| event.state == State::Published);
        Section { bar, gaps, published }
    };
    bars(report).into_iter().map(section).collect()
}

/// Events whose category the report does not list.
fn unlisted(report: &Report) -> Vec<&Event> {
    let listed = |event: &&Event| report.categories.iter().any(|category| category.name == event.category);
    report.events.iter().filter(|event| !listed(event)).collect()
}

fn accepted(report: &Report) -> Vec<&Event> {
    report.events.iter().filter(|event| event.state != State::Published && event.accepted.is_some()).collect()
}

fn related<'report>(undefined: &[&'report Undefined]) -> Vec<Related<'report>> {
    let mut buses: BTreeMap<&str, Vec<&Undefined>> = BTreeMap::new();
    for one in undefined {
        buses.entry(one.sites.first().map_or("another bus", undefined::bus)).or_default().push(one);
    }
    buses.into_iter().map(|(bus, events)| Related { bus, events }).collect()
}

fn tenants(report: &Report) -> Vec<WithoutTenant<'_>> {
    let mut files: BTreeMap<&str, Vec<&Place>> = BTreeMap::new();
    for place in &report.without_tenant {
        files.entry(&place.file).or_default().push(place);
    }
    files.into_iter().map(|(file, places)| WithoutTenant { file, places }).collect()
}

fn unresolved(report: &Report) -> Vec<Calls<'_>> {
    let mut files: BTreeMap<&str, Vec<&Unresolved>> = BTreeMap::new();
    for one in &report.unresolved {
        files.entry(&one.file).or_default().push(one);
    }
    files.into_iter().map(|(file, calls)| Calls { file, calls }).collect()
}

fn integrated(report: &Report) -> Vec<Integrated<'_>> {
    let of_module = |module| {
        let here = |site: &Site| site.state == SiteState::Published && lies_in(&site.file, module);
        let published = report.events.iter().filter(|event| event.sites.iter().any(here));
        let gaps = report.events.iter().filter(|event| {
            event.state != State::Published && likely(event).is_some_and(|place| lies_in(&place.file, module))
        });
        Integrated {
            module,
            published: published.map(|event| event.event_type.as_str()).collect(),
            gaps: gaps.map(|event| event.event_type.as_str()).collect(),
        }
    };
    let modules = report.modules.iter().map(of_module);
    modules.filter(|entry| !entry.published.is_empty() || !entry.gaps.is_empty()).collect()
}

/// Kinds of findings that the report has none of.
fn not_found(report: &Report) -> Vec<&'static str> {
    let undefined = undefined::split(report);
    let kinds = [
        ("events on the main bus that are not in the catalog", undefined.main.is_empty()),
        ("SQL that writes webhook tables", report.bypasses.is_empty()),
        ("places without a tenant", report.without_tenant.is_empty()),
        ("parallel systems", report.parallel_systems.is_empty()),
        ("events that several modules publish", report.duplicates.is_empty()),
        ("publishing calls that cannot be resolved", report.unresolved.is_empty()),
    ];
    kinds.into_iter().filter(|(_, none)| *none).map(|(kind, _)| kind).collect()
}
