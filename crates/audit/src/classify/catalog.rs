//! The catalog that the code is compared with: a set of constants in the code, or a given list.

use crate::{detect::groups::Group, resolve::Project};
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

/// The configured main set does not exist, or the name does not tell which set is meant.
#[derive(Debug, thiserror::Error)]
pub enum NoSuchGroup {
    #[error("there is no set of event types called {name:?} in the code; there is: {known}")]
    Missing { name: String, known: String },
    #[error("several sets of event types are called {name:?}; name one with its path: {places}")]
    Ambiguous { name: String, places: String },
}

impl NoSuchGroup {
    /// The set of this name.
    pub(super) fn find<'g>(name: &str, groups: &'g [Group], project: &Project) -> Result<&'g Group, Self> {
        let found: Vec<&Group> = groups.iter().filter(|group| group.is_called(name, project)).collect();
        match found[..] {
            [only] => Ok(only),
            [] => {
                let names: BTreeSet<&str> = groups.iter().map(|group| group.name.as_str()).collect();
                let known = if names.is_empty() { "none".into() } else { Vec::from_iter(names).join(", ") };
                Err(Self::Missing { name: name.to_owned(), known })
            }
            _ => {
                let place = |group: &&Group| format!("{}:{}", project.files[group.file].file, group.name);
                let places = found.iter().map(place).collect::<Vec<_>>().join(", ");
                Err(Self::Ambiguous { name: name.to_owned(), places })
            }
        }
    }
}
