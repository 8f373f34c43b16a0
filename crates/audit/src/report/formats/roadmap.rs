//! The roadmap: the tasks that follow from a report, each in a phase. No estimate of effort, only the number of events and
//! files in each phase.

use super::{bypasses, figures::open_gaps, phases::Phase, places::likely, systems::systems, undefined, words::counted};
use crate::report::{Event, Report, Site, SiteState, State, Suggestion, Undefined};
use serde::Serialize;
use std::collections::BTreeSet;

/// A task of the roadmap.
#[derive(Serialize)]
pub(super) struct Task<'report> {
    /// The kind of problem, in a word or two.
    pub(super) kind: &'static str,
    /// The event type, the function that writes a table, or the parallel system.
    pub(super) subject: &'report str,
    /// Event types of a task for several of them.
    pub(super) events: Vec<&'report str>,
    /// The first place of each of these events, when the task is about places of their own.
    pub(super) event_places: Vec<Spot<'report>>,
    /// The places to change, each once.
    pub(super) places: Vec<Spot<'report>>,
    /// The advice, as a sentence.
    pub(super) advice: String,
    /// The code to write, and the example that it was made from.
    pub(super) snippet: Option<&'report str>,
    pub(super) example: Option<&'report str>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Spot<'report> {
    pub(super) file: &'report str,
    pub(super) line: u32,
    pub(super) function: Option<&'report str>,
}

#[derive(Serialize)]
pub(super) struct Plan<'report> {
    pub(super) number: usize,
    pub(super) title: &'static str,
    pub(super) benefit: &'static str,
    pub(super) rule: String,
    /// The number of events and files, as a sentence.
    pub(super) extent: String,
    /// The files of the tasks, each once.
    pub(super) files: Vec<&'report str>,
    pub(super) tasks: Vec<Task<'report>>,
}

/// The phases with a task, numbered in sequence. Accepted gaps are in none.
pub(super) fn roadmap(report: &Report) -> Vec<Plan<'_>> {
    let mut placed = Vec::new();
    let systems = systems(report).0;
    let bridged: BTreeSet<&str> = systems.iter().flat_map(|system| system.only_here.iter().copied()).collect();
    for event in open_gaps(report) {
        if event.state != State::ParallelOnly || !bridged.contains(event.event_type.as_str()) {
            placed.push(of_gap(event));
        }
    }
    placed.extend(undefined_events(report));
    placed.extend(bypasses::by_place(report).into_iter().map(bypass));
    placed.extend(without_tenant(report));
    placed.extend(systems.into_iter().filter(|system| !system.only_here.is_empty()).map(bridge));
    placed.extend(related(report));
    let phases = Phase::ALL.into_iter().map(|phase| {
        let tasks: (Vec<_>, Vec<_>) = std::mem::take(&mut placed).into_iter().partition(|(of, _)| *of == phase);
        placed = tasks.1;
        (phase, tasks.0.into_iter().map(|(_, task)| task).collect::<Vec<_>>())
    });
    phases
        .filter(|(_, tasks)| !tasks.is_empty())
        .enumerate()
        .map(|(at, (phase, tasks))| plan(at + 1, phase, tasks))
        .collect()
}

fn plan(number: usize, phase: Phase, tasks: Vec<Task<'_>>) -> Plan<'_> {
    let files: BTreeSet<&str> = tasks.iter().flat_map(|task| &task.places).map(|place| place.file).collect();
    Plan {
        number,
        title: phase.title(),
        benefit: phase.benefit(),
        rule: phase.rule(),
        extent: extent(&tasks, files.len()),
        files: files.into_iter().collect(),
        tasks,
    }
}

fn extent(tasks: &[Task<'_>], files: usize) -> String {
    let of_one = tasks.iter().filter(|task| task.events.is_empty() && task.is_event()).map(|task| task.subject);
    let events: BTreeSet<&str> = tasks.iter().flat_map(|task| task.events.iter().copied()).chain(of_one).collect();
    let mut text = counted(tasks.len(), "task");
    if !events.is_empty() {
        text.push_str(&format!(": {}", counted(events.len(), "event type")));
    }
    if files > 0 {
        text.push_str(&format!(" in {}", counted(files, "file")));
    }
    text.push('.');
    let nowhere = tasks.iter().filter(|task| task.kind == MISSING && task.places.is_empty()).count();
    if nowhere > 0 {
        text.push_str(&format!(" For {} no place stands out.", counted(nowhere, "event type")));
    }
    text
}

const MISSING: &str = "missing";
const BYPASS: &str = "bypass";
const SYSTEM: &str = "parallel system";
const TENANT: &str = "without tenant";

impl Task<'_> {
    fn is_event(&self) -> bool {
        ![BYPASS, SYSTEM, TENANT].contains(&self.kind)
    }
}

/// A task for one event.
fn task<'report>(kind: &'static str, subject: &'report str, advice: String) -> Task<'report> {
    Task {
        kind,
        subject,
        events: Vec::new(),
        event_places: Vec::new(),
        places: Vec::new(),
        advice,
        snippet: None,
        example: None,
    }
}

fn spot(site: &Site) -> Spot<'_> {
    Spot { file: &site.file, line: site.line, function: Some(&site.function) }
}

fn proposed(place: &Suggestion) -> Spot<'_> {
    Spot { file: &place.file, line: place.line, function: Some(&place.function) }
}

/// The task with the snippet of a suggestion, when it has one.
fn with_snippet<'report>(task: Task<'report>, place: Option<&'report Suggestion>) -> Task<'report> {
    let place = place.filter(|place| !place.snippet.trim().is_empty());
    Task {
        snippet: place.map(|place| place.snippet.as_str()),
        example: place.and_then(|place| place.example.as_deref()),
        ..task
    }
}

fn of_gap(event: &Event) -> (Phase, Task<'_>) {
    let sites = |state: SiteState| event.sites.iter().filter(move |site| site.state == state).map(spot).collect();
    let place = likely(event);
    match event.state {
        State::Dead => {
            let site = event.sites.iter().find(|site| site.state == SiteState::Dead);
            let helper = site.map_or_else(
                || "its code".to_owned(),
                |site| format!("{} ({}:{})", site.function, site.file, site.line),
            );
            let (places, advice) = match place {
                Some(place) => (vec![proposed(place)], format!("Call {helper} here, most likely; nothing calls it.")),
                None => (
                    sites(SiteState::Dead),
                    "Nothing calls it; call it where the thing happens, or remove it.".to_owned(),
                ),
            };
            let task = with_snippet(Task { places, ..task("dead", &event.event_type, advice) }, place);
            // The snippet is a call of the helper itself; it has no example.
            (Phase::NearlyKept, Task { example: None, ..task })
        }
        State::ParallelOnly => {
            let site = event.sites.iter().find(|site| site.state == SiteState::Parallel);
            let bus = site.map_or("another bus", undefined::bus);
            let advice = format!("Only {bus} publishes it; publish on the main bus too, or bridge the two.");
            let task = Task { places: sites(SiteState::Parallel), ..task("parallel only", &event.event_type, advice) };
            (Phase::Architecture, task)
        }
        State::Missing | State::Published => {
            let advice = match place {
                Some(place) => format!("Publish it here: {}.", place.reason.trim_end_matches('.')),
                None => "No function stands out as the place; publish it where the thing happens.".to_owned(),
            };
            let places = place.map(proposed).into_iter().collect();
            let task = Task { places, ..task(MISSING, &event.event_type, advice) };
            (Phase::of(&event.category, &event.event_type), with_snippet(task, place))
        }
    }
}

fn undefined_events(report: &Report) -> Vec<(Phase, Task<'_>)> {
    // Without a catalog the list of all events is the task; see `problems`.
    if report.summary.defined == 0 {
        return Vec::new();
    }
    undefined::split(report).main.into_iter().map(undefined_event).collect()
}

fn undefined_event(one: &Undefined) -> (Phase, Task<'_>) {
    let (phase, kind, advice) = match one.near.first() {
        Some(near) => (
            Phase::NearlyKept,
            "near miss",
            format!("The catalog has {near}; correct the name, or define this one too."),
        ),
        None => (
            Phase::of("", &one.event_type),
            "undefined",
            "Nobody can subscribe to it; define it in the catalog, or stop publishing it.".to_owned(),
        ),
    };
    (phase, Task { places: one.sites.iter().map(spot).collect(), ..task(kind, &one.event_type, advice) })
}

fn bypass(one: bypasses::Writes<'_>) -> (Phase, Task<'_>) {
    let task = Task {
        events: one.events,
        places: vec![Spot { file: one.file, line: one.line, function: one.function }],
        ..task(
            BYPASS,
            one.function.unwrap_or(one.table),
            format!("It writes {} itself; publish on the main bus instead.", one.table),
        )
    };
    (Phase::NearlyKept, task)
}

/// One task for all places, since the change is the same.
fn without_tenant(report: &Report) -> Option<(Phase, Task<'_>)> {
    let first = report.without_tenant.first()?;
    let events: BTreeSet<&str> = report.without_tenant.iter().filter_map(|place| place.event_type.as_deref()).collect();
    let mut places: Vec<Spot<'_>> = Vec::new();
    for place in &report.without_tenant {
        let spot = Spot { file: &place.file, line: place.line, function: place.function.as_deref() };
        if !places.contains(&spot) {
            places.push(spot);
        }
    }
    let subject = first.event_type.as_deref().filter(|_| events.len() == 1).unwrap_or("publishing calls");
    let events = if events.len() == 1 { Vec::new() } else { events.into_iter().collect() };
    let task = Task { events, places, ..task(TENANT, subject, "Pass the tenant, as most places do.".into()) };
    Some((Phase::NearlyKept, task))
}

fn bridge(system: super::systems::System<'_>) -> (Phase, Task<'_>) {
    let mut advice = "Forward these events of the catalog to the main bus, or publish them there too.".to_owned();
    if !system.own.is_empty() {
        advice.push_str(&format!(
            " It also publishes {} that the catalog does not have.",
            counted(system.own.len(), "event")
        ));
    }
    let task = Task {
        events: system.only_here,
        places: vec![Spot { file: system.file, line: system.line, function: None }],
        ..task(SYSTEM, system.name, advice)
    };
    (Phase::Architecture, task)
}

/// Events about things of the catalog that another bus publishes and the catalog does not have: a task for each bus.
fn related(report: &Report) -> impl Iterator<Item = (Phase, Task<'_>)> {
    undefined::by_bus(&undefined::split(report).related).into_iter().map(|group| {
        let task = Task {
            events: group.events,
            event_places: group.firsts.into_iter().map(spot).collect(),
            places: group.sites.into_iter().map(spot).collect(),
            ..task(
                "not in the catalog",
                group.bus,
                "Only this bus publishes them, so nobody can subscribe. Define those that customers need, and publish \
                 them on the main bus."
                    .into(),
            )
        };
        (Phase::Architecture, task)
    })
}
