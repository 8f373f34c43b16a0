//! Published events around a place: in the function itself, in its file and its folder; and the layer of the code in
//! which this product publishes.

use super::{places::Place, wish::entity_of};
use crate::{
    classify::Classifier,
    report::SiteState,
    resolve::{Caller, FunctionId, Graph},
    text::{path::folder, verbs},
};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The published events, by function, by file and entity, and by folder and entity.
#[derive(Default)]
pub(super) struct Neighbours<'p> {
    functions: HashMap<FunctionId, BTreeSet<&'p str>>,
    files: HashMap<(usize, String), &'p str>,
    folders: HashMap<(&'p str, String), &'p str>,
    /// Number of publishing functions, by the layer that their class or file is named after.
    layers: BTreeMap<String, usize>,
    published: usize,
}

impl<'p> Neighbours<'p> {
    pub(super) fn new(classifier: &'p Classifier<'p>, graph: &Graph<'_>) -> Self {
        let project = classifier.project;
        let mut found = Self::default();
        let mut seen = BTreeSet::new();
        for site in classifier.sites.iter().filter(|site| classifier.state(site) == SiteState::Published) {
            let at = owner(classifier, site.at);
            // A helper of the webhook system: its callers are the places.
            let callers = || graph.callers(at).iter().map(Caller::scope).map(|id| owner(classifier, id));
            let places: Vec<FunctionId> = if classifier.is_own(at.file) { callers().collect() } else { vec![at] };
            let entity = entity_of(&site.event);
            for at in places {
                found.functions.entry(at).or_default().insert(&site.event);
                found.files.entry((at.file, entity.clone())).or_insert(&site.event);
                found.folders.entry((folder(project.file(at)), entity.clone())).or_insert(&site.event);
                if at.index != 0 && seen.insert((at.file, at.index)) {
                    let class = project.function(at).class.as_deref().filter(|class| !class.is_empty());
                    *found.layers.entry(layer(class, project.file(at))).or_default() += 1;
                    found.published += 1;
                }
            }
        }
        found
    }

    /// Events that the function itself publishes.
    pub(super) fn own(&self, place: &Place<'_>) -> impl Iterator<Item = &'p str> + '_ {
        self.functions.get(&place.id).into_iter().flatten().copied()
    }

    /// An event of this entity that the file publishes.
    pub(super) fn in_file(&self, place: &Place<'_>, entity: &str) -> Option<&'p str> {
        self.files.get(&(place.id.file, entity.to_owned())).copied()
    }

    /// An event of this entity that the folder publishes.
    pub(super) fn in_folder(&self, file: &str, entity: &str) -> Option<&'p str> {
        let folders = &self.folders;
        folders.iter().filter(|((own, of), _)| *own == folder(file) && of == entity).map(|(_, event)| *event).min()
    }

    /// Share of the publishing functions that are in the same layer.
    #[allow(clippy::cast_precision_loss, reason = "small counts")]
    pub(super) fn layer_share(&self, place: &Place<'_>, file: &str) -> f64 {
        let class = place.function.class.as_deref().filter(|class| !class.is_empty());
        let same = self.layers.get(&layer(class, file)).copied().unwrap_or(0);
        same as f64 / self.published.max(1) as f64
    }
}

/// The innermost function around a closure that has a name.
fn owner(classifier: &Classifier<'_>, mut id: FunctionId) -> FunctionId {
    while id.index != 0 && classifier.project.function(id).name.is_empty() {
        id.index = classifier.project.function(id).parent;
    }
    id
}

/// The layer that a class or a file is named after: `OrderServiceImpl` → service, `billing/tasks` → task.
fn layer(class: Option<&str>, file: &str) -> String {
    let stem = file.rsplit('/').next().and_then(|name| name.split('.').next()).unwrap_or(file);
    let words = verbs::split(class.unwrap_or(stem));
    let last = words.iter().rev().find(|word| !matches!(word.as_str(), "impl" | "base" | "default"));
    last.map(|word| super::names::stem(word)).unwrap_or_default()
}
