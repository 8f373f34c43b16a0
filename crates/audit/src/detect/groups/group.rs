//! A set of constants.

use crate::{
    resolve::{GroupKey, Project},
    text::events,
};

/// A set of constants.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    pub(crate) key: GroupKey,
    /// Keys of the nested classes that were merged into this set.
    pub(crate) inner: Vec<GroupKey>,
    /// The sets whose constants a list names: an event of theirs is one of this set.
    pub(crate) sources: Vec<GroupKey>,
    pub(crate) name: String,
    pub(crate) file: usize,
    pub(crate) line: u32,
    /// Event type, the constant's name, its line.
    pub(crate) members: Vec<Member>,
}

#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) event: String,
    pub(crate) name: String,
    pub(crate) line: u32,
}

impl Group {
    pub(crate) fn events(&self) -> impl Iterator<Item = &str> {
        self.members.iter().map(|member| member.event.as_str())
    }

    /// True when a constant of this key is one of the set.
    pub(crate) fn has(&self, key: &GroupKey) -> bool {
        self.key == *key || self.sources.contains(key)
    }

    /// True when the configuration means this set: `name`, or `folder/file.py:name`.
    pub(crate) fn is_called(&self, name: &str, project: &Project) -> bool {
        let file = &project.files[self.file].file;
        match name.rsplit_once(':') {
            Some((path, name)) if !path.is_empty() && !path.ends_with(':') => self.name == name && file.ends_with(path),
            _ => self.name == name || file == name,
        }
    }
}

/// The number of members that look like event types. In a set whose name says that it has events, they may have any
/// spelling.
pub(super) fn look_like_events(name: &str, members: &[Member]) -> usize {
    let said = events::speaks_of_events(name) && !events::names_an_attribute(name);
    let like = |text: &str| events::looks_like_event(text) || (said && events::may_be_event(text));
    members.iter().filter(|member| like(&member.event)).count()
}
