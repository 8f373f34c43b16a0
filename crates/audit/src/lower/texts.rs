//! Strings that are put together, in languages that do it alike.

use super::writer::Writer;
use crate::facts::Expr;
use tree_sitter::Node;

/// Parts that are literal make a literal string; others a string put together. SQL with a hole in it is still SQL.
pub(crate) fn joined(w: &mut Writer<'_>, parts: Vec<Expr>, node: Node<'_>) -> Expr {
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

/// `sprintf('invoice.%s', $step)`: nothing when a place is more than a plain one.
pub(crate) fn formatted(format: &str, values: &[Expr]) -> Option<Expr> {
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
