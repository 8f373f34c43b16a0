//! Calls and constructor calls.

use super::{bare, functions, imports, values};
use crate::{
    facts::{Arg, Expr},
    lower::{
        strings::{joined, separated},
        writer::{Writer, arg, first_named, named, spread_arg},
    },
};
use tree_sitter::Node;

/// Methods that call a function with each element.
const FOR_ALL: &[&str] =
    &["forEach", "map", "flatMap", "filter", "some", "every", "find", "findIndex", "mapSeries", "each"];

pub(super) fn call(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    if let Some(module) = imports::inline(w, node) {
        return module;
    }
    let Some(function) = w.child(node, "function").map(bare) else { return w.lower_opaque(node) };
    let list = w.child(node, "arguments");
    let target = match function.kind() {
        // A called name is not noted as a mention.
        "identifier" => Expr::Name(w.known(w.text(function))),
        "member_expression" => {
            let name = w.text_of(function, "property");
            if name == "bind" {
                return bound(w, function, list);
            }
            if matches!(name, "call" | "apply")
                && let Some(of) = w.child(function, "object")
                && let Some(list) = list
                && let Some(called) = through(w, node, of, list, name == "apply")
            {
                return called;
            }
            w.lower_field(function, "object").member(name)
        }
        "import" => {
            if let Some(list) = list {
                w.lower_children(list);
            }
            return w.opaque(node);
        }
        _ => w.lower(function),
    };
    let first = match &target {
        Expr::Member(of, name) if FOR_ALL.contains(&name.as_str()) => Some(each_of((**of).clone())),
        _ => None,
    };
    let args = list.map(|list| arguments(w, list, first)).unwrap_or_default();
    match put_together(&target, &args) {
        Some(parts) => joined(w, parts, node),
        None => w.call(node, target, args, false),
    }
}

/// `handler.bind(this)` is the handler.
fn bound(w: &mut Writer<'_>, function: Node<'_>, list: Option<Node<'_>>) -> Expr {
    let of = w.lower_field(function, "object");
    if let Some(list) = list {
        w.lower_children(list);
    }
    of
}

/// `emit.call(this, a)` calls `emit(a)`.
fn through(w: &mut Writer<'_>, node: Node<'_>, of: Node<'_>, list: Node<'_>, apply: bool) -> Option<Expr> {
    let receiver = first_named(list)?;
    let known = matches!(receiver.kind(), "this" | "null" | "undefined")
        || (receiver.kind() == "identifier" && matches!(w.text(receiver), "self" | "that" | "_this"));
    if !known {
        return None;
    }
    let target = match of.kind() {
        "identifier" => Expr::Name(w.known(w.text(of))),
        "member_expression" => w.lower_member(of, "object", "property"),
        _ => w.lower(of),
    };
    let mut args: Vec<Arg> = arguments(w, list, None).into_iter().skip(1).collect();
    if apply {
        args = args.into_iter().map(|one| spread_arg(one.value)).collect();
    }
    Some(w.call(node, target, args, false))
}

/// `['a', b].join('.')`, `'a.'.concat(b)`
fn put_together(target: &Expr, args: &[Arg]) -> Option<Vec<Expr>> {
    let Expr::Member(of, name) = target else { return None };
    match (&**of, name.as_str(), args) {
        (Expr::List(items), "join", [Arg { value: between @ Expr::Text(_), .. }]) => {
            Some(separated(items, between.as_text()?))
        }
        (text @ (Expr::Text(_) | Expr::Join(_)), "concat", args) => {
            Some([text.clone()].into_iter().chain(Arg::values(args)).collect())
        }
        _ => None,
    }
}

pub(super) fn arguments(w: &mut Writer<'_>, list: Node<'_>, mut first: Option<Expr>) -> Vec<Arg> {
    if list.kind() != "arguments" {
        return vec![arg(w.lower(list))];
    }
    let mut args = Vec::new();
    for node in named(list) {
        let inner = bare(node);
        args.push(match inner.kind() {
            "spread_element" => spread_arg(w.lower_first(inner)),
            "object" => arg(values::object(w, inner, values::Holder::Argument)),
            kind if functions::is_function(kind) => {
                let shape = functions::Shape { first: first.take(), ..functions::Shape::default() };
                arg(Expr::Function(functions::value(w, inner, shape)))
            }
            _ => arg(w.lower(node)),
        });
    }
    args
}

/// `new X(…)`
pub(super) fn made(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let target = match w.child(node, "constructor").map(bare) {
        Some(name) if name.kind() == "identifier" => Expr::Name(w.known(w.text(name))),
        Some(member) if member.kind() == "member_expression" => w.lower_member(member, "object", "property"),
        Some(other) => w.lower(other),
        None => Expr::Nil,
    };
    let args = w.child(node, "arguments").map(|list| arguments(w, list, None)).unwrap_or_default();
    match (&target, &args[..]) {
        // new Map([['a', b], …]), new Set([…])
        (Expr::Name(name), [Arg { value: Expr::List(items), spread: false, .. }]) if name == "Map" => {
            let pair = |item: &Expr| match item {
                Expr::List(parts) => Some((parts.first()?.clone(), parts.get(1)?.clone())),
                _ => None,
            };
            match items.iter().map(pair).collect() {
                Some(pairs) => Expr::Map(pairs),
                None => w.opaque(node),
            }
        }
        (Expr::Name(name), [Arg { value: list @ Expr::List(_), .. }]) if name == "Set" => list.clone(),
        _ => w.call(node, target, args, true),
    }
}

/// The elements that a loop over a value visits.
pub(super) fn each_of(over: Expr) -> Expr {
    if let Expr::Call(call) = &over
        && let (Expr::Member(of, name), [only]) = (&call.target, &call.args[..])
        && matches!(&**of, Expr::Name(of) if of == "Object")
        && name == "keys"
    {
        return only.value.clone().each();
    }
    over.each()
}
