//! PHP: quoted strings, heredoc and nowdoc.

use crate::{
    facts::Expr,
    lower::{
        escapes,
        strings::{Literal, joined_flat, pieces},
        writer::Writer,
    },
};
use tree_sitter::Node;

const LITERAL: Literal = Literal { contents: &["string_content", "nowdoc_string"], escapes: escapes::PHP };

pub(super) fn string(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let node_of_parts = match node.kind() {
        "heredoc" | "nowdoc" => match w.child(node, "value") {
            Some(body) => body,
            None => return Expr::Text(String::new()),
        },
        _ => node,
    };
    let parts = pieces(w, node_of_parts, &LITERAL, |w, hole| Some(w.lower(hole)));
    joined_flat(w, parts, node)
}
