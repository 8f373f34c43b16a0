//! Strings in Python: literal, put together, with holes.

use super::super::writer::{Writer, named};
use crate::facts::Expr;
use tree_sitter::Node;

pub(super) fn string(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let mut parts = Vec::new();
    let mut text = String::new();
    let mut computed = false;
    for child in named(node) {
        match child.kind() {
            "string_content" => text.push_str(&unescape(w.text(child))),
            "interpolation" => {
                computed = true;
                if !text.is_empty() {
                    parts.push(Expr::Text(std::mem::take(&mut text)));
                }
                let value = w.child(child, "expression").or(named(child).into_iter().next());
                parts.push(value.map_or(Expr::Nil, |value| w.lower(value)));
            }
            _ => {}
        }
    }
    if computed {
        if !text.is_empty() {
            parts.push(Expr::Text(text));
        }
        return joined(w, parts, node);
    }
    w.string(text, node)
}

pub(super) fn joined(w: &mut Writer<'_>, parts: Vec<Expr>, node: Node<'_>) -> Expr {
    let plain: Option<String> = parts
        .iter()
        .map(|part| match part {
            Expr::Text(text) => Some(text.as_str()),
            _ => None,
        })
        .collect();
    match plain {
        Some(text) => w.string(text, node),
        None => {
            // SQL with a hole in it is still SQL.
            let text: String = parts.iter().map(|part| if let Expr::Text(text) = part { text } else { "?" }).collect();
            w.string(text, node);
            Expr::Join(parts)
        }
    }
}

fn unescape(text: &str) -> String {
    if !text.contains('\\') {
        return text.to_owned();
    }
    text.replace("\\n", "\n").replace("\\'", "'").replace("\\\"", "\"").replace("\\\\", "\\")
}

pub(super) fn binary(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let (left, right) = (w.lower_field(node, "left"), w.lower_field(node, "right"));
    match w.field_text(node, "operator") {
        Some("+") => joined(w, vec![left, right], node),
        Some("|") => Expr::List(vec![left, right]),
        _ => w.opaque(node),
    }
}
