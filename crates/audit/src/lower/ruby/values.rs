//! Ruby: constants, hashes, branches and assignments.

use super::{calls, classes, one_of};
use crate::{
    facts::{Arg, Binding, Expr},
    lower::{
        strings::{formatted, joined_flat},
        writer::{Writer, arg, either, first_named, line, named},
    },
};
use tree_sitter::Node;

/// `A::B`, or a constant by its own name.
pub(super) fn constant(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    if node.kind() == "constant" {
        return in_nesting(w, w.text(node));
    }
    let name = w.text_of(node, "name");
    match w.child(node, "scope") {
        Some(scope) => w.lower(scope).member(name),
        None => Expr::Name(name.to_owned()),
    }
}

/// A constant in the body of a class may be a member of that class or of an enclosing one.
fn in_nesting(w: &Writer<'_>, name: &str) -> Expr {
    let mut at = if w.class_body().is_some() { w.class() } else { None };
    let classes = &w.facts.classes;
    for _ in 0..16 {
        let Some(class) = at.and_then(|at| classes.get(at)) else { break };
        if class.members.iter().any(|member| member.name == name) {
            return Expr::Name(class.name.clone()).member(name);
        }
        let outer = class.outer.as_ref();
        at = outer.and_then(|outer| classes.iter().position(|one| one.name == *outer));
    }
    Expr::Name(name.to_owned())
}

pub(super) fn element(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let of = w.lower_field(node, "object");
    let block = w.child(node, "block");
    let keys = w.without_field(node, "object").into_iter().filter(|child| Some(*child) != block);
    of.index(keys.map(|key| w.lower(key)).last().unwrap_or(Expr::Nil))
}

pub(super) fn hash(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let mut pairs = Vec::new();
    for child in named(node) {
        if child.kind() == "pair" {
            pairs.push(pair(w, child));
        } else {
            w.lower_children(child);
        }
    }
    Expr::Map(pairs)
}

pub(super) fn pair(w: &mut Writer<'_>, node: Node<'_>) -> (Expr, Expr) {
    let key = w.lower_field(node, "key");
    let value = match (w.child(node, "value"), &key) {
        (Some(value), _) => w.lower(value),
        // `id:` is `id: id`.
        (None, Expr::Text(name)) => calls::by_name(w, node, name),
        (None, _) => Expr::Nil,
    };
    (key, value)
}

/// The value of the last statement, or of a `rescue`.
pub(super) fn last(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let mut value = Expr::Nil;
    let mut others = Expr::Nil;
    for child in named(node) {
        match child.kind() {
            "rescue" => {
                for part in named(child) {
                    let one = w.lower(part);
                    if part.kind() == "then" {
                        others = one_of(others, one);
                    }
                }
            }
            "ensure" => w.lower_children(child),
            _ => value = w.lower(child),
        }
    }
    one_of(value, others)
}

/// The value of `if`, `case` and the like: any of their branches.
pub(super) fn branches(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    if node.kind() == "begin" {
        return last(w, node);
    }
    let condition = w.child(node, "condition").or(w.child(node, "value"));
    if let Some(condition) = condition {
        w.lower(condition);
    }
    let mut all = Expr::Nil;
    for child in named(node) {
        if Some(child) == condition {
            continue;
        }
        let value = match child.kind() {
            "when" | "in_clause" => {
                let body = w.child(child, "body");
                for part in named(child) {
                    match part.kind() {
                        _ if Some(part) == body => {}
                        "pattern" | "if_guard" | "unless_guard" => w.lower_children(part),
                        _ => pattern(w, part),
                    }
                }
                body.map_or(Expr::Nil, |body| w.lower(body))
            }
            _ => w.lower(child),
        };
        all = one_of(all, value);
    }
    all
}

/// Binds the names in a pattern.
pub(super) fn pattern(w: &mut Writer<'_>, node: Node<'_>) {
    match node.kind() {
        "identifier" => w.bind(w.text(node), w.opaque(node), None, line(node)),
        "as_pattern" => {
            if let Some(name) = w.field_text(node, "name") {
                w.bind(name, w.opaque(node), None, line(node));
            }
            if let Some(value) = w.child(node, "value") {
                w.nested(|w| pattern(w, value));
            }
        }
        "keyword_pattern" => match (w.child(node, "value"), w.field_text(node, "key")) {
            (Some(value), _) => {
                w.nested(|w| pattern(w, value));
            }
            (None, Some(name)) => w.bind(name, w.opaque(node), None, line(node)),
            _ => {}
        },
        "array_pattern"
        | "hash_pattern"
        | "find_pattern"
        | "alternative_pattern"
        | "parenthesized_pattern"
        | "exception_variable"
        | "splat_parameter"
        | "hash_splat_parameter" => {
            for child in named(node) {
                w.nested(|w| pattern(w, child));
            }
        }
        _ => w.visit(node),
    }
}

pub(super) fn binary(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let (left, right) = (w.lower_field(node, "left"), w.lower_field(node, "right"));
    match w.field_text(node, "operator") {
        Some("+") if matches!((&left, &right), (Expr::List(_), _) | (_, Expr::List(_))) => either(left, right),
        Some("+") => joined_flat(w, vec![left, right], node),
        Some("||" | "or") => either(left, right),
        Some("&&" | "and") => right,
        Some("%") => match (&left, right) {
            (Expr::Text(format), Expr::List(values)) => formatted(format, &values).unwrap_or_else(|| w.opaque(node)),
            (Expr::Text(format), value) => formatted(format, &[value]).unwrap_or_else(|| w.opaque(node)),
            _ => w.opaque(node),
        },
        Some("<<") => {
            if let Expr::Name(name) = &left
                && name != "self"
            {
                w.bind(name, Expr::List(vec![right]), None, line(node));
            }
            left
        }
        _ => w.opaque(node),
    }
}

pub(super) fn assignment(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let (Some(left), Some(right)) = (w.child(node, "left"), w.child(node, "right")) else {
        return w.lower_opaque(node);
    };
    if left.kind() == "constant" && right.kind() == "call" && classes::made_of(w, w.text(left), right) {
        return Expr::Name(w.text(left).to_owned());
    }
    let value = match right.kind() {
        "right_assignment_list" => Expr::List(Arg::values(&calls::arguments(w, right))),
        _ => w.lower(right),
    };
    let value = of_enum(w, value);
    assign(w, left, value.clone());
    value
}

/// `Paid = new("invoice.paid")` in an enum.
fn of_enum(w: &Writer<'_>, value: Expr) -> Expr {
    let is_enum = w.class_body().and_then(|class| w.facts.classes.get(class)).is_some_and(|class| class.is_enum);
    match &value {
        Expr::Call(call) if is_enum && call.target.last_name() == Some("new") => match call.args.first() {
            Some(first) if matches!(first.value, Expr::Text(_)) => first.value.clone(),
            _ => value,
        },
        _ => value,
    }
}

fn assign(w: &mut Writer<'_>, left: Node<'_>, value: Expr) {
    match left.kind() {
        "identifier" | "constant" => w.bind(w.text(left), value, None, line(left)),
        "instance_variable" | "class_variable" => {
            w.field(w.text(left).trim_start_matches('@'), value, None, line(left));
        }
        "global_variable" => {
            let binding = Binding { name: w.text(left).to_owned(), value, kind: None, line: line(left) };
            if let Some(file) = w.facts.functions.first_mut() {
                file.bindings.push(binding);
            }
        }
        "call" => {
            let of = w.lower_field(left, "receiver");
            let name = w.text_of(left, "method");
            if of.is_receiver() {
                w.field(name, value.clone(), None, line(left));
            }
            let target = of.member(format!("{name}="));
            w.call(left, target, vec![arg(value)], false);
        }
        "element_reference" => {
            if let Expr::Index(of, key) = element(w, left)
                && let Expr::Name(name) = *of
                && name != "self"
            {
                w.bind(&name, Expr::Map(vec![(*key, value)]), None, line(left));
            }
        }
        "left_assignment_list" | "destructured_left_assignment" => {
            for (place, one) in named(left).into_iter().enumerate() {
                let part = value.item(place);
                w.nested(|w| assign(w, one, part));
            }
        }
        "rest_assignment" => {
            if let Some(inner) = first_named(left) {
                w.nested(|w| assign(w, inner, value));
            }
        }
        _ => w.visit(left),
    }
}

/// `||=` sets a default, `+=` appends to a string or a list.
pub(super) fn augmented(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let value = w.lower_field(node, "right");
    let Some(left) = w.child(node, "left") else { return value };
    match w.field_text(node, "operator") {
        Some("||=") => {
            let before = match left.kind() {
                "identifier" => Expr::Name(w.text(left).to_owned()),
                _ => w.lower(left),
            };
            assign(w, left, value.clone());
            either(before, value)
        }
        Some("&&=") => {
            assign(w, left, value.clone());
            value
        }
        Some("+=") if left.kind() == "identifier" => {
            let name = w.text(left);
            let before = w.current().bindings.iter().rev().find(|one| one.name == name).map(|one| one.value.clone());
            let grown = match before {
                Some(Expr::Text(text)) => Expr::Join(vec![Expr::Text(text), value]),
                Some(Expr::List(items)) => either(Expr::List(items), value),
                _ => w.opaque(node),
            };
            assign(w, left, grown.clone());
            grown
        }
        _ => w.opaque(node),
    }
}

pub(super) fn for_loop(w: &mut Writer<'_>, node: Node<'_>) {
    let over = w.child(node, "value").map(|value| last(w, value)).unwrap_or(Expr::Nil);
    if let Some(target) = w.child(node, "pattern") {
        assign(w, target, over.each());
    }
    w.lower_field(node, "body");
}

/// The value of `return a` and the like; a list for several.
pub(super) fn of_arguments(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let Some(list) = first_named(node) else { return Expr::Nil };
    match &Arg::values(&calls::arguments(w, list))[..] {
        [] => Expr::Nil,
        [only] => only.clone(),
        several => Expr::List(several.to_vec()),
    }
}
