//! Rust: macros. Their tokens are parsed again as expressions, where possible.

use super::{paths, text};
use crate::{
    facts::Expr,
    lower::{
        strings::joined,
        writer::{self, Writer, arg, find_kind, first_named, named, named_arg},
    },
};
use tree_sitter::{Node, Parser, Range, Tree};

pub(super) fn invocation(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let Some(name) = w.child(node, "macro") else { return w.opaque(node) };
    let Some(tokens) = find_kind(node, "token_tree") else { return w.opaque(node) };
    let short = w.text(name).rsplit("::").next().unwrap_or("");
    match short {
        "format" | "format_args" | "formatcp" | "concat" => {
            let parts = arguments(w, tokens);
            return format(w, parts, short == "concat", node);
        }
        "vec" | "smallvec" | "array" => {
            return Expr::List(arguments(w, tokens).into_iter().map(|(_, value)| value).collect());
        }
        "json" => return json(w, tokens),
        "hashmap" | "btreemap" | "phf_map" | "indexmap" | "map" => return arrows(w, tokens),
        "panic" | "todo" | "unimplemented" | "unreachable" | "bail" => {
            arguments(w, tokens);
            return Expr::Nil;
        }
        _ => {}
    }
    let given = arguments(w, tokens);
    let target = match name.kind() {
        "scoped_identifier" => paths::value(w, name),
        _ => Expr::Name(w.text(name).to_owned()),
    };
    let args = given
        .into_iter()
        .map(|(name, value)| match name {
            Some(name) => named_arg(&name, value),
            None => arg(value),
        })
        .collect();
    w.call(node, target, args, false)
}

/// Parses a range of the text as code. Positions stay those in the file.
fn read(w: &Writer<'_>, from: Node<'_>, to: Node<'_>) -> Option<Tree> {
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_rust::LANGUAGE.into()).ok()?;
    let range = Range {
        start_byte: from.start_byte(),
        end_byte: to.end_byte(),
        start_point: from.start_position(),
        end_point: to.end_position(),
    };
    parser.set_included_ranges(&[range]).ok()?;
    parser.parse(w.source(), None)
}

/// The value of a run of tokens.
fn value(w: &mut Writer<'_>, tokens: &[Node<'_>]) -> Expr {
    let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else { return Expr::Nil };
    let Some(tree) = read(w, *first, *last) else { return w.opaque(*first) };
    let whole = tree.root_node();
    let only = whole.named_child(0).filter(|_| whole.named_child_count() == 1);
    // An expression that is not a statement, such as `&event`, has an error node around it.
    let root = only.filter(|only| only.is_error() && only.named_child_count() == 1).unwrap_or(whole);
    let mut found = Expr::Nil;
    for child in named(root) {
        // A missing semicolon is no error.
        let inner = if child.kind() == "expression_statement" { first_named(child) } else { Some(child) };
        if let Some(inner) = inner.filter(|inner| !inner.has_error()) {
            found = w.lower(inner);
        }
    }
    found
}

fn tokens_of<'t>(tokens: Node<'t>) -> Vec<Node<'t>> {
    let all: Vec<Node<'t>> = writer::tokens(tokens).into_iter().filter(|one| !one.kind().contains("comment")).collect();
    // Without the brackets.
    all.get(1..all.len().saturating_sub(1)).map(<[_]>::to_vec).unwrap_or_default()
}

fn split<'n, 't>(w: &Writer<'_>, tokens: &'n [Node<'t>], by: &[&str]) -> Vec<&'n [Node<'t>]> {
    tokens.split(|one| by.contains(&w.text(*one))).filter(|piece| !piece.is_empty()).collect()
}

/// The arguments of a macro, separated by commas; each may be named (`name = …`).
fn arguments(w: &mut Writer<'_>, tokens: Node<'_>) -> Vec<(Option<String>, Expr)> {
    let tokens = tokens_of(tokens);
    let mut all = Vec::new();
    for piece in split(w, &tokens, &[",", ";", "=>"]) {
        match piece {
            [name, equals, rest @ ..] if w.text(*equals) == "=" && name.kind() == "identifier" => {
                let name = w.text(*name).to_owned();
                all.push((Some(name), value(w, rest)));
            }
            piece => all.push((None, value(w, piece))),
        }
    }
    all
}

/// `format!("{}.{action}", kind)`
fn format(w: &mut Writer<'_>, given: Vec<(Option<String>, Expr)>, is_concat: bool, node: Node<'_>) -> Expr {
    if is_concat {
        return joined(w, given.into_iter().map(|(_, value)| value).collect(), node);
    }
    let mut given = given.into_iter();
    let Some((_, Expr::Text(format))) = given.next() else { return w.opaque(node) };
    let given: Vec<_> = given.collect();
    let mut places = given.iter().filter(|(name, _)| name.is_none());
    let mut parts = Vec::new();
    let mut rest = format.as_str();
    while let Some(at) = rest.find(['{', '}']) {
        let (head, tail) = rest.split_at(at);
        parts.push(Expr::Text(head.to_owned()));
        if let Some(after) = tail.strip_prefix("{{").or(tail.strip_prefix("}}")) {
            parts.push(Expr::Text(tail.chars().take(1).collect()));
            rest = after;
            continue;
        }
        let (hole, after) = tail.split_once('}').unwrap_or((tail, ""));
        rest = after;
        let name = hole.trim_start_matches('{').split(':').next().unwrap_or("").trim();
        parts.push(if name.is_empty() {
            places.next().map_or(Expr::Nil, |(_, value)| value.clone())
        } else if let Ok(at) = name.parse::<usize>() {
            given.get(at).map_or(Expr::Nil, |(_, value)| value.clone())
        } else {
            let known = given.iter().find(|(one, _)| one.as_deref() == Some(name));
            known.map_or_else(|| Expr::Name(w.known(name)), |(_, value)| value.clone())
        });
    }
    parts.push(Expr::Text(rest.to_owned()));
    joined(w, parts, node)
}

/// `json!({ "type": kind, "data": [..] })`
fn json(w: &mut Writer<'_>, tokens: Node<'_>) -> Expr {
    let inner = tokens_of(tokens);
    json_value(w, &inner, 0)
}

// Bounded: by its depth.
fn json_value(w: &mut Writer<'_>, tokens: &[Node<'_>], depth: usize) -> Expr {
    let [only] = tokens else { return value(w, tokens) };
    if only.kind() != "token_tree" || depth > 64 {
        return value(w, tokens);
    }
    let inner = tokens_of(*only);
    if w.text(*only).starts_with('[') {
        return Expr::List(split(w, &inner, &[","]).into_iter().map(|one| json_value(w, one, depth + 1)).collect());
    }
    if !w.text(*only).starts_with('{') {
        return value(w, tokens);
    }
    let mut pairs = Vec::new();
    for piece in split(w, &inner, &[","]) {
        let Some(at) = piece.iter().position(|one| w.text(*one) == ":") else { continue };
        let (key, rest) = piece.split_at(at);
        let key = match key {
            [only] if only.kind() == "string_literal" => Expr::Text(text(w, *only)),
            key => value(w, key),
        };
        pairs.push((key, json_value(w, rest.get(1..).unwrap_or(&[]), depth + 1)));
    }
    Expr::Map(pairs)
}

/// `hashmap! { "a" => 1 }`
fn arrows(w: &mut Writer<'_>, tokens: Node<'_>) -> Expr {
    let inner = tokens_of(tokens);
    let mut pairs = Vec::new();
    for piece in split(w, &inner, &[","]) {
        if let [key, rest] = split(w, piece, &["=>"])[..] {
            let key = value(w, key);
            pairs.push((key, value(w, rest)));
        }
    }
    Expr::Map(pairs)
}
