//! Classes whose objects are events, and which of them code makes.

use super::Project;
use crate::{
    facts::{Call, Expr, Facts},
    resolve::ClassId,
    text::verbs,
};
use std::collections::HashSet;

/// Names of which one may be the class that a call makes: `new Paid()`, `events.Paid()`, `Paid::dispatch()`,
/// `Paid.builder()`.
pub(crate) fn made_names(call: &Call) -> impl Iterator<Item = &str> {
    let owner = match &call.target {
        Expr::Member(of, _) => of.last_name(),
        _ => None,
    };
    call.target.last_name().into_iter().chain(owner)
}

/// The names of event classes of which any code makes an object.
pub(super) fn made(project: &Project, files: &[Facts]) -> HashSet<String> {
    let events: HashSet<&str> = project
        .class_ids()
        .filter(|id| project.is_event_class(*id))
        .map(|id| project.class(id).name.as_str())
        .collect();
    if events.is_empty() {
        return HashSet::new();
    }
    let calls = files.iter().flat_map(|facts| &facts.functions).flat_map(|function| &function.calls);
    let names = calls.flat_map(|call| made_names(call)).filter(|name| events.contains(name));
    names.map(str::to_owned).collect()
}

impl Project {
    /// True when a class, or one that it is made from, is called an event.
    pub(super) fn is_event_class(&self, class: ClassId) -> bool {
        let called_event = |id: ClassId| verbs::split(&self.class(id).name).last().is_some_and(|last| last == "event");
        !self.class(class).is_enum
            && (called_event(class) || self.lineage(class).iter().any(|base| called_event(*base)))
    }

    /// True for an event class whose objects exist only where code makes them. An object literal may have the form of an
    /// interface.
    pub(crate) fn is_made_event(&self, class: ClassId) -> bool {
        let is_made = self.files[class.file].traits.overloads || self.constructor(class).is_some();
        is_made && self.is_event_class(class)
    }

    /// False for an event class of which no code makes an object.
    pub(super) fn may_exist(&self, class: ClassId) -> bool {
        self.made_events.contains(&self.class(class).name) || !self.is_made_event(class)
    }
}
