//! Ruby: strings, quoted symbols and here documents.

use crate::{
    facts::Expr,
    lower::{
        escapes,
        strings::{Literal, joined_flat, pieces},
        writer::{Writer, tokens},
    },
};
use tree_sitter::Node;

/// Largest number of nodes that are searched for the body of a here document.
const LOOKED_AT_MAX: usize = 4_000;

const LITERAL: Literal = Literal { contents: &["string_content", "heredoc_content"], escapes: escapes::RUBY };

pub(super) fn string(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    of_parts(w, node, node)
}

/// `<<~SQL`. The body of a here document is another node, further below.
pub(super) fn heredoc(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let name = w.text(node).trim_start_matches(['<', '-', '~']).trim_matches(['"', '\'', '`']);
    match body(w, node, name) {
        Some(body) => of_parts(w, body, node),
        None => w.opaque(node),
    }
}

fn of_parts(w: &mut Writer<'_>, holder: Node<'_>, node: Node<'_>) -> Expr {
    let parts = pieces(w, holder, &LITERAL, |w, hole| (hole.kind() == "interpolation").then(|| w.lower_last(hole)));
    joined_flat(w, parts, node)
}

/// The first body after the start of a here document that ends with its name.
fn body<'t>(w: &Writer<'_>, mark: Node<'t>, name: &str) -> Option<Node<'t>> {
    let mut looked_at = 0;
    let mut at = mark;
    loop {
        let mut next = at.next_sibling();
        while let Some(sibling) = next {
            if let Some(found) = body_in(w, sibling, name, &mut looked_at) {
                return Some(found);
            }
            if looked_at > LOOKED_AT_MAX {
                return None;
            }
            next = sibling.next_sibling();
        }
        at = at.parent()?;
    }
}

fn body_in<'t>(w: &Writer<'_>, node: Node<'t>, name: &str, looked_at: &mut usize) -> Option<Node<'t>> {
    let mut open = vec![node];
    while let Some(one) = open.pop() {
        *looked_at += 1;
        if *looked_at > LOOKED_AT_MAX {
            return None;
        }
        let children: Vec<Node<'t>> = tokens(one);
        if one.kind() == "heredoc_body" && children.last().is_some_and(|end| w.text(*end).trim() == name) {
            return Some(one);
        }
        open.extend(children.into_iter().rev());
    }
    None
}
