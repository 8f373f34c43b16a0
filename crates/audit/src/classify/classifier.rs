//! Classification: chooses the main set of constants and the main bus, and gives each site its state (published,
//! parallel, dead).
//!
//! The main bus is the one with most sites of the main set, together with its interfaces and implementations. A bus
//! that carries the main set's constants and may lead to the main bus (a carrier) counts as main too.

use super::{
    catalog::{CatalogSource, NoSuchGroup},
    choice::{self, Evidence},
    spellings::Spellings,
};
use crate::{
    config::Config,
    detect::{
        bus::{self, Bus, BusKey},
        bypass,
        groups::Group,
        site::{Open, Published, Site},
    },
    report::{self, SiteState, State},
    resolve::{Caller, ClassId, FunctionId, Graph, GroupKey, Project, walk::Failed},
    text::{path::folder, sql, verbs},
};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

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
    main_buses: HashSet<BusKey>,
    /// Other buses that publish the main set's constants and may lead to the main bus.
    carriers: HashSet<BusKey>,
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
            evidence: evidence.reason(),
        };
        self.chosen.candidates = choice.candidates.iter().map(shown).collect();
        (choice.group, choice.reason)
    }

    fn choose_buses(&mut self, graph: &Graph<'_>, calls: &[(FunctionId, BusKey)]) {
        let publish = &self.config.publish;
        let said = |bus: &Bus, names: &[String]| names.iter().any(|name| bus.is_called(name, self.project));
        let mut counts: BTreeMap<&BusKey, (bool, bool, usize, &Bus)> = BTreeMap::new();
        let main = self.main.map(|group| &group.key);
        let from_main = |site: &Site<'_>| main.is_some() && site.group.as_ref() == main;
        let any_main = self.sites.iter().any(|site| from_main(site) && self.is_live(site));
        for site in &self.sites {
            let counted =
                if any_main { from_main(site) } else { site.group.is_none() && self.catalog.contains(&site.event) };
            if !counted || !self.is_live(site) {
                continue;
            }
            for bus in &site.buses {
                let foreign = bus.is_foreign(self.project) || said(bus, &publish.other_bus);
                counts.entry(&bus.key).or_insert((!foreign, bus.is_about_webhooks(self.project), 0, bus)).2 += 1;
            }
        }
        let mut main_buses: HashSet<BusKey> = HashSet::new();
        let mut shown = BTreeSet::new();
        if publish.main_bus.is_empty() {
            // In this order: no word of another system, most sites, a name with webhook, most sites of all sets.
            let all =
                |key: &BusKey| self.sites.iter().filter(|site| site.buses.iter().any(|bus| bus.key == *key)).count();
            if let Some((key, (.., bus))) =
                counts.iter().max_by_key(|(key, (own, webhooks, count, _))| (*own, *count, *webhooks, all(key)))
            {
                main_buses.insert((*key).clone());
                shown.insert(bus.name(self.project));
            }
        } else {
            for bus in self.sites.iter().flat_map(|site| &site.buses).filter(|bus| said(bus, &publish.main_bus)) {
                main_buses.insert(bus.key.clone());
                shown.insert(bus.name(self.project));
            }
        }
        // Servers are main buses, since what they receive needs no other bus.
        if publish.main_bus.is_empty() {
            for bus in self.sites.iter().filter(|site| self.is_live(site)).flat_map(|site| &site.buses) {
                if bus.is_server() && !said(bus, &publish.other_bus) && main_buses.insert(bus.key.clone()) {
                    shown.insert(bus.name(self.project));
                }
            }
        }
        // Interfaces and implementations of a main bus are main as well.
        let classes: Vec<ClassId> = main_buses.iter().filter_map(BusKey::class).collect();
        let others: HashSet<ClassId> =
            self.sites.iter().flat_map(|site| &site.buses).filter_map(|bus| bus.key.class()).collect();
        let same = |one: &ClassId| {
            classes.iter().any(|main| self.stand_ins(*main).contains(one) || self.stand_ins(*one).contains(main))
        };
        main_buses.extend(others.into_iter().filter(same).map(BusKey::Class));
        let on_main = self.reaching(graph, calls, &main_buses);
        let mut carriers = HashSet::new();
        if publish.main_bus.is_empty() {
            let own = |bus: &Bus| !bus.is_foreign(self.project) && !said(bus, &publish.other_bus);
            for bus in self.carriers(&main_buses, &on_main).into_iter().filter(|bus| own(bus)) {
                carriers.insert(bus.key.clone());
                shown.insert(bus.name(self.project));
            }
        }
        self.chosen.bus = shown.into_iter().collect();
        self.on_main = on_main;
        self.main_buses = main_buses;
        self.carriers = carriers;
        self.main_variables = self.variables_of_main();
    }

    /// Buses beside the main one that lead to the webhooks: they carry constants of the main set and may forward them, or
    /// they carry events of the catalog and write the webhook tables themselves.
    fn carriers(&self, main_buses: &HashSet<BusKey>, on_main: &HashSet<FunctionId>) -> Vec<&Bus> {
        let main = self.main.map(|group| &group.key);
        let others = self.sites.iter().filter(|site| self.is_live(site));
        let others = others.filter(|site| !site.buses.iter().any(|bus| main_buses.contains(&bus.key)));
        let mut found = Vec::new();
        for site in others {
            let from_main = main.is_some() && site.group.as_ref() == main;
            let raw = site.group.is_none() && self.catalog.contains(&site.event);
            let leads = |bus: &&Bus| match from_main {
                true => self.may_lead(bus, on_main),
                false => raw && bus.place(self.project).is_some_and(|(file, _)| self.writes_webhooks(file)),
            };
            found.extend(site.buses.iter().filter(leads));
        }
        found
    }

    /// True when SQL in this file writes a webhook table.
    fn writes_webhooks(&self, file: usize) -> bool {
        let mut writes = self.project.files[file].sql.iter().flat_map(|one| sql::writes(&one.text));
        writes.any(|write| bypass::is_webhook_table(&write.table, &self.config.publish.tables))
    }

    /// Names of variables that hold the main bus or a carrier, and the names that a variable of its class would have.
    fn variables_of_main(&self) -> HashSet<String> {
        let is_main = |bus: &&Bus| self.main_buses.contains(&bus.key) || self.carriers.contains(&bus.key);
        let buses = self.sites.iter().flat_map(|site| &site.buses).filter(is_main);
        let of_classes = self.main_buses.iter().filter_map(BusKey::class);
        let called = |class| bus::variable(&verbs::split(&self.project.class(class).name).join("_"));
        buses.map(|bus| bus::variable(&bus.shown)).chain(of_classes.map(called)).collect()
    }

    /// Functions from which one of these buses is reached: a worklist over the call graph's reverse edges.
    fn reaching(
        &self,
        graph: &Graph<'_>,
        calls: &[(FunctionId, BusKey)],
        buses: &HashSet<BusKey>,
    ) -> HashSet<FunctionId> {
        let mut open: Vec<FunctionId> =
            calls.iter().filter(|(_, key)| buses.contains(key)).map(|(id, _)| *id).collect();
        let mut found = HashSet::new();
        while let Some(id) = open.pop() {
            if id.index == 0 || !found.insert(id) {
                continue;
            }
            let function = self.project.function(id);
            if function.name.is_empty() {
                open.push(FunctionId { file: id.file, index: function.parent });
            }
            open.extend(graph.callers(id).iter().map(Caller::scope));
        }
        found
    }

    /// True when a bus that carries the main set's constants may lead to the webhooks. A bus outside the tree may; for
    /// one inside, its code decides.
    fn may_lead(&self, bus: &Bus, on_main: &HashSet<FunctionId>) -> bool {
        match &bus.key {
            BusKey::External(_) | BusKey::Named(_) | BusKey::Server(_) => true,
            BusKey::Function(id) => {
                bus.is_about_webhooks(self.project) || on_main.contains(id) || self.writes_webhooks(id.file)
            }
            BusKey::Class(class) => {
                bus.is_about_webhooks(self.project)
                    || self.writes_webhooks(class.file)
                    || on_main.iter().any(|id| self.project.class_around(*id) == Some(*class))
            }
        }
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
        let main = self.main.map(|group| &group.key);
        match &site.group {
            Some(group) if Some(group) == main => true,
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

    /// Implementations of a class: derived classes, and classes that have its methods where the language declares no
    /// interface.
    fn stand_ins(&self, class: ClassId) -> Vec<ClassId> {
        let one = self.project.class(class);
        let mut found = self.project.children(&one.name).to_vec();
        let methods = self.project.files[class.file].functions.iter();
        let bare = methods.filter(|function| function.class.as_ref() == Some(&one.name) && function.has_no_body());
        let all = bare.flat_map(|function| self.project.all_methods(class, &function.name).to_vec());
        found.extend(all.filter_map(|id| self.project.class_around(id)).filter(|other| *other != class));
        found
    }

    fn is_event_group(&self, key: &GroupKey) -> bool {
        self.groups.iter().any(|group| group.key == *key)
    }

    /// True when a site is listed as undefined. A parallel system's own constants on its own bus are not.
    pub(crate) fn is_undefined(&self, site: &Site<'_>) -> bool {
        if self.catalog.contains(&site.event) || !self.is_live(site) {
            return false;
        }
        if self.is_main(site) {
            return true;
        }
        let raw = site.group.as_ref().is_none_or(|group| !self.is_event_group(group));
        raw && !site.buses.iter().all(|bus| bus.is_foreign(self.project))
    }

    /// True when an unresolved argument is listed: its call leads to the webhooks, or its name says event.
    pub(crate) fn matters(&self, open: &Open) -> bool {
        let key = &open.bus.key;
        self.live.contains(&open.at)
            && (self.main_buses.contains(key)
                || self.carriers.contains(key)
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
