//! Sets of constants that may be catalogs: enums, classes, objects, lists and constants of a file whose values (or names,
//! or keys) are event types.

mod classes;
mod closed;
mod each;
mod fields;
mod group;
mod rows;
mod schemas;
mod siblings;
mod values;

pub(crate) use group::{Group, Member};

use crate::{
    facts::{Binding, Expr, MethodPlaces},
    resolve::{ClassId, GroupKey, Project, walk},
    text::{events, verbs},
};
use std::collections::{HashMap, HashSet};

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
    let groups = each::merged(project, nested(project, over_files(project, groups)));
    let mut groups = siblings::merged(project, groups);
    let outermost: HashMap<GroupKey, GroupKey> =
        groups.iter().flat_map(|group| group.inner.iter().map(|inner| (inner.clone(), group.key.clone()))).collect();
    for source in groups.iter_mut().flat_map(|group| &mut group.sources) {
        if let Some(outer) = outermost.get(source) {
            *source = outer.clone();
        }
    }
    schemas::join(project, &mut groups);
    groups
}

/// Merges the parts of a set that is defined in several files of a package.
fn over_files(project: &Project, groups: Vec<Group>) -> Vec<Group> {
    let mut first: HashMap<(String, String), usize> = HashMap::new();
    let mut merged: Vec<Group> = Vec::new();
    for group in groups {
        let home = match &group.key {
            GroupKey::Typed(home, kind) => Some((home.to_string(), kind.clone())),
            GroupKey::Class(id) => {
                let facts = &project.files[id.file];
                let spread = facts.traits.methods == MethodPlaces::Package && !facts.package.is_empty();
                (spread && project.class(*id).is_enum).then(|| (facts.package.clone(), group.name.clone()))
            }
            _ => None,
        };
        match home.as_ref().and_then(|home| first.get(home)) {
            Some(&at) => {
                merged[at].members.extend(group.members);
                merged[at].inner.push(group.key);
            }
            None => {
                first.extend(home.map(|home| (home, merged.len())));
                merged.push(group);
            }
        }
    }
    merged.retain(|group| !matches!(group.key, GroupKey::Typed(..)) || group.members.len() >= 2);
    merged
}

/// Merges the nested classes of a class without constants of its own into one set: `Events.Invoice`, `Events.User`.
fn nested(project: &Project, groups: Vec<Group>) -> Vec<Group> {
    let mut merged: Vec<Group> = Vec::new();
    for group in groups {
        let outer = match &group.key {
            // A set with a telling name stays by itself, as in a namespace.
            GroupKey::Class(id) if !events::speaks_of_events(&group.name) => {
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
                sources: group.sources,
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

/// The names of the sets that belong to the webhooks, and the names of their constants.
pub(crate) fn of_webhooks(groups: &[Group], project: &Project) -> (HashSet<String>, HashSet<String>) {
    let is_webhook = |text: &str| verbs::split(text).iter().any(|word| matches!(word.as_str(), "webhook" | "webhooks"));
    let own = || groups.iter().filter(|group| is_webhook(&group.name) || is_webhook(project.place(group.file)));
    let last = |name: &str| name.rsplit('.').next().unwrap_or(name).to_owned();
    let members = own().flat_map(|group| &group.members).map(|member| last(&member.name)).collect();
    (own().map(|group| group.name.clone()).collect(), members)
}

/// The event types of all sets.
pub(crate) fn all_events(groups: &[Group]) -> HashSet<String> {
    // One word alone (`created`) is an event type only as a constant.
    let telling = |event: &&str| verbs::split(event).len() >= 2;
    groups.iter().flat_map(Group::events).filter(telling).map(str::to_owned).collect()
}
