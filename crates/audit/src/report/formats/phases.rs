//! The roadmap: assigns each gap to a phase, by rules that the report prints. No estimate of effort, only the number of
//! events and files in each phase.

use super::figures::{counted, open_gaps};
use crate::report::{Event, Report, Site, SiteState, State, Suggestion};
use serde::Serialize;
use std::collections::BTreeSet;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    NearlyKept,
    Business,
    Core,
    Data,
    Rest,
    Architecture,
}

/// Words of a category, or of the first part of an event type, in the singular.
const BUSINESS: [&str; 18] = [
    "billing",
    "cart",
    "charge",
    "checkout",
    "credit",
    "discount",
    "dunning",
    "invoice",
    "order",
    "payment",
    "payout",
    "plan",
    "price",
    "purchase",
    "refund",
    "sale",
    "subscription",
    "tax",
];
const CORE: [&str; 14] = [
    "account",
    "auth",
    "company",
    "contact",
    "customer",
    "identity",
    "lead",
    "member",
    "organization",
    "partner",
    "role",
    "team",
    "tenant",
    "user",
];
const DATA: [&str; 14] = [
    "asset",
    "backup",
    "data",
    "document",
    "export",
    "file",
    "import",
    "inventory",
    "product",
    "shipment",
    "stock",
    "storage",
    "transfer",
    "warehouse",
];

impl Phase {
    pub(super) const ALL: [Self; 6] =
        [Self::NearlyKept, Self::Business, Self::Core, Self::Data, Self::Rest, Self::Architecture];

    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::NearlyKept => "Promises that are nearly kept",
            Self::Business => "Business-critical events",
            Self::Core => "Core entities",
            Self::Data => "Data operations",
            Self::Rest => "Communication, analytics, audit and the rest",
            Self::Architecture => "Parallel systems",
        }
    }

    /// The rule of the phase; a gap is in the first phase whose rule matches.
    pub(super) fn rule(self) -> String {
        let words = |words: &[&str]| {
            format!("Missing or undefined, and the category (else the event type) says: {}.", words.join(", "))
        };
        match self {
            Self::NearlyKept => "Any category: a published name that differs a little from one in the catalog, dead \
                                 code, SQL that writes webhook tables itself, publishing without a tenant."
                .into(),
            Self::Business => words(&BUSINESS),
            Self::Core => words(&CORE),
            Self::Data => words(&DATA),
            Self::Rest => "Missing or undefined, in any other category.".into(),
            Self::Architecture => "Any category: events that only a parallel system publishes.".into(),
        }
    }

    /// The phase for an event: by the words of its category, else by the first part of its type.
    pub(super) fn of(category: &str, event_type: &str) -> Self {
        let first = event_type.split(['.', ':', '/']).next().unwrap_or_default();
        [category, first].into_iter().find_map(by_words).unwrap_or(Self::Rest)
    }
}

fn by_words(text: &str) -> Option<Phase> {
    let text = text.to_lowercase();
    let words: Vec<&str> = text.split(|char: char| !char.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let says = |list: &[&str]| {
        words.iter().any(|word| list.contains(word) || word.strip_suffix('s').is_some_and(|one| list.contains(&one)))
    };
    [(&BUSINESS[..], Phase::Business), (&CORE[..], Phase::Core), (&DATA[..], Phase::Data)]
        .into_iter()
        .find_map(|(list, phase)| says(list).then_some(phase))
}

/// A task of the roadmap.
#[derive(Serialize)]
pub(super) struct Task<'report> {
    /// The kind of problem, in a word or two.
    pub(super) kind: &'static str,
    /// The event type, or the parallel system.
    pub(super) subject: Option<&'report str>,
    pub(super) file: Option<&'report str>,
    pub(super) line: u32,
    pub(super) function: Option<&'report str>,
    /// The advice, as a sentence.
    pub(super) advice: String,
    /// The code to write, and the example that it was made from.
    pub(super) snippet: Option<&'report str>,
    pub(super) example: Option<&'report str>,
}

#[derive(Serialize)]
pub(super) struct Plan<'report> {
    pub(super) number: usize,
    pub(super) title: &'static str,
    pub(super) rule: String,
    /// The number of events and files, as a sentence.
    pub(super) extent: String,
    pub(super) tasks: Vec<Task<'report>>,
}

/// All phases, the empty ones too. Accepted gaps are in none.
pub(super) fn roadmap(report: &Report) -> Vec<Plan<'_>> {
    let mut placed = near_misses(report);
    for event in open_gaps(report) {
        placed.push(of_gap(event));
    }
    placed.extend(bypasses(report));
    placed.extend(without_tenant(report));
    placed.extend(parallel_systems(report));
    let mut plans: Vec<Plan<'_>> = Phase::ALL
        .iter()
        .enumerate()
        .map(|(at, phase)| Plan {
            number: at + 1,
            title: phase.title(),
            rule: phase.rule(),
            extent: String::new(),
            tasks: Vec::new(),
        })
        .collect();
    for (phase, task) in placed {
        plans[phase as usize].tasks.push(task);
    }
    for plan in &mut plans {
        plan.extent = extent(&plan.tasks);
    }
    plans
}

fn extent(tasks: &[Task<'_>]) -> String {
    if tasks.is_empty() {
        return "Nothing to do.".into();
    }
    let events: BTreeSet<&str> =
        tasks.iter().filter(|task| task.kind != SYSTEM).filter_map(|task| task.subject).collect();
    let files: BTreeSet<&str> = tasks.iter().filter_map(|task| task.file).collect();
    let mut text = format!("{}: {}", counted(tasks.len(), "task"), counted(events.len(), "event type"));
    if !files.is_empty() {
        text.push_str(&format!(" in {}", counted(files.len(), "file")));
    }
    text.push('.');
    let dead = tasks.iter().filter(|task| task.kind == DEAD).count();
    if dead > 0 {
        text.push_str(&format!(" The code is there for {}: it only needs a call.", counted(dead, "event type")));
    }
    let nowhere = tasks.iter().filter(|task| task.kind == MISSING && task.file.is_none()).count();
    if nowhere > 0 {
        text.push_str(&format!(" For {} no place was found.", counted(nowhere, "event type")));
    }
    text
}

const MISSING: &str = "missing";
const DEAD: &str = "dead";
const SYSTEM: &str = "parallel system";

fn best(event: &Event) -> Option<&Suggestion> {
    event.suggestions.first()
}

fn of_gap<'report>(event: &'report Event) -> (Phase, Task<'report>) {
    let site = |state: SiteState| event.sites.iter().find(|site| site.state == state).or(event.sites.first());
    let at = |kind, site: Option<&'report Site>, advice| Task {
        kind,
        subject: Some(&event.event_type),
        file: site.map(|site| site.file.as_str()),
        line: site.map_or(0, |site| site.line),
        function: site.map(|site| site.function.as_str()),
        advice,
        snippet: best(event).map(|place| place.snippet.as_str()),
        example: best(event).and_then(|place| place.example.as_deref()),
    };
    match event.state {
        State::Dead => {
            let site = site(SiteState::Dead);
            let advice = match best(event) {
                Some(place) => format!(
                    "Nothing calls it; call it, most likely from {} ({}:{}).",
                    place.function, place.file, place.line
                ),
                None => "Nothing calls it; call it where the thing happens, or remove it.".into(),
            };
            (Phase::NearlyKept, at(DEAD, site, advice))
        }
        State::ParallelOnly => {
            let site = site(SiteState::Parallel);
            let bus = site.map_or("another bus", |site| site.bus.as_str());
            let advice = format!("Only {bus} publishes it; publish on the main bus too, or bridge the two.");
            (Phase::Architecture, at("parallel only", site, advice))
        }
        State::Missing | State::Published => (Phase::of(&event.category, &event.event_type), missing(event)),
    }
}

fn missing(event: &Event) -> Task<'_> {
    let place = best(event);
    let advice = place.map_or_else(
        || "No function was found that looks like the place.".to_owned(),
        |place| format!("Publish it here: {} (score {} of 100).", place.reason, place.score),
    );
    Task {
        kind: MISSING,
        subject: Some(&event.event_type),
        file: place.map(|place| place.file.as_str()),
        line: place.map_or(0, |place| place.line),
        function: place.map(|place| place.function.as_str()),
        advice,
        snippet: place.map(|place| place.snippet.as_str()),
        example: place.and_then(|place| place.example.as_deref()),
    }
}

fn near_misses(report: &Report) -> Vec<(Phase, Task<'_>)> {
    let mut tasks = Vec::new();
    for undefined in &report.undefined {
        let name = &undefined.event_type;
        let (phase, kind, advice) = match undefined.near.first() {
            Some(near) => (
                Phase::NearlyKept,
                "near miss",
                format!("The catalog has {near}; correct the name, or define this one too."),
            ),
            None => (
                Phase::of("", name),
                "undefined",
                "Nobody can subscribe to it; define it in the catalog, or stop publishing it.".to_owned(),
            ),
        };
        for site in &undefined.sites {
            let task = Task {
                kind,
                subject: Some(name),
                file: Some(&site.file),
                line: site.line,
                function: Some(&site.function),
                advice: advice.clone(),
                snippet: None,
                example: None,
            };
            tasks.push((phase, task));
        }
    }
    tasks
}

fn bypasses(report: &Report) -> impl Iterator<Item = (Phase, Task<'_>)> {
    report.bypasses.iter().map(|bypass| {
        let task = Task {
            kind: "bypass",
            subject: bypass.event_type.as_deref(),
            file: Some(&bypass.file),
            line: bypass.line,
            function: bypass.function.as_deref(),
            advice: format!("It writes {} itself; publish on the main bus instead.", bypass.table),
            snippet: None,
            example: None,
        };
        (Phase::NearlyKept, task)
    })
}

fn without_tenant(report: &Report) -> impl Iterator<Item = (Phase, Task<'_>)> {
    report.without_tenant.iter().map(|place| {
        let task = Task {
            kind: "without tenant",
            subject: place.event_type.as_deref(),
            file: Some(&place.file),
            line: place.line,
            function: place.function.as_deref(),
            advice: "Pass the tenant, as other places do.".into(),
            snippet: None,
            example: None,
        };
        (Phase::NearlyKept, task)
    })
}

fn parallel_systems(report: &Report) -> impl Iterator<Item = (Phase, Task<'_>)> {
    report.parallel_systems.iter().map(|system| {
        let task = Task {
            kind: SYSTEM,
            subject: Some(&system.name),
            file: Some(&system.file),
            line: system.line,
            function: None,
            advice: format!(
                "Bridge it to the main bus. Events in the catalog: {}; published nowhere else: {}.",
                system.overlap.len(),
                system.unbridged.len()
            ),
            snippet: None,
            example: None,
        };
        (Phase::Architecture, task)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_category_decides_before_the_event_type() {
        for (category, event_type, phase) in [
            ("billing", "invoice.paid", Phase::Business),
            ("Credit Notes", "credit_note.created", Phase::Business),
            ("customers", "customer.created", Phase::Core),
            ("file_storage", "storage.quota_exceeded", Phase::Data),
            ("audit", "security.alert", Phase::Rest),
            ("other", "sales_order.created", Phase::Business),
            ("", "user:login", Phase::Core),
            ("", "", Phase::Rest),
        ] {
            assert_eq!(Phase::of(category, event_type), phase, "{category} {event_type}");
        }
    }

    #[test]
    fn a_phase_is_its_place_in_the_list() {
        for (at, phase) in Phase::ALL.into_iter().enumerate() {
            assert_eq!(phase as usize, at);
        }
    }
}
