//! Sets of constants that are catalogs: enums, classes, objects, and constants of a file whose values look like event
//! types.

use crate::{
    facts::{Binding, Expr, Facts},
    resolve::{ClassId, GroupKey, Project},
    text::verbs,
};
use std::collections::{BTreeMap, HashSet};

/// A set of constants.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    pub(crate) key: GroupKey,
    /// Keys of the nested classes that were merged into this set.
    pub(crate) inner: Vec<GroupKey>,
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

    /// True when the configuration means this set: `name`, or `folder/file.py:name`.
    pub(crate) fn is_called(&self, name: &str, project: &Project) -> bool {
        let file = &project.files[self.file].file;
        match name.rsplit_once(':') {
            Some((path, name)) if !path.is_empty() && !path.ends_with(':') => self.name == name && file.ends_with(path),
            _ => self.name == name || file == name,
        }
    }
}

/// True when a name says that its constants are events.
fn speaks_of_events(name: &str) -> bool {
    verbs::split(name)
        .iter()
        .any(|word| matches!(word.as_str(), "event" | "events" | "webhook" | "webhooks" | "topic" | "topics"))
}

/// All sets of the tree, in the order of files and lines.
pub(crate) fn find(project: &Project) -> Vec<Group> {
    let mut groups = Vec::new();
    for id in project.class_ids() {
        groups.extend(of_class(project, id));
    }
    for file in 0..project.files.len() {
        of_file(project, file, &mut groups);
    }
    groups.sort_by_key(|group| (group.file, group.line));
    nested(project, groups)
}

/// Merges the nested classes of a class without constants of its own into one set: `Events.Invoice`, `Events.User`.
fn nested(project: &Project, groups: Vec<Group>) -> Vec<Group> {
    let mut merged: Vec<Group> = Vec::new();
    for group in groups {
        let outer = match &group.key {
            // A set with a telling name stays by itself, as in a namespace.
            GroupKey::Class(id) if !speaks_of_events(&group.name) => {
                project.class(*id).outer.as_ref().and_then(|outer| {
                    let mut same = project.classes_named(outer).iter().filter(|one| one.file == id.file);
                    same.find(|one| {
                        let own = |member: &Binding| matches!(member.value, Expr::Text(_));
                        !project.class(**one).members.iter().any(own) || of_class(project, **one).is_some()
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

fn of_class(project: &Project, id: ClassId) -> Option<Group> {
    let class = project.class(id);
    let members = class.members.iter().filter_map(|member| {
        let text = match &member.value {
            Expr::Text(text) => text,
            // An enum member with several values: the one that looks like an event type.
            Expr::List(items) if class.is_enum => items.iter().find_map(|item| match item {
                Expr::Text(text) if verbs::looks_like_event(text) => Some(text),
                _ => None,
            })?,
            _ => return None,
        };
        Some(Member { event: text.clone(), name: member.name.clone(), line: member.line })
    });
    let members: Vec<Member> = members.collect();
    is_of_events(&class.name, &members, class.is_enum).then(|| Group {
        key: GroupKey::Class(id),
        inner: Vec::new(),
        name: class.name.clone(),
        file: id.file,
        line: class.line,
        members,
    })
}

fn is_of_events(name: &str, members: &[Member], is_enum: bool) -> bool {
    let like = members.iter().filter(|member| verbs::looks_like_event(&member.event)).count();
    // Without dots: statuses and modes are single words, so only an enum whose name says event, and whose values have
    // separators, is a set of events.
    let said = speaks_of_events(name)
        && is_enum
        && like == 0
        && members.len() >= 2
        && !says_otherwise(name)
        && members.iter().all(|member| member.event.contains(['_', '-', ':', '/', '.']));
    (like >= 2 && like * 10 >= members.len() * 6)
        || (like >= 1 && speaks_of_events(name) && like == members.len())
        || said
}

/// True when the name means something else, such as `WebhookEventStatus`.
fn says_otherwise(name: &str) -> bool {
    let words = verbs::split(name);
    let last = words.last().map_or("", String::as_str);
    matches!(
        last,
        "status" | "state" | "priority" | "level" | "mode" | "error" | "kind" | "format" | "source" | "category"
    )
}

fn of_file(project: &Project, file: usize, groups: &mut Vec<Group>) {
    let mut constants: BTreeMap<Option<&str>, Vec<&Binding>> = BTreeMap::new();
    for binding in &project.files[file].functions[0].bindings {
        match literal(&binding.value) {
            Expr::Text(text) if verbs::looks_like_event(text) => {
                constants.entry(binding.kind.as_deref()).or_default().push(binding);
            }
            value @ (Expr::Map(_) | Expr::List(_)) => {
                let mut members = Vec::new();
                leaves(value, "", binding.line, &mut members, 0);
                let enough = !matches!(value, Expr::List(_)) || speaks_of_events(&binding.name);
                if enough && is_of_events(&binding.name, &members, false) {
                    groups.push(Group {
                        key: GroupKey::Object(file, binding.name.clone()),
                        inner: Vec::new(),
                        name: binding.name.clone(),
                        file,
                        line: binding.line,
                        members,
                    });
                }
            }
            _ => {}
        }
    }
    // A single set per file, since all would have the same key.
    let all: Vec<&Binding> = constants.values().flatten().copied().collect();
    if all.len() >= 2 {
        let mut kinds = constants.keys();
        let name = match (kinds.next(), kinds.next()) {
            (Some(Some(kind)), None) if !project.files[file].traits.text_types.contains(kind) => (*kind).to_owned(),
            _ => stem(&project.files[file]),
        };
        let mut members: Vec<Member> = all
            .iter()
            .filter_map(|binding| match literal(&binding.value) {
                Expr::Text(text) => {
                    Some(Member { event: text.clone(), name: binding.name.clone(), line: binding.line })
                }
                _ => None,
            })
            .collect();
        members.sort_by_key(|member| member.line);
        let line = members.first().map_or(1, |member| member.line);
        groups.push(Group { key: GroupKey::Constants(file), inner: Vec::new(), name, file, line, members });
    }
}

/// The literal inside wrappers such as `Object.freeze({…})`.
// Bounded: by the depth of the expression, which `Writer` limits.
fn literal(value: &Expr) -> &Expr {
    match value {
        Expr::Call(call)
            if call.args.len() == 1
                && matches!(
                    call.target.last_name(),
                    Some("freeze" | "frozenset" | "set" | "Set" | "constant" | "Freeze")
                ) =>
        {
            literal(&call.args[0].value)
        }
        Expr::Call(call) if call.args.is_empty() => match &call.target {
            Expr::Member(of, name) if name == "freeze" => literal(of),
            _ => value,
        },
        value => value,
    }
}

// Bounded: by `depth`.
fn leaves(value: &Expr, name: &str, line: u32, members: &mut Vec<Member>, depth: usize) {
    match literal(value) {
        Expr::Text(event) => members.push(Member { event: event.clone(), name: name.to_owned(), line }),
        Expr::Map(pairs) if depth < 6 => {
            for (key, value) in pairs {
                let key = match key {
                    Expr::Text(text) => text.as_str(),
                    other => other.last_name().unwrap_or("?"),
                };
                let name = if name.is_empty() { key.to_owned() } else { format!("{name}.{key}") };
                leaves(value, &name, line, members, depth + 1);
            }
        }
        Expr::List(items) if depth < 6 => {
            for item in items {
                if let Expr::Text(event) = item {
                    members.push(Member { event: event.clone(), name: event.clone(), line });
                }
            }
        }
        _ => {}
    }
}

/// The name by which a module is used: of the file, or of its folder.
fn stem(facts: &Facts) -> String {
    let mut parts = facts.file.rsplit('/');
    let name = parts.next().unwrap_or(&facts.file);
    let stem = name.split('.').next().unwrap_or(name);
    match parts.next() {
        Some(folder) if facts.traits.folder_files.contains(&stem) => folder.to_owned(),
        _ => stem.to_owned(),
    }
}

/// The event types of all sets.
pub(crate) fn all_events(groups: &[Group]) -> HashSet<String> {
    groups.iter().flat_map(Group::events).map(str::to_owned).collect()
}
