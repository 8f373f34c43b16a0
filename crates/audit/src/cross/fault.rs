//! A main set that was named and is not there.

use crate::groups::Group;
use std::collections::BTreeSet;

/// The main set was named, and there is none of that name.
#[derive(Debug, thiserror::Error)]
#[error("there is no set of event types called {name:?} in the code; there is: {known}")]
pub struct NoSuchGroup {
    name: String,
    known: String,
}

impl NoSuchGroup {
    pub(super) fn new(name: &str, groups: &[Group]) -> Self {
        let names: BTreeSet<&str> = groups.iter().map(|group| group.name.as_str()).collect();
        let known = if names.is_empty() { "none".into() } else { names.into_iter().collect::<Vec<_>>().join(", ") };
        Self { name: name.to_owned(), known }
    }
}
