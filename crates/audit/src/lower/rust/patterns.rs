//! Rust: patterns of `let`, `match`, `if let` and loops, and the values of their names.

use super::types;
use crate::{
    facts::Expr,
    lower::writer::{Writer, first_named, line, named, of_kind},
};
use tree_sitter::Node;

pub(super) fn declared(w: &mut Writer<'_>, node: Node<'_>) {
    let kind = types::of(w, node, "type");
    let value = w.child(node, "value").map(|value| w.lower(value));
    w.lower_field(node, "alternative");
    let pattern = w.child(node, "pattern");
    match (value, pattern) {
        (Some(value), pattern) => bind(w, pattern, value, kind),
        (None, Some(name)) if name.kind() == "identifier" => {
            w.declare(w.text(name));
        }
        _ => {}
    }
}

pub(super) fn bind(w: &mut Writer<'_>, pattern: Option<Node<'_>>, value: Expr, kind: Option<String>) {
    bind_at(w, pattern, value, kind, Place::default());
}

/// The position of a part in its pattern.
#[derive(Clone, Copy, Default)]
struct Place {
    depth: usize,
    /// After the `|` of an or-pattern: its names are already declared.
    behind_or: bool,
}

// Bounded: by its depth.
fn bind_at(w: &mut Writer<'_>, pattern: Option<Node<'_>>, value: Expr, kind: Option<String>, at: Place) {
    let Some(pattern) = pattern.filter(|_| at.depth < 32) else { return };
    let deeper = Place { depth: at.depth + 1, ..at };
    match pattern.kind() {
        "identifier" | "shorthand_field_identifier" => {
            let name = w.text(pattern);
            // A capital begins a constant or a variant, which is compared, not bound.
            if name.starts_with(|c: char| c.is_lowercase() || c == '_') {
                let name = if at.behind_or { w.known(name) } else { w.declare(name) };
                w.bind(&name, value, kind, line(pattern));
            }
        }
        "mut_pattern" | "ref_pattern" | "reference_pattern" => {
            let inner = named(pattern).into_iter().rfind(|one| one.kind() != "mutable_specifier");
            bind_at(w, inner, value, kind, deeper);
        }
        "match_pattern" | "captured_pattern" => bind_at(w, first_named(pattern), value, kind, deeper),
        "or_pattern" => {
            for (nth, one) in named(pattern).into_iter().enumerate() {
                let place = Place { behind_or: at.behind_or || nth > 0, ..deeper };
                bind_at(w, Some(one), value.clone(), None, place);
            }
        }
        "tuple_pattern" | "slice_pattern" => {
            for (nth, one) in named(pattern).into_iter().enumerate() {
                bind_at(w, Some(one), value.item(nth), None, deeper);
            }
        }
        "tuple_struct_pattern" => {
            let of = w.child(pattern, "type");
            // `Some` and `Ok` are transparent.
            let plain = of.is_some_and(|of| matches!(w.text(of), "Some" | "Ok"));
            for one in named(pattern).into_iter().filter(|one| Some(*one) != of) {
                let inner = if plain { value.clone() } else { Expr::Opaque(w.text(one).to_owned()) };
                bind_at(w, Some(one), inner, None, deeper);
            }
        }
        "struct_pattern" => {
            for field in of_kind(pattern, "field_pattern") {
                let Some(name) = w.field_text(field, "name") else { continue };
                let inner = w.child(field, "pattern").or(w.child(field, "name"));
                bind_at(w, inner, value.clone().member(name), None, deeper);
            }
        }
        _ => {}
    }
}

/// Methods that return the same elements.
const SAME: &[&str] = &[
    "iter",
    "into_iter",
    "iter_mut",
    "copied",
    "cloned",
    "rev",
    "skip",
    "take",
    "filter",
    "to_vec",
    "clone",
    "as_slice",
    "drain",
    "chain",
    "step_by",
    "peekable",
    "keys",
];

/// The collection behind an iterator, and whether it is enumerated.
pub(super) fn over(value: Expr) -> (Expr, bool) {
    let mut value = value;
    let mut counted = false;
    loop {
        let Expr::Call(call) = &value else { return (value, counted) };
        let Expr::Member(of, method) = &call.target else { return (value, counted) };
        if method == "enumerate" {
            counted = true;
        } else if !SAME.contains(&method.as_str()) {
            return (value, counted);
        }
        let of = Expr::clone(of);
        value = of;
    }
}

pub(super) fn bind_each(w: &mut Writer<'_>, pattern: Option<Node<'_>>, value: Expr) {
    let (over, counted) = over(value);
    let each = over.each();
    match pattern {
        Some(tuple) if counted && tuple.kind() == "tuple_pattern" => {
            bind(w, named(tuple).into_iter().nth(1), each, None);
        }
        pattern => bind(w, pattern, each, None),
    }
}

/// The value of a `match`: any of its arms.
pub(super) fn matched(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let value = w.lower_field(node, "value");
    let arms = w.field_children(node, "body");
    let mut all = Vec::new();
    for arm in arms.into_iter().filter(|arm| arm.kind() == "match_arm") {
        let handed = w.in_block(|w| {
            if let Some(pattern) = w.child(arm, "pattern") {
                bind(w, Some(pattern), value.clone(), None);
                w.lower_field(pattern, "condition");
            }
            w.lower_field(arm, "value")
        });
        match handed {
            Expr::Nil => {}
            Expr::Any(values) => all.extend(values),
            one => all.push(one),
        }
    }
    Expr::Any(all)
}
