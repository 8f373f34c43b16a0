//! Ruby: blocks and lambdas, and the values of their parameters.

use super::{answer_body, parameters};
use crate::{
    facts::{Binding, Expr},
    lower::{
        functions::NewFunction,
        writer::{Writer, line},
    },
};
use tree_sitter::Node;

/// Methods that call a block with each element.
const EACH: &[&str] = &[
    "each",
    "each_entry",
    "each_with_index",
    "each_with_object",
    "each_pair",
    "each_value",
    "each_key",
    "find_each",
    "reverse_each",
    "map",
    "flat_map",
    "filter_map",
    "collect",
    "select",
    "filter",
    "reject",
    "cycle",
];

pub(super) fn block(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    NewFunction::at(node).params(parameters(w, node)).value(w, |w| body(w, node))
}

fn body(w: &mut Writer<'_>, node: Node<'_>) {
    // The block of a lambda is the lambda itself.
    match w.child(node, "body") {
        Some(inner) if matches!(inner.kind(), "block" | "do_block") => answer_body(w, inner),
        _ => answer_body(w, node),
    }
}

/// The block of a call. Its parameters are bound to the values that the method passes.
pub(super) fn given(w: &mut Writer<'_>, node: Node<'_>, method: &str, receiver: Option<&Expr>) {
    let mut params = parameters(w, node);
    let mut bindings = Vec::new();
    if let Some(receiver) = receiver {
        let whole = matches!(method, "tap" | "then" | "yield_self");
        if params.is_empty() && (whole || EACH.contains(&method)) {
            for name in ["it", "_1"] {
                let value = if whole { receiver.clone() } else { element(w, receiver, method, node) };
                bindings.push(Binding { name: name.into(), value, kind: None, line: line(node) });
            }
        }
        let pairs = params.len() > 1 && matches!(method, "each" | "each_pair" | "map" | "flat_map" | "select");
        for (place, param) in params.iter_mut().enumerate() {
            let value = if whole && place == 0 {
                receiver.clone()
            } else if pairs {
                receiver.clone().each().part(place)
            } else if place == 0 && EACH.contains(&method) {
                element(w, receiver, method, node)
            } else {
                continue;
            };
            bindings.push(Binding { name: param.name.clone(), value, kind: None, line: line(node) });
        }
    }
    NewFunction::at(node).params(params).bindings(bindings).open(w, |w| body(w, node));
}

/// Any element, or any value of a hash.
fn element(w: &Writer<'_>, of: &Expr, method: &str, at: Node<'_>) -> Expr {
    if method == "each_value" { w.each_value(of, at) } else { of.clone().each() }
}
