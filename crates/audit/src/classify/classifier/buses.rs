//! The choice of the main buses, and of the carriers beside them.

use super::Classifier;
use crate::{
    detect::{
        bus::{self, Bus, BusKey},
        bypass,
        site::Site,
    },
    resolve::{Caller, ClassId, FunctionId, Graph},
    text::{sql, verbs},
};
use std::collections::{BTreeMap, BTreeSet, HashSet};

impl Classifier<'_> {
    pub(super) fn choose_buses(&mut self, graph: &Graph<'_>, calls: &[(FunctionId, BusKey)]) {
        let publish = &self.config.publish;
        let said = |bus: &Bus, names: &[String]| names.iter().any(|name| bus.is_called(name, self.project));
        let mut counts: BTreeMap<&BusKey, (bool, bool, usize, &Bus)> = BTreeMap::new();
        let from_main = |site: &Site<'_>| self.is_from_main(site);
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
        self.chosen.bus_at = self.definitions();
    }

    /// Buses beside the main one that lead to the webhooks: they carry constants of the main set and may forward them, or
    /// they carry events of the catalog and write the webhook tables themselves.
    fn carriers(&self, main_buses: &HashSet<BusKey>, on_main: &HashSet<FunctionId>) -> Vec<&Bus> {
        let others = self.sites.iter().filter(|site| self.is_live(site));
        let others = others.filter(|site| !site.buses.iter().any(|bus| main_buses.contains(&bus.key)));
        let mut found = Vec::new();
        for site in others {
            let from_main = self.is_from_main(site);
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

    /// Implementations of a class: derived classes, and classes that have its methods where the language declares no
    /// interface.
    pub(super) fn stand_ins(&self, class: ClassId) -> Vec<ClassId> {
        let one = self.project.class(class);
        let mut found: Vec<ClassId> = self.project.children(class).collect();
        let methods = self.project.files[class.file].functions.iter();
        let bare = methods.filter(|function| function.class.as_ref() == Some(&one.name) && function.has_no_body());
        let all = bare.flat_map(|function| self.project.all_methods(class, &function.name).to_vec());
        found.extend(all.filter_map(|id| self.project.class_around(id)).filter(|other| *other != class));
        found
    }
}
