//! Enums whose members have no texts.

use crate::{
    facts::{Class, Expr},
    text::verbs,
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
        && verbs::speaks_of_events(&class.name)
        && !class.members.iter().any(|member| has_text(&member.value))
}
