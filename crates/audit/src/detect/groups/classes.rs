//! Sets that are classes or enums.

use super::{Group, Member, group::look_like_events};
use crate::{
    facts::{Class, Expr},
    resolve::{ClassId, GroupKey, Project, is_numbered, names_itself},
    text::{events, verbs},
};

pub(super) fn of_class(project: &Project, id: ClassId) -> Option<Group> {
    let class = project.class(id);
    let mut members = members(class);
    // `type Events = OrderEvent | CartEvent`
    let bases = project.lineage(id).iter().map(|base| project.class(*base));
    for base in bases.filter(|base| class.is_enum && base.is_enum) {
        let more = self::members(base).into_iter().map(|member| Member { line: class.line, ..member });
        members.extend(more);
    }
    is_set(class, &members).then(|| Group {
        key: GroupKey::Class(id),
        inner: Vec::new(),
        sources: Vec::new(),
        name: class.name.clone(),
        file: id.file,
        line: class.line,
        members,
    })
}

/// The set that several classes form together.
pub(super) fn of_parts(project: &Project, ids: &[ClassId]) -> Option<Group> {
    let (first, rest) = ids.split_first()?;
    let class = project.class(*first);
    let mut all: Vec<Member> = Vec::new();
    for member in ids.iter().flat_map(|id| members(project.class(*id))) {
        if !all.iter().any(|one| one.event == member.event) {
            all.push(member);
        }
    }
    (all.len() >= 2 && is_set(class, &all)).then(|| Group {
        key: GroupKey::Class(*first),
        inner: rest.iter().map(|id| GroupKey::Class(*id)).collect(),
        sources: Vec::new(),
        name: class.name.clone(),
        file: first.file,
        line: class.line,
        members: all,
    })
}

fn members(class: &Class) -> Vec<Member> {
    let names_itself = names_itself(class);
    let members = class.members.iter().filter_map(|member| {
        let event = match &member.value {
            Expr::Text(text) => text,
            // An enum member with several values: the one that looks like an event type.
            Expr::List(items) if class.is_enum => items
                .iter()
                .find_map(|item| match item {
                    Expr::Text(text) if events::looks_like_event(text) => Some(text),
                    _ => None,
                })
                .or_else(|| first_word(items))?,
            _ if names_itself || is_numbered(class, member) => &member.name,
            _ => return None,
        };
        Some(Member { event: event.clone(), name: member.name.clone(), line: member.line })
    });
    members.collect()
}

/// The first text, when it is a name and no label.
fn first_word(items: &[Expr]) -> Option<&String> {
    let first = items.iter().find_map(|item| if let Expr::Text(text) = item { Some(text) } else { None });
    first.filter(|text| !text.is_empty() && !text.contains(char::is_whitespace))
}

/// True when the members are event types: they look like ones, or the name of the class says so.
fn is_set(class: &Class, members: &[Member]) -> bool {
    let like = look_like_events(&class.name, members);
    if (like >= 2 && like * 10 >= members.len() * 6)
        || (like >= 1 && events::speaks_of_events(&class.name) && like == members.len())
    {
        return true;
    }
    // Statuses and modes have one word each; so may events, but then the name of the set says so.
    let said = events::speaks_of_events(&class.name) && !events::names_an_attribute(&class.name);
    let constants = || {
        let same = members.iter().filter(|member| verbs::same(&member.name, &member.event)).count();
        same * 10 >= members.len() * 8
    };
    if said && members.len() >= 2 && class.is_enum && events::names_event_types(&class.name) {
        return true;
    }
    let happened = members.iter().filter(|member| events::says_what_happened(&member.event)).count();
    said && members.len() >= 2 && happened * 10 >= members.len() * 3 && (class.is_enum || constants())
}
