//! Strings that are put together: by `+`, by formats with holes.

use super::writer::Writer;
use crate::facts::Expr;
use tree_sitter::Node;

/// Parts as one string: plain when all of them are, else with what is computed in between.
pub(super) fn joined(w: &mut Writer<'_>, parts: Vec<Expr>, node: Node<'_>) -> Expr {
    let mut all: Vec<Expr> = Vec::new();
    for part in parts {
        match (all.last_mut(), part) {
            (Some(Expr::Text(head)), Expr::Text(tail)) => head.push_str(&tail),
            (_, part) => all.push(part),
        }
    }
    if all.is_empty() {
        return Expr::Text(String::new());
    }
    // SQL with a hole in it is still SQL.
    let text: String = all.iter().map(|part| if let Expr::Text(text) = part { text } else { "?" }).collect();
    let whole = w.string(text, node);
    if let [Expr::Text(_)] = all[..] { whole } else { Expr::Join(all) }
}

/// `file.%s` with what is given for its holes. Only texts can stand in a hole that is followed.
pub(super) fn printf(format: &str, given: Vec<Expr>) -> Vec<Expr> {
    let mut given = given.into_iter();
    let mut parts = Vec::new();
    let mut text = String::new();
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            text.push(c);
            continue;
        }
        let verb = chars.by_ref().find(|c| c.is_ascii_alphabetic() || *c == '%');
        if verb == Some('%') {
            text.push('%');
            continue;
        }
        parts.push(Expr::Text(std::mem::take(&mut text)));
        let value = given.next().unwrap_or(Expr::Nil);
        parts.push(if matches!(verb, Some('s' | 'v')) { value } else { Expr::Opaque("a number".into()) });
    }
    parts.push(Expr::Text(text));
    parts.retain(|part| *part != Expr::Text(String::new()));
    parts
}

/// Escapes resolved as most languages write them.
pub(super) fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            plain.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => plain.push('\n'),
            Some('t') => plain.push('\t'),
            Some('r') => plain.push('\r'),
            Some(other) => plain.push(other),
            None => plain.push('\\'),
        }
    }
    plain
}
