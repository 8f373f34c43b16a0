//! Listeners of event classes: functions that a framework calls with an event object. Such a function runs only when
//! live code makes an object of the class.

use super::{ClassId, FunctionId, Project};
use crate::{facts::Function, resolve::Meaning, text::verbs};
use std::collections::{HashMap, HashSet};

/// Words in the paths and classes of functions whose arguments come from outside: requests and messages of other
/// programs.
const FROM_OUTSIDE: &[&str] = &[
    "controller",
    "controllers",
    "resource",
    "resources",
    "endpoint",
    "endpoints",
    "route",
    "routes",
    "api",
    "consumer",
    "consumers",
    "kafka",
    "rabbit",
    "sqs",
    "grpc",
    "queue",
    "stream",
    "streams",
    "dto",
];
/// Limit of the classes that one parameter accepts.
const KINDS_MAX: usize = 256;

#[derive(Default)]
pub(super) struct Listeners {
    /// By the name of a class that they accept.
    by_class: HashMap<String, Vec<FunctionId>>,
    all: HashSet<FunctionId>,
}

impl Listeners {
    /// The listeners among functions that no code of the tree calls.
    pub(super) fn among(project: &Project, roots: &[FunctionId]) -> Self {
        let mut listeners = Self::default();
        for &id in roots {
            let Some(event) = event_of(project, id) else { continue };
            listeners.all.insert(id);
            for class in with_descendants(project, event) {
                listeners.by_class.entry(project.class(class).name.clone()).or_default().push(id);
            }
        }
        listeners
    }

    pub(super) fn is_one(&self, id: FunctionId) -> bool {
        self.all.contains(&id)
    }

    /// The listeners of the events that a function makes.
    pub(super) fn called_by(&self, function: &Function) -> Vec<FunctionId> {
        if self.by_class.is_empty() {
            return Vec::new();
        }
        let made = function.calls.iter().flat_map(|call| call.made_names());
        made.filter_map(|name| self.by_class.get(name)).flatten().copied().collect()
    }
}

/// The event class that a function accepts, if that is all that makes it run.
fn event_of(project: &Project, id: FunctionId) -> Option<ClassId> {
    let function = project.function(id);
    if id.index == 0 || function.name.is_empty() {
        return None;
    }
    let own = project.class_around(id);
    let words = |text: &str| verbs::split(text).iter().any(|word| FROM_OUTSIDE.contains(&word.as_str()));
    let from_outside = || words(project.file(id)) || own.is_some_and(|class| words(&project.class(class).name));
    let kinds = function.params.iter().filter_map(|param| param.kind.as_deref());
    let class = |kind: &str| match project.top_meaning(kind, id.file) {
        Meaning::Class(class) => Some(class),
        Meaning::External(_) => None,
        _ => project.nearest_class(kind, id.file),
    };
    let mut events = kinds.filter_map(class).filter(|class| project.is_made_event(*class));
    events.next().filter(|class| own != Some(*class) && !from_outside())
}

fn with_descendants(project: &Project, class: ClassId) -> Vec<ClassId> {
    let mut all = vec![class];
    let mut at = 0;
    while at < all.len() && all.len() < KINDS_MAX {
        let next: Vec<ClassId> = project.children(all[at]).filter(|child| !all.contains(child)).collect();
        all.extend(next);
        at += 1;
    }
    all
}
