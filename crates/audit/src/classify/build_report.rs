//! Builds the report from the classified sites: events with their states, undefined events, parallel systems,
//! unresolved calls, duplicates and modules.

use crate::{
    classify::{Classifier, Promised},
    config::Config,
    detect::site::Site,
    report::{
        Bypass, Category, Duplicate, Event, Module, ParallelSystem, Place, Report, SiteState, State, Summary,
        Undefined, Unresolved,
    },
    resolve::{GroupKey, walk::Failed},
    text::{path::folder, similar},
};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The events of a parallel system: those in the catalog, and those that the main system does not publish.
type Events<'s> = (BTreeSet<&'s str>, BTreeSet<&'s str>);

impl Classifier<'_> {
    pub(crate) fn report(
        &self,
        promised: &[Promised],
        bypasses: Vec<Bypass>,
        failed: &[Failed],
        config: &Config,
    ) -> Report {
        let events = self.events(promised, config);
        let undefined = self.undefined();
        let count = |state: State| events.iter().filter(|event| event.state == state).count();
        let published = count(State::Published);
        let defined = events.len();
        let accepted = events.iter().filter(|event| event.accepted.is_some()).count();
        let coverage = if defined == 0 { 0.0 } else { (published as f64 * 1000.0 / defined as f64).round() / 10.0 };
        let summary = Summary {
            defined,
            published,
            parallel_only: count(State::ParallelOnly),
            dead: count(State::Dead),
            missing: count(State::Missing),
            undefined: undefined.len(),
            coverage,
            accepted,
        };
        let mut categories: BTreeMap<&str, Category> = BTreeMap::new();
        for event in &events {
            let category = categories.entry(&event.category).or_default();
            category.name.clone_from(&event.category);
            category.defined += 1;
            category.published += usize::from(event.state == State::Published);
        }
        Report {
            schema_version: crate::report::SCHEMA_VERSION,
            summary,
            catalog: self.shown_choice(published),
            categories: categories.into_values().collect(),
            undefined,
            parallel_systems: self.parallel_systems(),
            bypasses,
            unresolved: self.unresolved(failed),
            without_tenant: self.without_tenant(),
            duplicates: self.duplicates(),
            modules: self.modules(),
            events,
            ..Report::default()
        }
    }

    fn events(&self, promised: &[Promised], config: &Config) -> Vec<Event> {
        let mut sites: BTreeMap<&str, Vec<&Site<'_>>> = BTreeMap::new();
        for site in &self.sites {
            sites.entry(&site.event).or_default().push(site);
        }
        let defined_at = self.main.map(|group| {
            let file = &self.project.files[group.file].file;
            let place = |line| Place { event_type: None, file: file.clone(), line, function: None };
            group.members.iter().map(|member| (member.event.as_str(), place(member.line))).collect::<HashMap<_, _>>()
        });
        let event = |one: &Promised| {
            let sites: Vec<&Site<'_>> = sites.get(one.event_type.as_str()).cloned().unwrap_or_default();
            let states: Vec<SiteState> = sites.iter().map(|site| self.state(site)).collect();
            let state = Self::event_state(&states);
            Event {
                event_type: one.event_type.clone(),
                category: one.category.clone().unwrap_or_default(),
                state,
                sites: self.shown_once(&sites),
                suggestions: Vec::new(),
                no_suggestion: None,
                accepted: (state != State::Published)
                    .then(|| config.accepted(&one.event_type).map(str::to_owned))
                    .flatten(),
                defined_at: defined_at.as_ref().and_then(|places| places.get(self.spelt(&one.event_type)).cloned()),
            }
        };
        let mut events: Vec<Event> = promised.iter().map(event).collect();
        events.sort_by(|one, other| one.event_type.cmp(&other.event_type));
        events.dedup_by(|one, other| one.event_type == other.event_type);
        events
    }

    /// The sites as the report shows them. Calls on one line that publish the same event in the same way are one.
    fn shown_once(&self, sites: &[&Site<'_>]) -> Vec<crate::report::Site> {
        let mut shown: Vec<crate::report::Site> = Vec::with_capacity(sites.len());
        for site in sites.iter().map(|site| self.shown(site)) {
            let way = |one: &crate::report::Site| {
                (one.file.clone(), one.line, one.function.clone(), one.via.clone(), one.state, one.tenant)
            };
            if !shown.iter().any(|one| way(one) == way(&site)) {
                shown.push(site);
            }
        }
        shown
    }

    fn shown(&self, site: &Site<'_>) -> crate::report::Site {
        crate::report::Site {
            file: self.project.file(site.at).to_owned(),
            line: site.line,
            function: self.project.shown_function(site.at),
            via: site.via.clone(),
            confidence: site.confidence,
            state: self.state(site),
            bus: site.buses.iter().map(|bus| bus.shown.clone()).collect::<Vec<_>>().join(", "),
            tenant: site.tenant,
            system: self.system(site),
        }
    }

    fn undefined(&self) -> Vec<Undefined> {
        let mut by_event: BTreeMap<&str, Vec<&Site<'_>>> = BTreeMap::new();
        for site in self.sites.iter().filter(|site| self.is_undefined(site)) {
            by_event.entry(&site.event).or_default().push(site);
        }
        let names = similar::Names::new(self.catalog.iter().map(String::as_str));
        by_event
            .into_iter()
            .map(|(event, sites)| Undefined {
                event_type: event.to_owned(),
                sites: self.shown_once(&sites),
                near: names.near(event),
            })
            .collect()
    }

    /// Event types that are published on the main bus.
    fn published(&self) -> BTreeSet<&str> {
        let main = self.sites.iter().filter(|site| self.state(site) == SiteState::Published);
        main.map(|site| site.event.as_str()).collect()
    }

    fn parallel_systems(&self) -> Vec<ParallelSystem> {
        let published = self.published();
        let mut systems: BTreeMap<(String, String, u32), Events<'_>> = BTreeMap::new();
        for site in self.sites.iter().filter(|site| self.state(site) == SiteState::Parallel) {
            let group = self.groups.iter().find(|group| Some(&group.key) == site.group.as_ref());
            let is_main = group.is_some() && group.map(|group| &group.key) == self.main.map(|group| &group.key);
            let (name, file, line, members) = match group.filter(|_| !is_main) {
                Some(group) => (group.name.clone(), group.file, group.line, group.events().collect::<Vec<_>>()),
                None if self.is_undefined(site) => continue,
                None => {
                    let bus = &site.buses[0];
                    let (file, line) = bus.place(self.project).unwrap_or((site.at.file, site.line));
                    (bus.name(self.project), file, line, Vec::new())
                }
            };
            let file = self.project.files[file].file.clone();
            // A bus that is known only by its name is one system in all files.
            let known = systems.keys().find(|(one, ..)| *one == name && group.is_none()).cloned();
            let (overlap, unbridged) = systems.entry(known.unwrap_or((name, file, line))).or_default();
            overlap
                .extend(members.into_iter().chain([site.event.as_str()]).filter(|event| self.catalog.contains(*event)));
            if !published.contains(site.event.as_str()) {
                unbridged.insert(&site.event);
            }
        }
        let list = |events: BTreeSet<&str>| events.into_iter().map(str::to_owned).collect();
        systems
            .into_iter()
            .map(|((name, file, line), (overlap, unbridged))| ParallelSystem {
                name,
                file,
                line,
                overlap: list(overlap),
                unbridged: list(unbridged),
            })
            .collect()
    }

    fn unresolved(&self, failed: &[Failed]) -> Vec<Unresolved> {
        let open = self.open.iter().filter(|open| self.matters(open)).map(|open| Unresolved {
            file: self.project.file(open.at).to_owned(),
            line: open.line,
            expression: open.expression.clone(),
            function: self.project.shown_function(open.at),
            reason: open.reason.clone(),
        });
        let failed = self.failed.iter().chain(failed).map(|one| Unresolved {
            file: self.project.file(one.at).to_owned(),
            line: one.line,
            expression: one.expression.clone(),
            function: self.project.shown_function(one.at),
            reason: Some(one.reason.clone()),
        });
        let mut all: Vec<Unresolved> = open.chain(failed).collect();
        all.sort_by(|one, other| {
            let key = |one: &'_ Unresolved| (one.file.clone(), one.line, one.reason.is_none(), one.expression.clone());
            key(one).cmp(&key(other))
        });
        all.dedup_by(|one, other| one.file == other.file && one.line == other.line);
        all
    }

    /// Empty when fewer than half of the places name a tenant: then the code gives it in another way, or has none.
    fn without_tenant(&self) -> Vec<Place> {
        let main = || self.sites.iter().filter(|site| self.state(site) == SiteState::Published);
        let named = main().filter(|site| site.tenant).count();
        if named * 2 < main().count() {
            return Vec::new();
        }
        let mut places: Vec<Place> = main()
            .filter(|site| !site.tenant)
            .map(|site| Place {
                event_type: Some(site.event.clone()),
                file: self.project.file(site.at).to_owned(),
                line: site.line,
                function: Some(self.project.shown_function(site.at)),
            })
            .collect();
        places.sort_by(|one, other| {
            (&one.file, one.line, &one.event_type).cmp(&(&other.file, other.line, &other.event_type))
        });
        places
    }

    fn duplicates(&self) -> Vec<Duplicate> {
        let mut modules: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for site in self.sites.iter().filter(|site| self.state(site) == SiteState::Published) {
            modules.entry(&site.event).or_default().insert(folder(self.project.file(site.at)));
        }
        modules
            .into_iter()
            .filter(|(_, modules)| modules.len() > 1)
            .map(|(event, modules)| Duplicate {
                event_type: event.to_owned(),
                modules: modules.into_iter().map(str::to_owned).collect(),
            })
            .collect()
    }

    fn modules(&self) -> Vec<Module> {
        let mut modules: BTreeMap<&str, Module> = BTreeMap::new();
        for facts in self.project.files.iter().filter(|facts| !facts.traits.is_schema) {
            let path = folder(&facts.file);
            let module = modules.entry(path).or_insert_with(|| Module {
                path: path.to_owned(),
                files: 0,
                functions: 0,
                published: 0,
                gaps: 0,
            });
            module.files += 1;
            module.functions += facts.functions.iter().filter(|function| !function.name.is_empty()).count();
        }
        let mut published: BTreeSet<(&str, &str)> = BTreeSet::new();
        for site in self.sites.iter().filter(|site| self.state(site) == SiteState::Published) {
            published.insert((folder(self.project.file(site.at)), &site.event));
        }
        for (path, _) in published {
            if let Some(module) = modules.get_mut(path) {
                module.published += 1;
            }
        }
        modules.into_values().collect()
    }

    /// The main set's constant for an event: the set, and the constant's name.
    pub(crate) fn constant(&self, event: &str) -> Option<(&GroupKey, &str)> {
        let group = self.main?;
        let member = group.members.iter().find(|member| member.event == self.spelt(event))?;
        Some((&group.key, member.name.as_str()))
    }

    /// The text of the main set's member for an event type.
    fn spelt<'e>(&'e self, event: &'e str) -> &'e str {
        self.spelt.get(event).map_or(event, String::as_str)
    }
}
