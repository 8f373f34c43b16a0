//! Sets of constants that may be catalogs: enums, classes, objects, lists and constants of a file whose values (or names,
//! or keys) are event types.

mod classes;
mod closed;
mod fields;
mod group;
mod rows;
mod schemas;
mod values;

pub(crate) use group::{Group, Member};

use crate::{
    facts::{Binding, Expr},
    resolve::{ClassId, GroupKey, Project, walk},
    text::verbs,
};
use std::collections::HashSet;

/// All sets of the tree, in the order of files and lines.
pub(crate) fn find(project: &Project) -> Vec<Group> {
    let files: Vec<usize> = (0..project.files.len()).collect();
    let mut groups: Vec<Group> = walk::over(files, |walks, file| {
        // A set that cannot be read to its end is none.
        walks.at(|walks| values::of_file(project, file, walks)).unwrap_or_default()
    })
    .into_iter()
    .flatten()
    .collect();
    let is_code = |id: &ClassId| !project.files[id.file].traits.is_schema;
    groups.extend(project.class_ids().filter(is_code).filter_map(|id| classes::of_class(project, id)));
    groups.sort_by_key(|group| (group.file, group.line));
    let mut groups = nested(project, groups);
    schemas::join(project, &mut groups);
    groups
}

/// Merges the nested classes of a class without constants of its own into one set: `Events.Invoice`, `Events.User`.
fn nested(project: &Project, groups: Vec<Group>) -> Vec<Group> {
    let mut merged: Vec<Group> = Vec::new();
    for group in groups {
        let outer = match &group.key {
            // A set with a telling name stays by itself, as in a namespace.
            GroupKey::Class(id) if !verbs::speaks_of_events(&group.name) => {
                project.class(*id).outer.as_ref().and_then(|outer| {
                    let mut same = project.classes_named(outer).iter().filter(|one| one.file == id.file);
                    same.find(|one| {
                        let own = |member: &Binding| matches!(member.value, Expr::Text(_));
                        !project.class(**one).members.iter().any(own) || classes::of_class(project, **one).is_some()
                    })
                })
            }
            _ => None,
        };
        let Some(outer) = outer else {
            merged.push(group);
            continue;
        };
        let key = GroupKey::Class(*outer);
        let inner = group
            .members
            .into_iter()
            .map(|member| Member { name: format!("{}.{}", group.name, member.name), ..member });
        match merged.iter_mut().find(|one| one.key == key) {
            Some(one) => {
                one.inner.push(group.key);
                one.members.extend(inner);
            }
            None => merged.push(Group {
                key,
                inner: vec![group.key],
                name: project.class(*outer).name.clone(),
                file: group.file,
                line: project.class(*outer).line,
                members: inner.collect(),
            }),
        }
    }
    merged
}

/// The set into which a nested one was merged, else itself.
pub(crate) fn outermost(groups: &[Group], key: GroupKey) -> GroupKey {
    groups.iter().find(|group| group.inner.contains(&key)).map_or(key, |group| group.key.clone())
}

/// The keys of all sets, and of the nested ones in them.
pub(crate) fn all_keys(groups: &[Group]) -> HashSet<GroupKey> {
    groups.iter().flat_map(|group| group.inner.iter().chain([&group.key])).cloned().collect()
}

/// The event types of all sets.
pub(crate) fn all_events(groups: &[Group]) -> HashSet<String> {
    // One word alone (`created`) is an event type only as a constant.
    let telling = |event: &&str| event.contains(['.', '_', '-', ':', '/']) || verbs::split(event).len() > 1;
    groups.iter().flat_map(Group::events).filter(telling).map(str::to_owned).collect()
}
