//! The catalog that the code is compared with: a set of constants in the code, or a given list.

use crate::detect::groups::Group;
use std::collections::BTreeSet;

/// An event type of the catalog.
#[derive(Clone, Debug)]
pub struct Promised {
    pub event_type: String,
    /// The catalog's category; else it is derived from the name.
    pub category: Option<String>,
}

/// The source of the catalog.
#[derive(Clone, Debug)]
pub enum CatalogSource {
    /// A set of constants in the code: the one with this name, else the best one.
    Code { main: Option<String> },
    /// A given list: its name and its events.
    Given { name: String, events: Vec<Promised> },
}

/// The configured main set does not exist.
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
