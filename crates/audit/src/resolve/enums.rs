//! Enums whose members have no texts, and enums that a generated client takes from a schema.

use super::{ClassId, Found, GroupKey, Project};
use crate::{
    facts::{Binding, Class, Expr},
    text::{events, verbs},
};

/// True when the members of an enum of events have no texts: then their names are the event types.
pub(crate) fn names_itself(class: &Class) -> bool {
    let has_text = |value: &Expr| match value {
        Expr::Text(_) => true,
        Expr::List(items) => items.iter().any(|item| matches!(item, Expr::Text(_))),
        _ => false,
    };
    class.is_enum
        && class.members.len() >= 2
        && events::speaks_of_events(&class.name)
        && !class.members.iter().any(|member| has_text(&member.value))
}

/// True for a numbered constant of a class that is named after events: `const EVENT_CREATE_CLIENT = 1`. Its name is the
/// event type.
pub(crate) fn is_numbered(class: &Class, member: &Binding) -> bool {
    let words = || verbs::split(&member.name);
    !class.is_enum
        && matches!(member.value, Expr::Nil)
        && events::speaks_of_events(&class.name)
        && words().len() >= 3
        && words().first().is_some_and(|first| events::speaks_of_events(first))
}

/// True when a value is a member of an enum whose members are their own names.
pub(crate) fn is_own_name(found: &Found<'_>, project: &Project) -> bool {
    matches!(&found.group, Some(GroupKey::Class(id)) if names_itself(project.class(*id)))
}

/// The event type that a name of a generated client has in a schema. The client is not in the tree; `path` ends with
/// the enum's name: `@prisma/client.WebhookTriggers`. A generator may write the members in another case.
pub(super) fn generated<'p>(project: &'p Project, path: &str, member: &str) -> Option<(ClassId, &'p str)> {
    let name = path.rsplit(['.', '/']).next().unwrap_or(path);
    project.schemas_named(name).iter().find_map(|id| {
        let members = || project.class(*id).members.iter();
        let exact = members().find(|one| one.name == member);
        let words = verbs::spelling(member);
        let mut alike = members().filter(|one| verbs::spelling(&one.name) == words);
        let found = exact.or_else(|| alike.next().filter(|_| alike.next().is_none()))?;
        let Binding { value: Expr::Text(text), .. } = found else { return None };
        Some((*id, text.as_str()))
    })
}
