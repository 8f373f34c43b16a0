//! PHP's strings: quoted in one way or another, with values in them, put together.

use crate::{
    facts::Expr,
    lower::{
        texts::joined,
        writer::{Writer, named},
    },
};
use tree_sitter::Node;

pub(super) fn string(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let node_of_parts = match node.kind() {
        "heredoc" | "nowdoc" => match node.child_by_field_name("value") {
            Some(body) => body,
            None => return Expr::Text(String::new()),
        },
        _ => node,
    };
    let mut parts: Vec<Expr> = Vec::new();
    let mut text = String::new();
    for child in named(node_of_parts) {
        match child.kind() {
            "string_content" | "nowdoc_string" => text.push_str(w.text(child)),
            "escape_sequence" => text.push_str(&unescape(w.text(child))),
            _ => {
                if !text.is_empty() {
                    parts.push(Expr::Text(std::mem::take(&mut text)));
                }
                let value = w.lower(child);
                parts.push(value);
            }
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

fn unescape(text: &str) -> String {
    let rest = text.get(1..).unwrap_or("");
    let code = |digits: &str, base: u32| {
        u32::from_str_radix(digits, base).ok().and_then(char::from_u32).map(String::from).unwrap_or_default()
    };
    match rest.chars().next() {
        Some('n') => "\n".into(),
        Some('r') => "\r".into(),
        Some('t') => "\t".into(),
        Some('v' | 'e' | 'f') => " ".into(),
        Some('x') => code(rest.trim_start_matches('x'), 16),
        Some('u') => code(rest.trim_start_matches(['u', '{']).trim_end_matches('}'), 16),
        Some('0'..='7') => code(rest, 8),
        _ => rest.to_owned(),
    }
}
