//! Python: enums whose members have automatic values.

use crate::{
    facts::{Expr, Function},
    lower::writer::Writer,
};

/// Classes above an enum that are searched for the rule of its values.
const BASES_MAX: usize = 8;

/// `auto()` gives a member of a `StrEnum` its name in lower case, else the text that `_generate_next_value_` makes of
/// the name. Runs at the end of the class's body.
pub(super) fn automatic(w: &mut Writer<'_>) {
    let Some(class) = w.class().filter(|class| w.facts.classes[*class].is_enum) else { return };
    let is_auto = |value: &Expr| matches!(value, Expr::Call(call) if call.target.last_name() == Some("auto"));
    if !w.facts.classes[class].members.iter().any(|member| is_auto(&member.value)) {
        return;
    }
    let text = |name: &str| {
        let mut line = vec![class];
        let mut at = 0;
        while at < line.len() && at < BASES_MAX {
            let one = &w.facts.classes[line[at]];
            let rule = w.facts.functions.iter().find(|function| {
                function.name == "_generate_next_value_" && function.class.as_ref() == Some(&one.name)
            });
            if let Some(rule) = rule {
                return rule.returns.first().and_then(|value| made(value, rule, name));
            }
            if one.bases.iter().any(|base| base == "StrEnum") {
                return Some(name.to_lowercase());
            }
            line.extend(w.facts.classes.iter().position(|other| one.bases.contains(&other.name)));
            at += 1;
        }
        None
    };
    let texts: Vec<(usize, String)> = w.facts.classes[class]
        .members
        .iter()
        .enumerate()
        .filter(|(_, member)| is_auto(&member.value))
        .filter_map(|(at, member)| Some((at, text(&member.name)?)))
        .collect();
    for (at, text) in texts {
        w.facts.classes[class].members[at].value = Expr::Text(text);
    }
}

/// The text that an expression over the first parameter makes of a name.
// Bounded: by the depth of the expression, which `Writer` limits.
fn made(value: &Expr, rule: &Function, name: &str) -> Option<String> {
    match value {
        Expr::Text(text) => Some(text.clone()),
        Expr::Name(own) if rule.params.first().is_some_and(|param| param.name == *own) || own == "name" => {
            Some(name.to_owned())
        }
        Expr::Join(parts) => parts.iter().map(|part| made(part, rule, name)).collect(),
        Expr::Call(call) => {
            let Expr::Member(of, method) = &call.target else { return None };
            let text = made(of, rule, name)?;
            match (method.as_str(), &call.args[..]) {
                ("lower" | "casefold", []) => Some(text.to_lowercase()),
                ("upper", []) => Some(text.to_uppercase()),
                ("replace", [from, to]) => Some(text.replace(from.value.as_text()?, to.value.as_text()?)),
                _ => None,
            }
        }
        _ => None,
    }
}
