//! Ruby's strings, symbols in quotes and here documents.

use crate::{
    facts::Expr,
    lower::{
        texts::joined,
        writer::{Writer, named},
    },
};
use tree_sitter::Node;

/// Nodes that are looked at for the body of a here document.
const LOOKED_AT_MAX: usize = 4_000;

pub(super) fn string(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    of_parts(w, node, node)
}

/// `<<~SQL`: what it says stands further below.
pub(super) fn heredoc(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let name = w.text(node).trim_start_matches(['<', '-', '~']).trim_matches(['"', '\'', '`']);
    match body(w, node, name) {
        Some(body) => of_parts(w, body, node),
        None => w.opaque(node),
    }
}

fn of_parts(w: &mut Writer<'_>, holder: Node<'_>, node: Node<'_>) -> Expr {
    let mut parts: Vec<Expr> = Vec::new();
    let mut text = String::new();
    let mut cursor = holder.walk();
    let children: Vec<Node<'_>> = holder.named_children(&mut cursor).collect();
    for child in children {
        match child.kind() {
            "string_content" | "heredoc_content" => text.push_str(w.text(child)),
            "escape_sequence" => text.push_str(&unescape(w.text(child))),
            "interpolation" => {
                if !text.is_empty() {
                    parts.push(Expr::Text(std::mem::take(&mut text)));
                }
                let mut value = Expr::Nil;
                for inner in named(child) {
                    value = w.lower(inner);
                }
                parts.push(value);
            }
            _ => {}
        }
    }
    if parts.is_empty() {
        return w.string(text, node);
    }
    if !text.is_empty() {
        parts.push(Expr::Text(text));
    }
    joined(w, parts, node)
}

/// The first body after the mark that ends with its name.
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
        let mut cursor = one.walk();
        let children: Vec<Node<'t>> = one.children(&mut cursor).collect();
        if one.kind() == "heredoc_body" && children.last().is_some_and(|end| w.text(*end).trim() == name) {
            return Some(one);
        }
        open.extend(children.into_iter().rev());
    }
    None
}

fn unescape(text: &str) -> String {
    match text {
        "\\n" => "\n".into(),
        "\\t" => "\t".into(),
        "\\r" => "\r".into(),
        _ => text.trim_start_matches('\\').to_owned(),
    }
}
