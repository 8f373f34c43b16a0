//! Strings of several pieces: literals with interpolations, concatenation by `+`, formats.

use super::{
    escapes::Escapes,
    writer::{Writer, named},
};
use crate::facts::Expr;
use tree_sitter::Node;

/// The nodes of a string in a grammar.
pub(super) struct Literal {
    /// Kinds of nodes with plain text.
    pub(super) contents: &'static [&'static str],
    pub(super) escapes: Escapes,
}

impl Literal {
    /// The text of a node in a string; `None` for an interpolation.
    fn text(&self, w: &Writer<'_>, node: Node<'_>) -> Option<String> {
        match node.kind() {
            "escape_sequence" => Some(self.escapes.unescape(w.text(node))),
            kind if self.contents.contains(&kind) => Some(w.text(node).to_owned()),
            _ => None,
        }
    }
}

/// The pieces of a string: texts, and the values of `hole` for the other nodes in it.
pub(super) fn pieces<'a>(
    w: &mut Writer<'a>,
    node: Node<'_>,
    literal: &Literal,
    mut hole: impl FnMut(&mut Writer<'a>, Node<'_>) -> Option<Expr>,
) -> Vec<Expr> {
    let mut pieces = Vec::new();
    for child in named(node) {
        pieces.extend(match literal.text(w, child) {
            Some(text) => Some(Expr::Text(text)),
            None => hole(w, child),
        });
    }
    pieces
}

/// The text of a string without interpolations.
pub(super) fn plain(w: &Writer<'_>, node: Node<'_>, literal: &Literal) -> String {
    named(node).into_iter().filter_map(|child| literal.text(w, child)).collect()
}

/// The pieces of a string as one value: a text when all are texts. The string is noted with `?` in place of each value,
/// because SQL with a value in it is still SQL.
pub(super) fn joined(w: &mut Writer<'_>, pieces: Vec<Expr>, node: Node<'_>) -> Expr {
    let mut merged: Vec<Expr> = Vec::new();
    for piece in pieces {
        match (merged.last_mut(), piece) {
            (Some(Expr::Text(before)), Expr::Text(text)) => before.push_str(&text),
            (_, Expr::Text(text)) if text.is_empty() => {}
            (_, piece) => merged.push(piece),
        }
    }
    let text: String = merged.iter().map(|piece| piece.as_text().unwrap_or("?")).collect();
    let whole = w.string(text, node);
    if merged.iter().all(|piece| piece.as_text().is_some()) { whole } else { Expr::Join(merged) }
}

/// The same. Pieces that are concatenated strings are replaced by their own pieces.
pub(super) fn joined_flat(w: &mut Writer<'_>, pieces: Vec<Expr>, node: Node<'_>) -> Expr {
    let inner = |piece| if let Expr::Join(inner) = piece { inner } else { vec![piece] };
    joined(w, pieces.into_iter().flat_map(inner).collect(), node)
}

/// Items with a separator between them.
pub(super) fn separated(items: &[Expr], between: &str) -> Vec<Expr> {
    let mut pieces = Vec::new();
    for item in items {
        if !pieces.is_empty() {
            pieces.push(Expr::Text(between.to_owned()));
        }
        pieces.push(item.clone());
    }
    pieces
}

/// The operands of a chain of `+`, in order. The chain nests to the left, sometimes over thousands of lines, so it is
/// walked in a loop.
pub(super) fn summands<'t>(w: &Writer<'_>, node: Node<'t>) -> Vec<Node<'t>> {
    let mut operands = Vec::new();
    let mut at = Some(node);
    while let Some(one) = at {
        if one.kind() == "binary_expression" && w.field_text(one, "operator") == Some("+") {
            operands.extend(w.child(one, "right"));
            at = w.child(one, "left");
        } else {
            operands.push(one);
            break;
        }
    }
    operands.reverse();
    operands
}

/// The pieces of a Go format such as `file.%s`. Only the values of `%s` and `%v` are followed.
pub(super) fn printf(format: &str, given: Vec<Expr>) -> Vec<Expr> {
    let mut given = given.into_iter();
    let mut pieces = Vec::new();
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
        pieces.push(Expr::Text(std::mem::take(&mut text)));
        let value = given.next().unwrap_or(Expr::Nil);
        pieces.push(if matches!(verb, Some('s' | 'v')) { value } else { Expr::Opaque("a number".into()) });
    }
    pieces.push(Expr::Text(text));
    pieces
}

/// `sprintf('invoice.%s', $step)`. `None` when the format has a verb other than `%s`, `%d` and `%u`.
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

/// The pieces of a format with one kind of placeholder, such as `{0}`, filled in order. `None` when the format has other
/// placeholders that begin with the same character.
pub(super) fn filled(format: &str, hole: &str, values: &[Expr]) -> Option<Vec<Expr>> {
    let mark = hole.chars().next()?;
    if format.matches(mark).count() != format.matches(hole).count() {
        return None;
    }
    let mut values = values.iter().cloned();
    let mut pieces = Vec::new();
    for (at, piece) in format.split(hole).enumerate() {
        if at > 0 {
            pieces.push(values.next().unwrap_or_else(|| Expr::Opaque(hole.to_owned())));
        }
        pieces.push(Expr::Text(piece.to_owned()));
    }
    Some(pieces)
}
