//! The catalog that the code is compared with: a set of constants in it, or a list from elsewhere.

use crate::detect::groups::Group;
use std::collections::BTreeSet;

/// One event that is promised.
#[derive(Clone, Debug)]
pub struct Promised {
    pub event_type: String,
    /// As the catalog says; else it is taken from the name.
    pub category: Option<String>,
}

/// What the code is compared with.
#[derive(Clone, Debug)]
pub enum CatalogSource {
    /// A set of constants in the code; this one, when a name is given.
    Code { main: Option<String> },
    /// A list from elsewhere: its name and its events.
    Given { name: String, events: Vec<Promised> },
}

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
