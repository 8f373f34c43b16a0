//! PHP's strings: quoted in one way or another, with values in them, put together.

use crate::{
    facts::Expr,
    lower::writer::{Writer, named},
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

/// Parts that are literal make a literal string; others a string put together. SQL with a hole in it is still SQL.
pub(super) fn joined(w: &mut Writer<'_>, parts: Vec<Expr>, node: Node<'_>) -> Expr {
    let mut flat: Vec<Expr> = Vec::new();
    for part in parts {
        let list = if let Expr::Join(inner) = part { inner } else { vec![part] };
        for one in list {
            match (flat.last_mut(), one) {
                (Some(Expr::Text(before)), Expr::Text(text)) => before.push_str(&text),
                (_, one) => flat.push(one),
            }
        }
    }
    if let [Expr::Text(text)] = &flat[..] {
        return w.string(text.clone(), node);
    }
    let text: String = flat.iter().map(|part| if let Expr::Text(text) = part { text } else { "?" }).collect();
    w.string(text, node);
    Expr::Join(flat)
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

/// `sprintf('invoice.%s', $step)`: nothing when a place is more than a plain one.
pub(super) fn formatted(format: &str, values: &[Expr]) -> Option<Expr> {
    let mut parts = Vec::new();
    let mut values = values.iter();
    let mut pieces = format.split('%');
    let mut text = pieces.next().unwrap_or("").to_owned();
    let mut after_percent = false;
    for piece in pieces {
        if after_percent {
            text.push('%');
            text.push_str(piece);
            after_percent = false;
        } else if piece.is_empty() {
            after_percent = true;
        } else {
            let rest = piece.strip_prefix(['s', 'd', 'u'])?;
            parts.push(Expr::Text(std::mem::take(&mut text)));
            parts.push(values.next()?.clone());
            text = rest.to_owned();
        }
    }
    parts.push(Expr::Text(text));
    parts.retain(|part| !matches!(part, Expr::Text(text) if text.is_empty()));
    Some(Expr::Join(parts))
}
