//! Sets that are constants, maps or lists.

use super::{Group, Member, closed, fields, group::look_like_events, rows};
use crate::{
    facts::{Binding, Expr, Facts, as_written},
    resolve::{
        FunctionId, GroupKey, Project, Resolver, Thing,
        walk::{Walk, Walks},
    },
    text::events,
};
use std::collections::{BTreeMap, BTreeSet};

/// Depth of nested maps and lists that is read.
const DEPTH_MAX: usize = 6;

/// The sets among the constants of a file and of its classes.
pub(super) fn of_file<'p>(project: &'p Project, file: usize, walks: &mut Walks<'p>) -> Vec<Group> {
    let facts = &project.files[file];
    let mut groups = Vec::new();
    let top = FunctionId { file, index: 0 };
    for binding in &facts.functions[0].bindings {
        groups.extend(of_binding(project, binding, &binding.name, top, walks));
        for limited in fields::of(project, &binding.value, top) {
            let name = format!("{}.{}", binding.name, limited.field);
            groups.extend(of_texts(limited.texts, &name, binding.line, file));
        }
    }
    if rows::is_seed(&facts.file) {
        for (index, function) in facts.functions.iter().enumerate().skip(1) {
            let scope = FunctionId { file, index };
            let lists = function.bindings.iter().filter(|one| matches!(literal(&one.value), Expr::List(_)));
            groups.extend(lists.flat_map(|one| of_binding(project, one, as_written(&one.name), scope, walks)));
        }
    }
    for class in &facts.classes {
        let scope = FunctionId { file, index: class.scope };
        for member in class.members.iter().filter(|_| !class.is_enum) {
            let name = format!("{}.{}", class.name, member.name);
            groups.extend(of_binding(project, member, &name, scope, walks));
        }
    }
    groups.extend(of_constants(project, file));
    groups
}

/// The sets in the value of a constant: those of its lists of events (`{name: "…", events: […]}`), else itself.
fn of_binding<'p>(
    project: &'p Project,
    binding: &'p Binding,
    name: &str,
    scope: FunctionId,
    walks: &mut Walks<'p>,
) -> Vec<Group> {
    let value = literal(&binding.value);
    if let Expr::Map(pairs) = value {
        let lists = pairs.iter().filter_map(|(key, value)| match (key, literal(value)) {
            (Expr::Text(key), list @ Expr::List(_)) if events::is_called_events(key) => {
                of_value(project, list, binding.line, &format!("{name}.{key}"), scope, walks)
            }
            _ => None,
        });
        let lists: Vec<Group> = lists.collect();
        if !lists.is_empty() {
            return lists;
        }
    }
    of_value(project, value, binding.line, name, scope, walks).into_iter().collect()
}

/// A map or a list that is a set.
fn of_value<'p>(
    project: &'p Project,
    value: &'p Expr,
    line: u32,
    name: &str,
    scope: FunctionId,
    walks: &mut Walks<'p>,
) -> Option<Group> {
    if let Some(texts) = closed::texts(project, value, scope) {
        return of_texts(texts, name, line, scope.file);
    }
    if !matches!(value, Expr::Map(_) | Expr::List(_)) {
        return None;
    }
    let mut reader = Reader {
        resolver: Resolver::types(project),
        scope,
        line,
        follows: events::speaks_of_events(name),
        members: Vec::new(),
        sources: BTreeSet::new(),
    };
    reader.leaves(value, "", &mut walks.types(), 0);
    let (mut members, sources) = (reader.members, reader.sources);
    if !is_set(name, &members, matches!(value, Expr::List(_))) {
        members = keys(value, line);
        if !is_set_of_keys(name, &members) {
            return None;
        }
    }
    let key = GroupKey::Object(scope.file, name.to_owned());
    let sources = sources.into_iter().filter(|source| *source != key).collect();
    Some(Group { key, inner: Vec::new(), sources, name: name.to_owned(), file: scope.file, line, members })
}

/// The constants at the top level of a file. They are one set: two would have the same key. Those of a type that is
/// named after events are a set of their own, over all files of the package.
fn of_constants(project: &Project, file: usize) -> Vec<Group> {
    let facts = &project.files[file];
    let stem = stem(facts);
    let said = events::speaks_of_events(&stem) && !events::names_an_attribute(&stem);
    let mut kinds: BTreeMap<Option<&str>, Vec<Member>> = BTreeMap::new();
    let mut typed: BTreeMap<GroupKey, Group> = BTreeMap::new();
    for binding in &facts.functions[0].bindings {
        let Expr::Text(text) = literal(&binding.value) else { continue };
        let member = Member { event: text.clone(), name: binding.name.clone(), line: binding.line };
        if let (Some(kind), Some(key)) = (&binding.kind, project.constants_of(file, binding)) {
            let new = || Group {
                key: key.clone(),
                inner: Vec::new(),
                sources: Vec::new(),
                name: kind.clone(),
                file,
                line: binding.line,
                members: Vec::new(),
            };
            typed.entry(key.clone()).or_insert_with(new).members.push(member);
        } else if events::looks_like_event(text) || (said && events::may_be_event(text)) {
            kinds.entry(binding.kind.as_deref()).or_default().push(member);
        }
    }
    let name = match kinds.keys().collect::<Vec<_>>()[..] {
        [Some(kind)] if !facts.traits.text_types.contains(kind) => (*kind).to_owned(),
        _ => stem,
    };
    let mut members: Vec<Member> = kinds.into_values().flatten().collect();
    members.sort_by_key(|member| member.line);
    let mut found: Vec<Group> = typed.into_values().collect();
    if let [first, _, ..] = &members[..] {
        let (key, line) = (GroupKey::Constants(file), first.line);
        found.push(Group { key, inner: Vec::new(), sources: Vec::new(), name, file, line, members });
    }
    found
}

fn is_set(name: &str, members: &[Member], is_list: bool) -> bool {
    let like = look_like_events(name, members);
    let said = events::speaks_of_events(name);
    (!is_list || said)
        && ((like >= 2 && like * 10 >= members.len() * 6) || (like >= 1 && said && like == members.len()))
}

/// A closed set of texts.
fn of_texts(texts: Vec<String>, name: &str, line: u32, file: usize) -> Option<Group> {
    let member = |text: String| Member { event: text.clone(), name: text, line };
    let members: Vec<Member> = texts.into_iter().map(member).collect();
    let (key, name) = (GroupKey::Object(file, name.to_owned()), name.to_owned());
    let is_set = is_set(&name, &members, true) || is_said(&name, &members);
    is_set.then_some(Group { key, inner: Vec::new(), sources: Vec::new(), name, file, line, members })
}

/// The values of an enum need no dots, when its name says what they are.
fn is_said(name: &str, members: &[Member]) -> bool {
    let happened = members.iter().filter(|member| events::says_what_happened(&member.event)).count();
    let said = events::speaks_of_events(name) && !events::names_an_attribute(name);
    said && members.len() >= 2 && happened * 10 >= members.len() * 3
}

/// `{"invoice.created" => CreatedService}`: the keys are the events, whatever they lead to.
fn is_set_of_keys(name: &str, members: &[Member]) -> bool {
    let like = look_like_events(name, members);
    events::speaks_of_events(name) && like >= 2 && like * 10 >= members.len() * 9
}

fn keys(value: &Expr, line: u32) -> Vec<Member> {
    let Expr::Map(pairs) = value else { return Vec::new() };
    let keys = pairs.iter().filter(|(key, _)| !key.is_spread()).filter_map(|(key, _)| match key {
        Expr::Text(text) => Some(Member { event: text.clone(), name: text.clone(), line }),
        _ => None,
    });
    keys.collect()
}

/// Unwraps calls that make a literal immutable: `Object.freeze({…})`, `{…}.freeze`.
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

/// Collects the texts of a literal.
struct Reader<'p> {
    resolver: Resolver<'p>,
    scope: FunctionId,
    line: u32,
    /// Names in lists are resolved.
    follows: bool,
    members: Vec<Member>,
    /// The sets of the constants that it names.
    sources: BTreeSet<GroupKey>,
}

impl<'p> Reader<'p> {
    // Bounded: by `DEPTH_MAX`.
    fn leaves(&mut self, value: &'p Expr, name: &str, walk: &mut Walk<'_, 'p>, depth: usize) {
        match literal(value) {
            Expr::Text(event) => self.add(event.clone(), name.to_owned()),
            Expr::Map(pairs) if depth < DEPTH_MAX => {
                for (key, value) in pairs {
                    let key = match key {
                        Expr::Text(text) => text.as_str(),
                        other => other.last_name().unwrap_or("?"),
                    };
                    let name = if name.is_empty() { key.to_owned() } else { format!("{name}.{key}") };
                    self.leaves(value, &name, walk, depth + 1);
                }
            }
            Expr::List(items) if depth < DEPTH_MAX => {
                for item in items {
                    self.item(item, walk);
                }
            }
            _ => {}
        }
    }

    /// An element of a list: a text, a constant, or the elements of another list.
    fn item(&mut self, item: &'p Expr, walk: &mut Walk<'_, 'p>) {
        match item {
            Expr::Text(event) => self.add(event.clone(), event.clone()),
            Expr::Map(_) | Expr::Call(_) if self.follows => {
                if let Some(event) = rows::event(item) {
                    self.add(event.to_owned(), event.to_owned());
                }
            }
            Expr::Name(_) | Expr::Member(..) | Expr::Each(_) if self.follows => {
                for found in self.resolver.resolve(item, self.scope, walk) {
                    if let Thing::Text(event) = found.thing {
                        self.sources.extend(found.group);
                        self.add(event.clone(), event);
                    }
                }
            }
            _ => {}
        }
    }

    fn add(&mut self, event: String, name: String) {
        // A description or an address is no event.
        if event.contains(char::is_whitespace) || event.contains("://") {
            return;
        }
        self.members.push(Member { event, name, line: self.line });
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
