//! A search for calls that publish: the facts that it looks at, and the names that it knows. The rules are in `publish`
//! and `entry_points`.

use crate::{
    resolve::{Graph, Project},
    text::verbs::Words,
};
use std::collections::HashSet;

pub(crate) struct Search<'p> {
    pub(crate) project: &'p Project,
    pub(crate) graph: &'p Graph<'p>,
    pub(crate) words: &'p Words,
    /// Every event that the code or the catalog defines.
    pub(crate) known: HashSet<String>,
    pub(crate) tenant_names: &'p [String],
    pub(crate) hints: Hints,
}

/// Whether the tree has anything that these searches could find. A tree without pays nothing for them.
pub(crate) struct Hints {
    /// Some string may be a part of the URL of an endpoint.
    pub(super) urls: bool,
    /// Names that hold SQL which publishes.
    pub(super) statements: HashSet<String>,
    pub(super) sql: bool,
}
