//! The choices as the report shows them: the evidence for the catalog, the definitions of the main buses, and the name of
//! a site's bus.

use crate::{
    classify::Classifier,
    detect::{bus::Bus, groups::Group, site::Site},
    report::{Candidate, Chosen, Place},
};
use std::collections::BTreeSet;

/// A set with fewer members may well be published by a single call.
const FEW_MEMBERS: usize = 10;
/// Hardly anything is published when less than one of so many members is.
const FEW_PUBLISHED: usize = 10;

impl Classifier<'_> {
    /// The choice as the report shows it: the evidence for the main set counts the same members as the coverage.
    pub(crate) fn shown_choice(&self, published: usize) -> Chosen {
        let mut chosen = self.chosen.clone();
        if let Some(before) = &self.evidence {
            let evidence = before.with_published(published);
            // The reason may also be that it was named, or is the only set.
            if chosen.reason == before.reason() {
                chosen.reason = evidence.reason();
            }
            if let Some(first) = chosen.candidates.first_mut() {
                first.emitted = published;
                first.evidence = evidence.beside_others();
            }
            if let (Some(group), true) = (self.main, chosen.is_sure()) {
                chosen.candidates.extend(self.doubt(group, published, &evidence.beside_others()));
            }
        }
        chosen
    }

    /// The doubt that remains when hardly anything of a set is published while calls on its bus are not understood: their
    /// events may be the missing ones.
    fn doubt(&self, group: &Group, published: usize, evidence: &str) -> Option<Candidate> {
        let members = self.catalog.len();
        if members < FEW_MEMBERS || published * FEW_PUBLISHED >= members {
            return None;
        }
        let open = self.open.iter().filter(|open| self.matters(open)).count();
        (open > 0).then(|| Candidate {
            name: group.name.clone(),
            file: self.project.files[group.file].file.clone(),
            line: group.line,
            members,
            emitted: published,
            evidence: match open {
                1 => format!("{evidence}, and the event of one publishing call is unknown"),
                open => format!("{evidence}, and the events of {open} publishing calls are unknown"),
            },
        })
    }

    /// The definitions of the main buses that are in the tree.
    pub(super) fn definitions(&self) -> Vec<Place> {
        let buses = self.sites.iter().flat_map(|site| &site.buses).filter(|bus| self.leads(bus));
        let places = buses.filter_map(|bus| Some((bus.place(self.project)?, bus.name(self.project))));
        let places: BTreeSet<_> = places.collect();
        let place = |((file, line), name): ((usize, u32), String)| Place {
            event_type: None,
            file: self.project.files[file].file.clone(),
            line,
            function: Some(name),
        };
        places.into_iter().map(place).collect()
    }

    fn leads(&self, bus: &Bus) -> bool {
        self.main_buses.contains(&bus.key) || self.carriers.contains(&bus.key)
    }

    /// The bus of a site that the report names: a main one, else the first that is more than a variable's name.
    pub(crate) fn system(&self, site: &Site<'_>) -> String {
        let known = || site.buses.iter().find(|bus| !bus.is_loose());
        let bus = site.buses.iter().find(|bus| self.leads(bus)).or_else(known).filter(|bus| !bus.is_loose());
        bus.map(|bus| bus.name(self.project)).unwrap_or_default()
    }
}
