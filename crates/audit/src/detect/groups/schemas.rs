//! Sets of schema files. A set that the code has as well is no second catalog: the code's set stands for it, so that
//! values which a generated client takes from the schema are members of the code's set.

use super::{Group, classes};
use crate::{
    resolve::{ClassId, Project},
    text::verbs,
};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashSet},
};

/// Words in a path of schemas that are written for readers or clients.
const ASIDE: &[&str] = &[
    "docs",
    "documentation",
    "doc",
    "example",
    "examples",
    "sdk",
    "sdks",
    "client",
    "clients",
    "migration",
    "migrations",
];

/// Adds the sets of schema files, or joins each to the set that has its members.
pub(super) fn join(project: &Project, groups: &mut Vec<Group>) {
    let mut schemas = of_files(project);
    let aside =
        |group: &Group| verbs::split(&project.files[group.file].file).iter().any(|word| ASIDE.contains(&word.as_str()));
    schemas.sort_by_key(|group| (aside(group), Reverse(group.members.len()), group.file, group.line));
    let mut names: Vec<HashSet<String>> = groups.iter().map(spellings).collect();
    let code = groups.len();
    for schema in schemas {
        let own = spellings(&schema);
        let common = |at: &usize| names[*at].intersection(&own).count();
        let fits = |at: &usize| {
            let same = common(at);
            same >= 2 && same * 10 >= own.len() * 7
        };
        // A set of the code before one of another schema.
        let best = (0..code).filter(fits).max_by_key(|at| (common(at), Reverse(*at)));
        match best.or_else(|| (code..groups.len()).find(fits)) {
            Some(at) => groups[at].inner.extend(schema.inner.into_iter().chain([schema.key])),
            None => {
                names.push(own);
                groups.push(schema);
            }
        }
    }
}

/// The sets of all schema files. Files of a format such as migrations may each have a part of one set.
fn of_files(project: &Project) -> Vec<Group> {
    let is_schema = |id: &ClassId| project.files[id.file].traits.is_schema;
    let mut parts: BTreeMap<(&str, &str, usize), Vec<ClassId>> = BTreeMap::new();
    for id in project.class_ids().filter(is_schema) {
        let traits = project.files[id.file].traits;
        let file = if traits.open_classes { 0 } else { id.file };
        parts.entry((traits.language, &project.class(id).name, file)).or_default().push(id);
    }
    parts.into_values().filter_map(|ids| classes::of_parts(project, &ids)).collect()
}

fn spellings(group: &Group) -> HashSet<String> {
    group.events().map(verbs::spelling).collect()
}
