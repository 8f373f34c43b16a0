//! Python: strings and their concatenation.

use crate::{
    facts::Expr,
    lower::{
        escapes,
        strings::joined,
        writer::{Writer, first_named, named},
    },
};
use tree_sitter::Node;

/// The content has its escape sequences, also in a raw string.
pub(super) fn string(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let mut parts = Vec::new();
    for child in named(node) {
        match child.kind() {
            "string_content" => parts.push(Expr::Text(escapes::PYTHON.unescape(w.text(child)))),
            "interpolation" => {
                let value = w.child(child, "expression").or(first_named(child));
                parts.push(value.map_or(Expr::Nil, |value| w.lower(value)));
            }
            _ => {}
        }
    }
    joined(w, parts, node)
}

pub(super) fn binary(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let (left, right) = (w.lower_field(node, "left"), w.lower_field(node, "right"));
    match w.field_text(node, "operator") {
        Some("+") => joined(w, vec![left, right], node),
        Some("|") => Expr::List(vec![left, right]),
        _ => w.opaque(node),
    }
}
