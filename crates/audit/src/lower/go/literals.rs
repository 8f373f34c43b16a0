//! Go: literals of strings, structs, maps and lists; strings built by `fmt` and `strings`.

use super::types;
use crate::{
    facts::{Expr, as_written},
    lower::{
        escapes,
        strings::{joined, printf, separated},
        writer::{Writer, arg, first_named, line, named, named_arg},
    },
};
use tree_sitter::Node;

pub(super) fn is_text(node: Node<'_>) -> bool {
    matches!(node.kind(), "interpreted_string_literal" | "raw_string_literal")
}

/// A string without its quotes.
pub(super) fn text(w: &Writer<'_>, node: Node<'_>) -> String {
    let text = w.text(node);
    if let Some(raw) = text.strip_prefix('`') {
        return raw.strip_suffix('`').unwrap_or(raw).to_owned();
    }
    let text = text.strip_prefix('"').unwrap_or(text);
    escapes::GO.unescape(text.strip_suffix('"').unwrap_or(text))
}

/// A type as a value that can be followed.
pub(super) fn type_path(w: &Writer<'_>, node: Node<'_>) -> Expr {
    let mut node = node;
    loop {
        let inner = match node.kind() {
            "generic_type" => w.child(node, "type"),
            "pointer_type" => first_named(node),
            _ => break,
        };
        let Some(inner) = inner else { return Expr::Nil };
        node = inner;
    }
    match node.kind() {
        "qualified_type" => {
            let package = w.text_of(node, "package").to_owned();
            Expr::Name(package).member(w.text_of(node, "name"))
        }
        _ => Expr::Name(w.text(node).to_owned()),
    }
}

/// `T{…}`
pub(super) fn composite(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let (Some(kind), Some(body)) = (w.child(node, "type"), w.child(node, "body")) else {
        return w.lower_opaque(node);
    };
    literal_of(w, Some(kind), body, node)
}

fn literal_of(w: &mut Writer<'_>, kind: Option<Node<'_>>, body: Node<'_>, whole: Node<'_>) -> Expr {
    let mut kind = kind;
    while let Some(pointer) = kind.filter(|kind| kind.kind() == "pointer_type") {
        kind = first_named(pointer);
    }
    let Some(kind) = kind else { return pairs(w, body, None) };
    match kind.kind() {
        "map_type" => pairs(w, body, w.child(kind, "value")),
        "slice_type" | "array_type" | "implicit_length_array_type" => {
            let element = w.child(kind, "element");
            if named(body).iter().any(|one| one.kind() == "keyed_element") {
                return pairs(w, body, element);
            }
            Expr::List(named(body).into_iter().map(|one| element_of(w, one, element)).collect())
        }
        "type_identifier" | "qualified_type" | "generic_type" => object(w, kind, body, whole),
        "struct_type" => {
            let Expr::Map(mut all) = pairs(w, body, None) else { return Expr::Nil };
            for (key, _) in &mut all {
                if let Expr::Name(name) = key {
                    *key = Expr::Text(as_written(name).to_owned());
                }
            }
            Expr::Map(all)
        }
        _ => pairs(w, body, None),
    }
}

/// A struct literal is a constructor call with the fields as named arguments.
fn object(w: &mut Writer<'_>, kind: Node<'_>, body: Node<'_>, whole: Node<'_>) -> Expr {
    let target = type_path(w, kind);
    let mut args = Vec::new();
    let mut given = Vec::new();
    for one in named(body) {
        if one.kind() != "keyed_element" {
            args.push(arg(element_of(w, one, None)));
            continue;
        }
        let key = w.child(one, "key").map_or("", |key| w.text(key));
        let value = w.child(one, "value").map_or(Expr::Nil, |value| element_of(w, value, None));
        given.push((key.to_owned(), value.clone(), line(one)));
        args.push(named_arg(key, value));
    }
    // Constructors (`New…`) and literals at the top of the file tell the values of fields.
    let name = w.current().name.clone();
    if name.is_empty() || name.starts_with("New") || name.starts_with("new") {
        let own = types::name(w, kind).filter(|_| kind.kind() == "type_identifier");
        for (field, value, line) in given {
            types::field_of(w, own.as_deref(), &field, value, line);
        }
    }
    w.call(whole, target, args, true)
}

fn pairs(w: &mut Writer<'_>, body: Node<'_>, element: Option<Node<'_>>) -> Expr {
    let mut pairs = Vec::new();
    let mut items = Vec::new();
    for one in named(body) {
        if one.kind() != "keyed_element" {
            items.push(element_of(w, one, element));
            continue;
        }
        let key = w.child(one, "key").map_or(Expr::Nil, |key| w.lower(key));
        let value = w.child(one, "value").map_or(Expr::Nil, |value| element_of(w, value, element));
        pairs.push((key, value));
    }
    if pairs.is_empty() && !items.is_empty() { Expr::List(items) } else { Expr::Map(pairs) }
}

/// An element of a composite literal. Its type may be omitted.
fn element_of(w: &mut Writer<'_>, node: Node<'_>, kind: Option<Node<'_>>) -> Expr {
    let inner = first_named(node);
    match inner {
        Some(body) if body.kind() == "literal_value" => {
            w.nested(|w| literal_of(w, kind, body, body)).unwrap_or_else(|| w.opaque(node))
        }
        _ => w.lower(node),
    }
}

/// Calls of the standard library that build strings, and `new(T)`.
pub(super) fn made_of_parts(w: &mut Writer<'_>, node: Node<'_>, function: Node<'_>, list: &[Node<'_>]) -> Option<Expr> {
    match (w.text(function), list) {
        ("fmt.Sprintf", [format, given @ ..]) if is_text(*format) => {
            let format = text(w, *format);
            let given = given.iter().map(|one| w.lower(*one)).collect();
            Some(joined(w, printf(&format, given), node))
        }
        ("strings.Join", [list, by]) if is_text(*by) => {
            let Expr::List(items) = w.lower(*list) else { return None };
            let by = text(w, *by);
            Some(joined(w, separated(&items, &by), node))
        }
        ("new", [kind]) if matches!(kind.kind(), "type_identifier" | "qualified_type" | "identifier") => {
            let target = type_path(w, *kind);
            Some(w.call(node, target, Vec::new(), true))
        }
        _ => None,
    }
}
