//! C#: object, collection and dictionary initializers.

use super::{arguments, simple};
use crate::{
    facts::{Arg, Expr},
    lower::{
        typed::note_texts,
        writer::{Writer, find_kind, last_named, named, named_arg},
    },
};
use tree_sitter::Node;

pub(super) fn lower(w: &mut Writer<'_>, node: Node<'_>) -> Option<Expr> {
    Some(match node.kind() {
        "object_creation_expression" | "implicit_object_creation_expression" => object(w, node),
        "anonymous_object_creation_expression" => anonymous(w, node),
        "array_creation_expression" | "implicit_array_creation_expression" => {
            find_kind(node, "initializer_expression").map_or(Expr::List(Vec::new()), |list| w.lower(list))
        }
        "initializer_expression" | "collection_expression" | "tuple_expression" => w.lower_list(node),
        "collection_element" | "expression_element" | "spread_element" => w.lower_first(node),
        "with_expression" => {
            let mut parts = named(node).into_iter();
            let of = parts.next().map_or(Expr::Nil, |of| w.lower(of));
            let args: Vec<Arg> = parts.filter_map(|part| with(w, part)).collect();
            w.call(node, of, args, true)
        }
        _ => return None,
    })
}

/// `Name = value` of a `with`.
fn with(w: &mut Writer<'_>, node: Node<'_>) -> Option<Arg> {
    let parts = named(node);
    let (name, value) = (parts.first()?, parts.last()?);
    let name = w.text(*name);
    Some(named_arg(name, w.lower(*value)))
}

/// `new { id, type = X.Y, owner.Name }`
fn anonymous(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let mut cursor = node.walk();
    let mut pairs = Vec::new();
    let mut key: Option<String> = None;
    let children: Vec<Node<'_>> = node.children(&mut cursor).collect();
    for (at, child) in children.iter().enumerate().filter(|(_, child)| child.is_named() && !child.is_extra()) {
        if children.get(at + 1).is_some_and(|next| next.kind() == "=") {
            key = Some(w.text(*child).to_owned());
            continue;
        }
        let value = w.lower(*child);
        let name = key.take().or_else(|| value.last_name().map(str::to_owned));
        pairs.push((Expr::Text(name.unwrap_or_default()), value));
    }
    Expr::Map(pairs)
}

fn object(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let name = w.child(node, "type").map(|kind| simple(w, kind).rsplit('.').next().unwrap_or("").to_owned());
    let parts = named(node);
    let list = parts.iter().find(|part| part.kind() == "argument_list");
    let mut args = list.map(|list| arguments(w, *list, None)).unwrap_or_default();
    if let Some(given) = parts.iter().find(|part| part.kind() == "initializer_expression") {
        let mut pairs = Vec::new();
        let mut items = Vec::new();
        for one in named(*given) {
            match one.kind() {
                "assignment_expression" => {
                    let value = w.lower_field(one, "right");
                    match w.child(one, "left") {
                        Some(left) if left.kind() == "identifier" => args.push(named_arg(w.text(left), value)),
                        Some(left) => pairs.push((key(w, left), value)),
                        None => {}
                    }
                }
                // { key, value }
                "initializer_expression" => {
                    if let Ok([key, value]) = <[Expr; 2]>::try_from(w.lower_all(one)) {
                        pairs.push((key, value));
                    }
                }
                _ => items.push(w.lower(one)),
            }
        }
        if !pairs.is_empty() {
            note_texts(w, None, &pairs);
            return Expr::Map(pairs);
        }
        if !items.is_empty() {
            return Expr::List(items);
        }
    }
    w.call(node, Expr::Name(name.unwrap_or_else(|| "new".into())), args, true)
}

/// `["key"]` of an initializer.
fn key(w: &mut Writer<'_>, left: Node<'_>) -> Expr {
    let mut at = left;
    while matches!(
        at.kind(),
        "element_binding_expression" | "bracketed_argument_list" | "argument" | "element_access_expression"
    ) {
        match last_named(at) {
            Some(inner) => at = inner,
            None => break,
        }
    }
    w.lower(at)
}
