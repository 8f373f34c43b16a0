//! Classification: chooses the main set of constants and the main bus, and gives each site its state (published,
//! parallel, dead).
//!
//! The main bus is the one with most sites of the main set, together with its interfaces and implementations. A bus
//! that carries the main set's constants and may lead to the main bus (a carrier) counts as main too.

mod buses;

use super::{
    catalog::{CatalogSource, NoSuchGroup},
    choice::{self, Evidence},
    spellings::Spellings,
};
use crate::{
    config::Config,
    detect::{
        bus::{Bus, BusKey},
        groups::Group,
        site::{Open, Published, Site},
    },
    report::{self, SiteState, State},
    resolve::{FunctionId, Graph, GroupKey, Project, walk::Failed},
    text::{path::folder, verbs},
};
use std::collections::{BTreeSet, HashMap, HashSet};

/// The findings, and the choices by which they are classified.
pub(crate) struct Classifier<'p> {
    pub(crate) project: &'p Project,
    pub(crate) config: &'p Config,
    pub(crate) groups: &'p [Group],
    pub(crate) sites: Vec<Site<'p>>,
    pub(crate) open: Vec<Open>,
    /// Calls whose analysis failed.
    pub(crate) failed: Vec<Failed>,
    pub(crate) live: &'p HashSet<FunctionId>,
    /// The set of constants that is the catalog, or overlaps most with a given one.
    pub(crate) main: Option<&'p Group>,
    pub(crate) catalog: BTreeSet<String>,
    pub(crate) chosen: report::Chosen,
    /// The texts of the main set's members that spell an event type of the catalog otherwise, by event type.
    pub(super) spelt: HashMap<String, String>,
    /// The evidence for the main set, as far as the choice counted its members.
    pub(super) evidence: Option<Evidence>,
    pub(super) main_buses: HashSet<BusKey>,
    /// Other buses that publish the main set's constants and may lead to the main bus.
    pub(super) carriers: HashSet<BusKey>,
    /// Normalised names of variables that hold a main bus or a carrier.
    main_variables: HashSet<String>,
    /// Functions that reach the main bus, directly or through calls.
    on_main: HashSet<FunctionId>,
}

impl<'p> Classifier<'p> {
    pub(crate) fn new(
        project: &'p Project,
        config: &'p Config,
        groups: &'p [Group],
        published: Published<'p>,
        graph: &'p Graph<'p>,
        live: &'p HashSet<FunctionId>,
        source: &CatalogSource,
    ) -> Result<Self, NoSuchGroup> {
        let mut classifier = Self {
            project,
            config,
            groups,
            sites: published.sites,
            open: published.open,
            failed: published.failed,
            live,
            main: None,
            catalog: BTreeSet::new(),
            chosen: report::Chosen::default(),
            spelt: HashMap::new(),
            evidence: None,
            main_buses: HashSet::new(),
            carriers: HashSet::new(),
            main_variables: HashSet::new(),
            on_main: HashSet::new(),
        };
        classifier.choose(source)?;
        classifier.choose_buses(graph, &published.calls);
        Ok(classifier)
    }

    fn choose(&mut self, source: &CatalogSource) -> Result<(), NoSuchGroup> {
        match source {
            CatalogSource::Code { main } => {
                let (group, reason) = match main {
                    Some(name) => {
                        let group = NoSuchGroup::find(name, self.groups, self.project)?;
                        (Some(group), "it was named".to_owned())
                    }
                    None => self.best_group(),
                };
                self.main = group;
                if let Some(group) = group {
                    self.catalog = group.events().map(str::to_owned).collect();
                    self.chosen.name.clone_from(&group.name);
                    self.chosen.file = Some(self.project.files[group.file].file.clone());
                    self.chosen.line = Some(group.line);
                }
                self.chosen.reason = reason;
            }
            CatalogSource::Given { name, events } => {
                self.catalog = events.iter().map(|event| event.event_type.clone()).collect();
                self.chosen.name.clone_from(name);
                self.chosen.reason = "it was named".into();
                // The copy of the given catalog in the code.
                let spellings = Spellings::new(&self.catalog);
                let overlap = |group: &&Group| spellings.shared(group);
                let best = self.groups.iter().max_by_key(|group| (overlap(group), std::cmp::Reverse(group.file)));
                self.main = best.filter(|group| overlap(group) * 2 >= group.members.len());
            }
        }
        self.match_spellings(matches!(source, CatalogSource::Given { .. }));
        let main = self.main.map(|group| group.key.clone());
        let others = self.groups.iter().filter(|group| Some(&group.key) != main.as_ref());
        self.chosen.others = others
            .map(|group| report::Group {
                name: group.name.clone(),
                file: self.project.files[group.file].file.clone(),
                line: group.line,
                members: group.members.len(),
            })
            .collect();
        Ok(())
    }

    /// Finds the catalog's event types in members that spell them otherwise. A set of the code has its own spelling.
    fn match_spellings(&mut self, is_given: bool) {
        let in_schema = self.main.filter(|group| self.project.files[group.file].traits.is_schema);
        if !is_given && in_schema.is_none() {
            return;
        }
        let spellings = Spellings::new(&self.catalog);
        spellings.give(&mut self.sites, self.groups, in_schema);
        let found = self.main.map(|group| spellings.of(group)).unwrap_or_default();
        self.spelt = found.into_iter().map(|(own, event)| (event.to_owned(), own.to_owned())).collect();
    }

    /// The best set, with the reason. Records the candidates when the evidence does not decide.
    fn best_group(&mut self) -> (Option<&'p Group>, String) {
        let choice = choice::choose(self.groups, &self.sites, self.live, self.project);
        let shown = |(group, evidence): &(&Group, Evidence)| report::Candidate {
            name: group.name.clone(),
            file: self.project.files[group.file].file.clone(),
            line: group.line,
            members: evidence.members,
            emitted: evidence.emitted,
            evidence: evidence.beside_others(),
        };
        self.chosen.candidates = choice.candidates.iter().map(shown).collect();
        self.evidence = choice.evidence;
        (choice.group, choice.reason)
    }

    pub(crate) fn is_live(&self, site: &Site<'_>) -> bool {
        self.live.contains(&site.at)
    }

    pub(crate) fn state(&self, site: &Site<'_>) -> SiteState {
        if !self.is_live(site) {
            SiteState::Dead
        } else if self.is_main(site) {
            SiteState::Published
        } else {
            SiteState::Parallel
        }
    }

    /// True when the event is a constant of the main set.
    fn is_from_main(&self, site: &Site<'_>) -> bool {
        let (Some(main), Some(group)) = (self.main, &site.group) else { return false };
        *group == main.key || (main.has(group) && self.catalog.contains(&site.event))
    }

    /// True when an event published here reaches the webhooks.
    fn is_main(&self, site: &Site<'_>) -> bool {
        let said = |bus: &Bus| self.config.publish.other_bus.iter().any(|name| bus.is_called(name, self.project));
        let buses: Vec<&Bus> = site.buses.iter().filter(|bus| !said(bus)).collect();
        if buses.iter().any(|bus| self.main_buses.contains(&bus.key) || self.carriers.contains(&bus.key)) {
            return true;
        }
        if buses.is_empty() || !self.config.publish.main_bus.is_empty() {
            return false;
        }
        if buses.iter().all(|bus| bus.is_foreign(self.project)) {
            return false;
        }
        match &site.group {
            Some(_) if self.is_from_main(site) => true,
            // Only a variable's name is known, and it is a name of the main bus.
            Some(group) if self.is_event_group(group) => {
                buses.iter().any(|bus| matches!(&bus.key, BusKey::Named(name) if self.main_variables.contains(name)))
            }
            // A raw string is published when the bus cannot be distinguished from the main one.
            _ => self.main_buses.is_empty() || buses.iter().any(|bus| bus.is_loose()),
        }
    }

    /// True when a file belongs to the webhook system itself: it defines a main bus, or its folder is named after
    /// webhooks.
    pub(crate) fn is_own(&self, file: usize) -> bool {
        let name = &self.project.files[file].file;
        let mut buses = self.main_buses.iter().chain(&self.carriers);
        let at_home = buses.any(|key| match key {
            BusKey::Class(class) => class.file == file || self.stand_ins(*class).iter().any(|one| one.file == file),
            BusKey::Function(function) => function.file == file,
            _ => false,
        });
        let folder = folder(name).rsplit('/').next().unwrap_or("");
        at_home || verbs::split(folder).iter().any(|word| matches!(word.as_str(), "webhook" | "webhooks"))
    }

    fn is_event_group(&self, key: &GroupKey) -> bool {
        self.groups.iter().any(|group| group.key == *key)
    }

    /// True when a site is listed as undefined. A parallel system's own constants on its own bus are not.
    pub(crate) fn is_undefined(&self, site: &Site<'_>) -> bool {
        if self.catalog.contains(&site.event) || !self.is_live(site) {
            return false;
        }
        // The main set is a selection of constants, and this one was not selected.
        let left_out = |main: &Group| site.group.as_ref().is_some_and(|group| main.sources.contains(group));
        if self.main.is_some_and(left_out) {
            return false;
        }
        if self.is_main(site) {
            return true;
        }
        let raw = site.group.as_ref().is_none_or(|group| !self.is_event_group(group));
        raw && !site.buses.iter().all(|bus| bus.is_foreign(self.project))
    }

    /// True when an unresolved argument is listed: its call leads to the webhooks, or its name says event. When the main
    /// bus is unknown, each bus may be it.
    pub(crate) fn matters(&self, open: &Open) -> bool {
        let key = &open.bus.key;
        let may_be_main = || self.main_buses.is_empty() && open.strong && !open.bus.is_foreign(self.project);
        self.live.contains(&open.at)
            && (may_be_main()
                || (open.strong && open.bus.is_about_webhooks(self.project))
                || self.main_buses.contains(key)
                || self.carriers.contains(key)
                || matches!(key, BusKey::Named(name) if self.main_variables.contains(name))
                || open.named
                || open.through.iter().any(|function| self.on_main.contains(function)))
    }

    pub(crate) fn event_state(states: &[SiteState]) -> State {
        if states.contains(&SiteState::Published) {
            State::Published
        } else if states.contains(&SiteState::Parallel) {
            State::ParallelOnly
        } else if states.contains(&SiteState::Dead) {
            State::Dead
        } else {
            State::Missing
        }
    }
}
