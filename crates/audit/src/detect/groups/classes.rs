//! Sets that are classes or enums.

use super::{Group, Member};
use crate::{
    facts::{Class, Expr},
    resolve::{ClassId, GroupKey, Project, names_itself},
    text::verbs,
};

pub(super) fn of_class(project: &Project, id: ClassId) -> Option<Group> {
    let class = project.class(id);
    let members = members(class);
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

fn members(class: &Class) -> Vec<Member> {
    let names_itself = names_itself(class);
    let members = class.members.iter().filter_map(|member| {
        let event = match &member.value {
            Expr::Text(text) => text,
            // An enum member with several values: the one that looks like an event type.
            Expr::List(items) if class.is_enum => items.iter().find_map(|item| match item {
                Expr::Text(text) if verbs::looks_like_event(text) => Some(text),
                _ => None,
            })?,
            _ if names_itself => &member.name,
            _ => return None,
        };
        Some(Member { event: event.clone(), name: member.name.clone(), line: member.line })
    });
    members.collect()
}

/// True when the members are event types: they look like ones, or the name of the class says so.
fn is_set(class: &Class, members: &[Member]) -> bool {
    let like = super::look_like_events(&class.name, members);
    if (like >= 2 && like * 10 >= members.len() * 6)
        || (like >= 1 && verbs::speaks_of_events(&class.name) && like == members.len())
    {
        return true;
    }
    // Statuses and modes have one word each; so may events, but then the name of the set says so.
    let said = verbs::speaks_of_events(&class.name) && !verbs::names_an_attribute(&class.name);
    let constants = || {
        let same = members.iter().filter(|member| verbs::same(&member.name, &member.event)).count();
        same * 10 >= members.len() * 8
    };
    if said && members.len() >= 2 && class.is_enum && verbs::names_event_types(&class.name) {
        return true;
    }
    let happened = members.iter().filter(|member| verbs::says_what_happened(&member.event)).count();
    said && members.len() >= 2 && happened * 10 >= members.len() * 3 && (class.is_enum || constants())
}
