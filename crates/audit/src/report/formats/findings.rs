//! A report as a flat list of findings for SARIF and annotations, each with a rule, a level and a place.

use super::{bypasses, figures::open_gaps, places::likely, undefined};
use crate::report::{Baseline, Event, Report, Site, SiteState, State, Suggestion, Undefined};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Error,
    Warning,
    Note,
}

/// Rules, the most important first: readers of annotations see only the first ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rule {
    NearMiss,
    Undefined,
    Bypass,
    Dead,
    Missing,
    ParallelOnly,
    WithoutTenant,
    Unresolved,
    Duplicate,
    Elsewhere,
}

impl Rule {
    pub(super) const ALL: [Self; 10] = [
        Self::NearMiss,
        Self::Undefined,
        Self::Bypass,
        Self::Dead,
        Self::Missing,
        Self::ParallelOnly,
        Self::WithoutTenant,
        Self::Unresolved,
        Self::Duplicate,
        Self::Elsewhere,
    ];

    pub(super) const fn id(self) -> &'static str {
        match self {
            Self::NearMiss => "near-miss",
            Self::Undefined => "event-undefined",
            Self::Bypass => "bypass",
            Self::Dead => "event-dead",
            Self::Missing => "event-missing",
            Self::ParallelOnly => "event-parallel-only",
            Self::WithoutTenant => "without-tenant",
            Self::Unresolved => "unresolved",
            Self::Duplicate => "event-duplicate",
            Self::Elsewhere => "event-elsewhere",
        }
    }

    /// The name that SARIF shows.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::NearMiss => "NearMiss",
            Self::Undefined => "EventUndefined",
            Self::Bypass => "Bypass",
            Self::Dead => "EventDead",
            Self::Missing => "EventMissing",
            Self::ParallelOnly => "EventParallelOnly",
            Self::WithoutTenant => "WithoutTenant",
            Self::Unresolved => "Unresolved",
            Self::Duplicate => "EventDuplicate",
            Self::Elsewhere => "EventElsewhere",
        }
    }

    pub(super) const fn level(self) -> Level {
        match self {
            Self::NearMiss | Self::Undefined => Level::Error,
            Self::Bypass | Self::Dead | Self::Missing | Self::ParallelOnly | Self::WithoutTenant => Level::Warning,
            Self::Unresolved | Self::Duplicate | Self::Elsewhere => Level::Note,
        }
    }

    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::NearMiss => "The published name is nearly one of the catalog",
            Self::Undefined => "A published event is not in the catalog",
            Self::Bypass => "Webhook tables are written without the bus",
            Self::Dead => "Nothing calls the code that publishes the event",
            Self::Missing => "A defined event is never published",
            Self::ParallelOnly => "Only a parallel system publishes the event",
            Self::WithoutTenant => "An event is published without a tenant",
            Self::Unresolved => "It is not known which event is published",
            Self::Duplicate => "Several modules publish the same event",
            Self::Elsewhere => "An event about a thing of the catalog goes to another bus",
        }
    }

    /// Explanation of the rule, and the remedy.
    pub(super) const fn help(self) -> &'static str {
        match self {
            Self::NearMiss => {
                "The name differs by little from one in the catalog, so subscribers of that one get nothing. Correct \
                 the name, or define this one too."
            }
            Self::Undefined => {
                "Nobody can subscribe to an event that the catalog does not have. Define it, or stop publishing it."
            }
            Self::Bypass => {
                "SQL writes a webhook table itself, past the checks and the delivery of the main bus. Publish on the \
                 main bus instead."
            }
            Self::Dead => {
                "The only code that publishes the event is never called. Call it where the thing happens, or remove it."
            }
            Self::Missing => {
                "The catalog promises the event and no code publishes it. Publish it, take it out of the catalog, or \
                 accept the gap in the configuration with a reason."
            }
            Self::ParallelOnly => {
                "The event goes to a bus that is not the one webhooks are delivered from. Publish it on the main bus \
                 too, or bridge the two."
            }
            Self::WithoutTenant => {
                "Other places of the same code give a tenant; without one the event may reach nobody, or everybody."
            }
            Self::Unresolved => {
                "The argument could not be followed to a value, so the event it stands for counts as not published \
                 here. A constant, or a parameter whose callers pass constants, can be followed."
            }
            Self::Duplicate => {
                "Receivers may get the event twice for one thing that happened. Check that the modules publish it for \
                 different causes."
            }
            Self::Elsewhere => {
                "The catalog has events of the same thing, but not this one, and the bus is not the one that webhooks \
                 are delivered from. Define it and publish it on the main bus if customers need it."
            }
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Spot<'report> {
    pub(super) file: &'report str,
    pub(super) line: u32,
    pub(super) function: Option<&'report str>,
}

#[derive(Clone, Debug)]
pub(super) struct Finding<'report> {
    pub(super) rule: Rule,
    pub(super) level: Level,
    /// The event type, or the table or expression when there is none.
    pub(super) subject: Option<&'report str>,
    pub(super) message: String,
    /// The main place.
    pub(super) spot: Option<Spot<'report>>,
    pub(super) related: Vec<(Spot<'report>, String)>,
    /// The event types of a statement that writes several.
    pub(super) events: Vec<&'report str>,
    /// The reason for accepting it.
    pub(super) accepted: Option<&'report str>,
    /// True when the baseline has it; `None` without a baseline.
    pub(super) known: Option<bool>,
}

/// All findings, sorted by rule and then in the order of the report.
pub(super) fn findings(report: &Report) -> Vec<Finding<'_>> {
    let mut all = Vec::new();
    all.extend(undefined(report));
    all.extend(bypasses::by_place(report).into_iter().map(bypass));
    let accepted = report.events.iter().filter(|event| event.state != State::Published && event.accepted.is_some());
    all.extend(open_gaps(report).chain(accepted).map(gap));
    all.extend(report.without_tenant.iter().map(|place| Finding {
        message: format!("{} is published without a tenant.", place.event_type.as_deref().unwrap_or("An event")),
        spot: Some(Spot { file: &place.file, line: place.line, function: place.function.as_deref() }),
        ..bare(Rule::WithoutTenant, place.event_type.as_deref())
    }));
    all.extend(report.unresolved.iter().map(|unresolved| Finding {
        message: match &unresolved.reason {
            Some(reason) => format!("It is not known which event this publishes: {} ({reason})", unresolved.expression),
            None => format!("It is not known which event this publishes: {}", unresolved.expression),
        },
        spot: Some(Spot { file: &unresolved.file, line: unresolved.line, function: Some(&unresolved.function) }),
        ..bare(Rule::Unresolved, Some(&unresolved.expression))
    }));
    all.extend(duplicates(report));
    if let Some(baseline) = &report.baseline {
        all.iter_mut().for_each(|finding| finding.known = Some(is_known(report, finding, baseline)));
    }
    // An error would be a claim about a catalog that may be the wrong one.
    if !report.catalog.is_sure() {
        all.iter_mut().for_each(|finding| finding.level = Level::Note);
    }
    all.sort_by_key(|finding| finding.rule);
    all
}

/// True when a finding is in the baseline. Kinds that no baseline records never fail a gate, so they count as known.
fn is_known(report: &Report, finding: &Finding<'_>, baseline: &Baseline) -> bool {
    let Some(subject) = finding.subject else { return true };
    match finding.rule {
        Rule::NearMiss | Rule::Undefined | Rule::Elsewhere => baseline.undefined.contains(subject),
        Rule::Dead | Rule::Missing | Rule::ParallelOnly => baseline.gaps.contains(subject),
        Rule::Bypass => finding.spot.as_ref().is_some_and(|spot| {
            let events: Vec<&str> = if finding.events.is_empty() { vec![subject] } else { finding.events.clone() };
            events.iter().all(|event| baseline.knows_place(report, spot.file, event))
        }),
        Rule::WithoutTenant | Rule::Unresolved | Rule::Duplicate => true,
    }
}

fn bare(rule: Rule, subject: Option<&str>) -> Finding<'_> {
    Finding {
        rule,
        level: rule.level(),
        subject,
        message: String::new(),
        spot: None,
        related: Vec::new(),
        events: Vec::new(),
        accepted: None,
        known: None,
    }
}

fn spot(site: &Site) -> Spot<'_> {
    Spot { file: &site.file, line: site.line, function: Some(&site.function) }
}

fn bypass(one: bypasses::Writes<'_>) -> Finding<'_> {
    let who = one.function.unwrap_or("This");
    let message = match one.events.as_slice() {
        [] => format!("{who} writes {} itself instead of publishing.", one.table),
        events => format!("{who} writes {} itself, for {}, instead of publishing.", one.table, events.join(", ")),
    };
    let subject = if let [event] = one.events.as_slice() { *event } else { one.table };
    Finding {
        message,
        spot: Some(Spot { file: one.file, line: one.line, function: one.function }),
        events: one.events,
        ..bare(Rule::Bypass, Some(subject))
    }
}

fn undefined(report: &Report) -> Vec<Finding<'_>> {
    // Without a catalog nothing is undefined.
    if report.summary.defined == 0 && report.events.is_empty() {
        return Vec::new();
    }
    let split = undefined::split(report);
    let main = split.main.into_iter().flat_map(on_main);
    // The rest are logs, metrics and the like; they are no findings.
    let elsewhere = split.related.into_iter().filter_map(elsewhere);
    main.chain(elsewhere).collect()
}

/// A finding for each place, since each must be changed.
fn on_main(undefined: &Undefined) -> impl Iterator<Item = Finding<'_>> {
    let name = &undefined.event_type;
    let (rule, message) = match undefined.near.first() {
        Some(near) => (Rule::NearMiss, format!("{name} is published, but not defined; the catalog has {near}.")),
        None => (Rule::Undefined, format!("{name} is published, but not defined in the catalog.")),
    };
    undefined.sites.iter().map(move |site| Finding {
        message: message.clone(),
        spot: Some(spot(site)),
        ..bare(rule, Some(name))
    })
}

fn elsewhere(undefined: &Undefined) -> Option<Finding<'_>> {
    let (first, more) = undefined.sites.split_first()?;
    let name = &undefined.event_type;
    Some(Finding {
        message: format!("{name} goes to {} and is not in the catalog.", undefined::bus(first)),
        spot: Some(spot(first)),
        related: more.iter().map(|site| (spot(site), format!("{} publishes it too.", site.function))).collect(),
        ..bare(Rule::Elsewhere, Some(name))
    })
}

fn gap(event: &Event) -> Finding<'_> {
    let (rule, state) = match event.state {
        State::Dead => (Rule::Dead, SiteState::Dead),
        State::ParallelOnly => (Rule::ParallelOnly, SiteState::Parallel),
        State::Missing | State::Published => (Rule::Missing, SiteState::Published),
    };
    let mut spots: Vec<(Spot<'_>, String)> = event
        .sites
        .iter()
        .filter(|site| site.state == state)
        .map(|site| (spot(site), format!("{} publishes it.", site.function)))
        .collect();
    let defined = event.defined_at.iter().map(|place| {
        (Spot { file: &place.file, line: place.line, function: None }, "The catalog defines it here.".to_owned())
    });
    let proposals = event.suggestions.iter().map(proposal);
    // The definition is a better place than a function that only may be the right one.
    match likely(event) {
        Some(_) => spots.extend(proposals.chain(defined)),
        None => spots.extend(defined.chain(proposals)),
    }
    let mut spots = spots.into_iter();
    let first = spots.next().map(|(spot, _)| spot);
    let name = &event.event_type;
    let message = match (rule, likely(event)) {
        (Rule::Dead, _) => format!("{name} is published by code that nothing calls."),
        (Rule::ParallelOnly, _) => {
            let bus = event.sites.iter().find(|site| site.state == state).map_or("another bus", undefined::bus);
            format!("{name} is published by {bus} only, not on the main bus.")
        }
        (_, Some(place)) => format!(
            "{name} is defined, but never published; {} most likely should: {}.",
            place.function,
            place.reason.trim_end_matches('.')
        ),
        (_, None) => format!("{name} is defined, but never published; no function stands out as the place."),
    };
    Finding {
        message,
        spot: first,
        related: spots.collect(),
        accepted: event.accepted.as_deref(),
        ..bare(rule, Some(name))
    }
}

fn proposal(place: &Suggestion) -> (Spot<'_>, String) {
    let spot = Spot { file: &place.file, line: place.line, function: Some(&place.function) };
    (spot, format!("{} may publish it: {}", place.function, place.reason))
}

fn duplicates(report: &Report) -> impl Iterator<Item = Finding<'_>> {
    report.duplicates.iter().map(|duplicate| {
        let event = report.events.iter().find(|event| event.event_type == duplicate.event_type);
        let mut sites = event
            .into_iter()
            .flat_map(|event| &event.sites)
            .filter(|site| site.state == SiteState::Published)
            .map(spot);
        Finding {
            message: format!("{} is published by {}.", duplicate.event_type, duplicate.modules.join(", ")),
            spot: sites.next(),
            related: sites
                .map(|spot| {
                    let text = format!("{} publishes it too.", spot.function.unwrap_or("This"));
                    (spot, text)
                })
                .collect(),
            ..bare(Rule::Duplicate, Some(&duplicate.event_type))
        }
    })
}
