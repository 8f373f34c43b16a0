//! Declared types of values.

use super::{bare, key_of};
use crate::lower::{
    words::type_name,
    writer::{Writer, first_named, last_named, named, of_kind},
};
use tree_sitter::Node;

/// Types that wrap the relevant one.
const AROUND: &[&str] = &[
    "Awaited",
    "Inject",
    "NonNullable",
    "Omit",
    "Partial",
    "Pick",
    "Promise",
    "Provider",
    "Readonly",
    "Ref",
    "Required",
];
/// Collections, and utility types that do not tell whose methods a value has.
const NO_KIND: &[&str] = &[
    "Array",
    "InstanceType",
    "Iterable",
    "Map",
    "ReadonlyArray",
    "ReadonlyMap",
    "ReadonlySet",
    "Record",
    "ReturnType",
    "Set",
    "WeakMap",
];

/// Returns whether a node is a type, which contains no code.
pub(super) fn is_type(kind: &str) -> bool {
    kind.ends_with("_type")
        || matches!(
            kind,
            "type_annotation"
                | "type_arguments"
                | "type_parameters"
                | "type_identifier"
                | "nested_type_identifier"
                | "type_query"
                | "asserts_annotation"
                | "type_predicate_annotation"
                | "type_predicate"
                | "index_signature"
        )
}

/// The own name of the type in a field.
pub(super) fn of_field(w: &Writer<'_>, node: Node<'_>, field: &'static str) -> Option<String> {
    w.child(node, field).and_then(|kind| of(w, kind))
}

/// The own name of a declared type, if it has methods or members.
pub(super) fn of(w: &Writer<'_>, node: Node<'_>) -> Option<String> {
    of_inner(w, node, 0)
}

/// Nesting of types beyond which none is resolved.
const DEPTH_MAX: usize = 32;

// Bounded: by its depth.
fn of_inner(w: &Writer<'_>, node: Node<'_>, depth: usize) -> Option<String> {
    if depth > DEPTH_MAX {
        return None;
    }
    let of = |node: Node<'_>| of_inner(w, node, depth + 1);
    match node.kind() {
        "type_annotation" | "parenthesized_type" | "readonly_type" => of(first_named(node)?),
        "type_identifier" | "nested_type_identifier" => type_name(w.text(node)),
        "generic_type" => {
            let name = w.field_text(node, "name")?;
            if AROUND.contains(&name) {
                of(named(w.child(node, "type_arguments")?).into_iter().next()?)
            } else if NO_KIND.contains(&name) {
                None
            } else {
                type_name(name)
            }
        }
        "union_type" => {
            let mut known = flat(node).into_iter().filter_map(of);
            let first = known.next()?;
            known.next().is_none().then_some(first)
        }
        "intersection_type" => flat(node).into_iter().find_map(of),
        _ => None,
    }
}

/// The parts of `A | B | C`, which nests to the left.
pub(super) fn flat(node: Node<'_>) -> Vec<Node<'_>> {
    let mut parts = Vec::new();
    let mut open = vec![node];
    while let Some(one) = open.pop() {
        if one.kind() == node.kind() || one.kind() == "parenthesized_type" {
            open.extend(named(one).into_iter().rev());
        } else {
            parts.push(one);
        }
    }
    parts
}

/// The type of a property in an object type: `{ bus }: { bus: EventBus }`.
pub(super) fn of_property<'t>(w: &Writer<'_>, node: Node<'t>, key: &str) -> Option<Node<'t>> {
    let inner = if node.kind() == "type_annotation" { first_named(node)? } else { node };
    if inner.kind() != "object_type" {
        return None;
    }
    let mut parts = of_kind(inner, "property_signature").into_iter();
    let part = parts.find(|part| key_of(w, *part, "name").as_deref() == Some(key))?;
    w.child(part, "type")
}

/// The type that an expression states: `x as EventBus`, `container.get<EventBus>(…)`, `inject(EventBus)`.
pub(super) fn of_value(w: &Writer<'_>, value: Node<'_>) -> Option<String> {
    if matches!(value.kind(), "as_expression" | "satisfies_expression") {
        return of(w, last_named(value)?);
    }
    let inner = bare(value);
    if inner.kind() != "call_expression" {
        return None;
    }
    let function = w.child(inner, "function")?;
    let name = w.field_text(function, "property").unwrap_or(w.text(function));
    if !matches!(name, "get" | "inject" | "resolve" | "getInstance" | "useContext") {
        return None;
    }
    if let Some(list) = w.child(inner, "type_arguments") {
        return of(w, first_named(list)?);
    }
    let only = named(w.child(inner, "arguments")?).into_iter().next()?;
    let is_class = only.kind() == "identifier" && w.text(only).starts_with(char::is_uppercase);
    (is_class && name != "useContext").then(|| w.text(only).to_owned())
}
