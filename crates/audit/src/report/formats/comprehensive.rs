//! The comprehensive report, in Markdown: every event, every place, the roadmap, the method.

use super::{
    changes::blocks,
    figures::{Bar, bars, head, silent},
    phases::roadmap,
    templates,
};
use crate::report::{Event, Module, Report, SiteState, State};
use minijinja::{context, value::Serde};
use serde::Serialize;

/// A category, and the events in it.
#[derive(Serialize)]
struct Section<'report> {
    bar: Bar,
    events: Vec<&'report Event>,
}

/// A module that publishes or has gaps, with its events.
#[derive(Serialize)]
struct Integrated<'report> {
    module: &'report Module,
    published: Vec<&'report str>,
    gaps: Vec<&'report str>,
}

pub(super) fn render(report: &Report) -> String {
    let context = context! {
        head => Serde(head(report)),
        report => Serde(report),
        blocks => Serde(blocks(report)),
        sections => Serde(sections(report)),
        unlisted => Serde(unlisted(report)),
        modules => Serde(integrated(report)),
        silent => Serde(silent(report)),
        accepted => Serde(accepted(report)),
        roadmap => Serde(roadmap(report)),
        version => env!("CARGO_PKG_VERSION"),
    };
    templates::render("comprehensive.md", context)
}

fn sections(report: &Report) -> Vec<Section<'_>> {
    let section = |bar: Bar| {
        let events = report.events.iter().filter(|event| event.category == bar.name).collect();
        Section { bar, events }
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

fn integrated(report: &Report) -> Vec<Integrated<'_>> {
    let of_module = |module| {
        let published = |event: &&Event| {
            event.sites.iter().any(|site| site.state == SiteState::Published && lies_in(&site.file, module))
        };
        let gap = |event: &&Event| {
            event.state != State::Published
                && event.suggestions.first().is_some_and(|place| lies_in(&place.file, module))
        };
        Integrated {
            module,
            published: report.events.iter().filter(published).map(|event| event.event_type.as_str()).collect(),
            gaps: report.events.iter().filter(gap).map(|event| event.event_type.as_str()).collect(),
        }
    };
    let touched = |module: &&Module| module.published > 0 || module.gaps > 0;
    report.modules.iter().filter(touched).map(of_module).collect()
}

/// True when a file is directly in a module, which is a folder; the root's path is empty or a dot.
fn lies_in(file: &str, module: &Module) -> bool {
    let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
    folder == module.path.trim_end_matches('/') || (folder.is_empty() && module.path == ".")
}
