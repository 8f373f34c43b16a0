//! Literals: strings, templates, objects, lists; concatenation.

use super::{bare, functions, key_of, key_text};
use crate::{
    facts::Expr,
    lower::{
        escapes,
        strings::{self, Literal, joined, joined_flat, pieces},
        writer::{Writer, either, named},
    },
};
use tree_sitter::Node;

/// The position of an object.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Holder {
    Value,
    /// An argument: the callee may call its functions.
    Argument,
    /// An export: its names are not used here.
    Export,
}

pub(super) fn object(w: &mut Writer<'_>, node: Node<'_>, holder: Holder) -> Expr {
    let mut pairs = Vec::new();
    for part in named(node) {
        match part.kind() {
            "pair" => {
                let Some(key) = w.child(part, "key") else { continue };
                let name = key_text(w, key);
                let key = match &name {
                    Some(name) => Expr::Text(name.clone()),
                    None => w.lower_first(key),
                };
                let value = w.child(part, "value").map_or(Expr::Nil, |value| {
                    held(w, name.as_deref().or(key.last_name()).unwrap_or(""), value, holder)
                });
                pairs.push((key, value));
            }
            "shorthand_property_identifier" => {
                let name = w.text(part).to_owned();
                let known = w.known(&name);
                if holder != Holder::Export {
                    functions::mention(w, &known);
                }
                pairs.push((Expr::Text(name), Expr::Name(known)));
            }
            "method_definition" => {
                let name = key_of(w, part, "name").unwrap_or_default();
                let function = holds(w, &name, part, holder);
                pairs.push((Expr::Text(name), function));
            }
            "spread_element" => {
                let value = w.lower_first(part);
                pairs.push((Expr::Opaque("...".into()), value));
            }
            _ => w.visit(part),
        }
    }
    Expr::Map(pairs)
}

fn held(w: &mut Writer<'_>, name: &str, value: Node<'_>, holder: Holder) -> Expr {
    let inner = bare(value);
    match inner.kind() {
        kind if functions::is_function(kind) => holds(w, name, inner, holder),
        "identifier" if holder == Holder::Export => Expr::Name(w.known(w.text(inner))),
        "object" if holder == Holder::Argument => {
            w.nested(|w| object(w, inner, holder)).unwrap_or_else(|| w.opaque(value))
        }
        _ => w.lower(value),
    }
}

/// A function in an object. In an argument it counts as called.
fn holds(w: &mut Writer<'_>, name: &str, node: Node<'_>, holder: Holder) -> Expr {
    let at_top = w.function() == 0;
    let in_class = w.class_body().is_some();
    let mut shape = if in_class { functions::Shape::named(name) } else { functions::Shape::held(name) };
    if holder == Holder::Argument {
        shape.registered = at_top;
        if !at_top {
            w.mention(name);
        }
    }
    Expr::Function(functions::value(w, node, shape))
}

pub(super) fn array(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let mut items = Vec::new();
    for part in named(node) {
        if part.kind() == "spread_element" {
            match w.lower_first(part) {
                Expr::List(more) => items.extend(more),
                other => items.push(other.each()),
            }
        } else {
            items.push(w.lower(part));
        }
    }
    Expr::List(items)
}

const LITERAL: Literal = Literal { contents: &["string_fragment"], escapes: escapes::TYPESCRIPT };

/// A string's text.
pub(super) fn plain(w: &Writer<'_>, node: Node<'_>) -> String {
    strings::plain(w, node, &LITERAL)
}

pub(super) fn string(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let text = plain(w, node);
    w.string(text, node)
}

pub(super) fn template(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let parts =
        pieces(w, node, &LITERAL, |w, hole| (hole.kind() == "template_substitution").then(|| w.lower_first(hole)));
    joined(w, parts, node)
}

pub(super) fn binary(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let (left, right) = (w.lower_field(node, "left"), w.lower_field(node, "right"));
    match w.field_text(node, "operator") {
        Some("+") => joined_flat(w, vec![left, right], node),
        Some("||" | "??") => either(left, right),
        Some("&&") => right,
        _ => w.opaque(node),
    }
}
