//! Ruby's blocks and lambdas, and what a method gives them.

use super::parameters;
use crate::{
    facts::{Binding, Call, Expr, Function},
    lower::writer::{Writer, end_line, line},
};
use std::sync::Arc;
use tree_sitter::Node;

/// Methods that give each element to a block.
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
    let params = node.child_by_field_name("parameters").map(|list| parameters(w, list)).unwrap_or_default();
    let function = Function { params, line: line(node), end_line: end_line(node), ..Function::default() };
    Expr::Function(w.in_function(function, |w| body(w, node)))
}

fn body(w: &mut Writer<'_>, node: Node<'_>) {
    let Some(inner) = node.child_by_field_name("body") else { return };
    // The block of a lambda is the lambda itself.
    let inner = match inner.kind() {
        "block" | "do_block" => inner.child_by_field_name("body"),
        _ => Some(inner),
    };
    if let Some(inner) = inner {
        let value = w.lower(inner);
        w.current().returns.push(value);
    }
}

/// The block of a call; its parameters are what the method gives them.
pub(super) fn given(w: &mut Writer<'_>, node: Node<'_>, method: &str, receiver: Option<&Expr>) {
    let mut params = node.child_by_field_name("parameters").map(|list| parameters(w, list)).unwrap_or_default();
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
                let mark = Expr::Opaque(format!("#{place}"));
                Expr::Index(Box::new(Expr::Each(Box::new(receiver.clone()))), Box::new(mark))
            } else if place == 0 && EACH.contains(&method) {
                element(w, receiver, method, node)
            } else {
                continue;
            };
            bindings.push(Binding { name: param.name.clone(), value, kind: None, line: line(node) });
        }
    }
    let function = Function { params, bindings, line: line(node), end_line: end_line(node), ..Function::default() };
    w.in_function(function, |w| body(w, node));
}

/// Any element, or any value of a hash.
fn element(w: &Writer<'_>, of: &Expr, method: &str, at: Node<'_>) -> Expr {
    if method != "each_value" {
        return Expr::Each(Box::new(of.clone()));
    }
    let values = Call {
        target: of.clone().member("values"),
        args: Vec::new(),
        line: line(at),
        end_line: end_line(at),
        makes: false,
        function: w.function(),
    };
    Expr::Each(Box::new(Expr::Call(Arc::new(values))))
}
