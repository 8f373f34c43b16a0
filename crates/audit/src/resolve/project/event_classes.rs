//! Classes whose objects are events, and which of them code makes.

use super::Project;
use crate::{resolve::ClassId, text::verbs};
use std::collections::HashSet;

impl Project {
    /// The names of event classes of which any code makes an object.
    pub(super) fn find_made_events(&self) -> HashSet<String> {
        let events = self.class_ids().filter(|id| self.is_event_class(*id));
        let events: HashSet<&str> = events.map(|id| self.class(id).name.as_str()).collect();
        if events.is_empty() {
            return HashSet::new();
        }
        let calls = self.files.iter().flat_map(|facts| &facts.functions).flat_map(|function| &function.calls);
        let names = calls.flat_map(|call| call.made_names()).filter(|name| events.contains(name));
        names.map(str::to_owned).collect()
    }

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
