//! The input of the search for publishing calls: project, call graph, naming rules and known events. The rules are in
//! `publish` and `entry_points`.

use crate::{
    resolve::{Graph, GroupKey, Project},
    text::verbs::Words,
};
use std::collections::HashSet;

pub(crate) struct Search<'p> {
    pub(crate) project: &'p Project,
    pub(crate) graph: &'p Graph<'p>,
    pub(crate) words: &'p Words,
    /// Every event type that the code or the catalog defines.
    pub(crate) known: HashSet<String>,
    /// The sets of constants.
    pub(crate) sets: HashSet<GroupKey>,
    /// The names of sets that belong to the webhooks, and those of their constants.
    pub(crate) webhook_sets: HashSet<String>,
    pub(crate) webhook_members: HashSet<String>,
    pub(crate) tenant_names: &'p [String],
    pub(crate) hints: Hints,
}

/// Prefilters: the searches over a wire are skipped in a tree that has nothing for them to find.
pub(crate) struct Hints {
    /// A string in the tree may be part of an endpoint's URL.
    pub(super) urls: bool,
    /// Names that hold SQL that publishes.
    pub(super) statements: HashSet<String>,
    pub(super) sql: bool,
}
