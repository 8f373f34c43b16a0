//! Rust: the own names of types.

use crate::lower::writer::{Writer, named, of_kind};
use tree_sitter::Node;

/// Types that wrap the relevant one.
const HOLDERS: &[&str] = &[
    "Arc",
    "Box",
    "Cell",
    "Cow",
    "Data",
    "Extension",
    "Lazy",
    "LazyLock",
    "Mutex",
    "OnceCell",
    "OnceLock",
    "Option",
    "Pin",
    "Rc",
    "RefCell",
    "Result",
    "RwLock",
    "State",
    "Vec",
    "VecDeque",
    "Weak",
];

/// The own name of the type in a field.
pub(super) fn of(w: &Writer<'_>, node: Node<'_>, field: &'static str) -> Option<String> {
    w.child(node, field).and_then(|kind| name(w, kind))
}

/// `EventBus` for `&Arc<dyn EventBus>`; the trait for a type parameter.
pub(super) fn name(w: &Writer<'_>, node: Node<'_>) -> Option<String> {
    let own = own_name(w, node, 0)?;
    if own == "Self" {
        return w.class_name();
    }
    // Only short names are looked up as type parameters, because the lookup is slow.
    let bound = if own.len() <= 3 { bound(w, node, &own) } else { None };
    Some(bound.unwrap_or(own))
}

// Bounded: by its depth.
fn own_name(w: &Writer<'_>, node: Node<'_>, depth: usize) -> Option<String> {
    if depth > 16 {
        return None;
    }
    let inner = |node: Node<'_>| own_name(w, node, depth + 1);
    match node.kind() {
        "type_identifier" | "primitive_type" | "identifier" => Some(w.text(node).to_owned()),
        "scoped_type_identifier" | "scoped_identifier" => w.field_text(node, "name").map(str::to_owned),
        "reference_type" | "pointer_type" => inner(w.child(node, "type")?),
        "array_type" => inner(w.child(node, "element")?),
        "dynamic_type" | "abstract_type" => inner(w.child(node, "trait")?),
        "bounded_type" => named(node).into_iter().find_map(inner),
        // The grammar reads `(dyn EventBus)` as a tuple of one type.
        "tuple_type" if node.named_child_count() == 1 => named(node).into_iter().find_map(inner),
        "generic_type" | "generic_type_with_turbofish" => {
            let own = inner(w.child(node, "type")?)?;
            if !HOLDERS.contains(&own.as_str()) {
                return Some(own);
            }
            let args = w.child(node, "type_arguments")?;
            named(args).into_iter().find_map(inner)
        }
        _ => None,
    }
}

/// The bound of a type parameter, from the enclosing declarations.
fn bound(w: &Writer<'_>, node: Node<'_>, own: &str) -> Option<String> {
    let first = |bounds: Node<'_>| named(bounds).into_iter().find_map(|one| own_name(w, one, 0));
    let mut at = node;
    while let Some(parent) = at.parent() {
        if let Some(list) = w.child(parent, "type_parameters") {
            let mut params = named(list).into_iter();
            if let Some(one) = params.find(|one| w.field_text(*one, "name") == Some(own)) {
                if let Some(bounds) = w.child(one, "bounds") {
                    return first(bounds);
                }
                let clauses = of_kind(parent, "where_clause").into_iter();
                return clauses
                    .flat_map(named)
                    .filter(|one| w.field_text(*one, "left") == Some(own))
                    .find_map(|one| w.child(one, "bounds").and_then(first));
            }
        }
        at = parent;
    }
    None
}
