//! PHP: namespaces, `use`, types, attributes.

use crate::{
    facts::{Expr, Facts},
    lower::{
        words::{registers, type_name},
        writer::{Writer, find_kind, first_named, named},
    },
};
use tree_sitter::Node;

/// The namespace is the package. Files without one share the global namespace.
pub(in crate::lower) fn place(facts: &mut Facts, root: Node<'_>, text: &str) {
    let namespace = find_kind(root, "namespace_definition")
        .and_then(|node| node.child_by_field_name("name"))
        .and_then(|name| text.get(name.byte_range()))
        .unwrap_or("");
    facts.module = path(namespace);
    facts.package = format!("php:{}", facts.module.join("."));
}

fn path(text: &str) -> Vec<String> {
    text.split('\\').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// `use A\B;`, `use A\{B, C as D};`, `use function A\b;`
pub(super) fn use_declaration(w: &mut Writer<'_>, node: Node<'_>) {
    let prefix = find_kind(node, "namespace_name");
    let prefix = prefix.map(|prefix| path(w.text(prefix))).unwrap_or_default();
    let clauses = w.child(node, "body").map_or_else(|| named(node), named);
    for clause in clauses.into_iter().filter(|child| child.kind() == "namespace_use_clause") {
        let Some(name) = named(clause).into_iter().find(|child| matches!(child.kind(), "name" | "qualified_name"))
        else {
            continue;
        };
        let mut module = prefix.clone();
        module.extend(path(w.text(name)));
        let Some(item) = module.pop() else { continue };
        let local = w.field_text(clause, "alias").unwrap_or(&item).to_owned();
        w.import(&local, module, Some(&item));
    }
}

/// The name of a variable without `$`.
pub(super) fn variable(text: &str) -> &str {
    text.trim_start_matches('&').trim_start().trim_start_matches('$')
}

pub(super) fn variable_value(text: &str) -> Expr {
    match variable(text) {
        "this" => Expr::receiver(),
        name => Expr::Name(name.to_owned()),
    }
}

/// A class, a constant or a function by its name; `self`, `static` and `parent` are the receiver.
pub(super) fn class_or_constant(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let text = w.text(node);
    match text.to_ascii_lowercase().as_str() {
        "self" | "static" => Expr::receiver(),
        "parent" => Expr::Name("super".into()),
        _ => Expr::Name(known_as(w, text)),
    }
}

/// The local name of a class or function. A qualified name is imported as if by `use`.
pub(super) fn known_as(w: &mut Writer<'_>, text: &str) -> String {
    if !text.contains('\\') {
        return text.to_owned();
    }
    let mut full = path(text);
    if !text.starts_with('\\') {
        let first = full.first().cloned().unwrap_or_default();
        let import = w.facts.imports.iter().find(|import| import.local == first);
        let before: Vec<String> = match import {
            Some(import) => import.module.iter().chain(&import.item).cloned().collect(),
            None => w.facts.module.clone(),
        };
        if import.is_some() || first == "namespace" {
            full.remove(0);
        }
        full.splice(0..0, before);
    }
    let local = full.join("\\");
    let Some(item) = full.pop() else { return local };
    if full.is_empty() && !w.facts.imports.iter().any(|import| import.local == item) {
        return item;
    }
    if !w.facts.imports.iter().any(|import| import.local == local) {
        w.import(&local, full, Some(&item));
    }
    local
}

/// The own name of a class at its definition, where an alias is used here.
pub(super) fn defined_name(w: &Writer<'_>, node: Node<'_>) -> String {
    let text = w.text(node);
    let own = text.rsplit('\\').next().unwrap_or(text);
    let import = w.facts.imports.iter().find(|import| import.local == own && !text.contains('\\'));
    import.and_then(|import| import.item.clone()).unwrap_or_else(|| own.to_owned())
}

/// The class that the type in a field names.
pub(super) fn type_in(w: &mut Writer<'_>, node: Node<'_>, field: &'static str) -> Option<String> {
    w.child(node, field).and_then(|kind| type_of(w, kind))
}

/// The class that a type names; `None` for a union with a primitive type.
pub(super) fn type_of(w: &mut Writer<'_>, node: Node<'_>) -> Option<String> {
    let mut found = None;
    let mut open = vec![node];
    while let Some(one) = open.pop() {
        match one.kind() {
            "primitive_type" if !matches!(w.text(one), "null" | "false" | "void") => return None,
            "named_type" | "name" => found = Some(one),
            _ => open.extend(named(one)),
        }
    }
    let text = w.text(found?);
    match text.to_ascii_lowercase().as_str() {
        "self" | "static" => w.class_name(),
        _ if text.contains('\\') => Some(known_as(w, text)),
        _ => type_name(text),
    }
}

/// Returns whether one of these attributes registers its function. Methods that they name are mentioned.
pub(super) fn attributes(w: &mut Writer<'_>, list: Node<'_>) -> bool {
    let mut registered = false;
    for attribute in named(list).into_iter().flat_map(named) {
        let name = first_named(attribute).map_or("", |name| w.text(name));
        registered |= registers(name.rsplit('\\').next().unwrap_or(name));
        for argument in w.field_children(attribute, "parameters") {
            if w.field_text(argument, "name") == Some("method") {
                mention_texts(w, argument, 0);
            }
            for value in w.without_field(argument, "name") {
                w.lower(value);
            }
        }
    }
    registered
}

/// Strings that name functions: `'send'`, `'Mailer@send'`, `'Mailer::send'`.
pub(super) fn mention_text(w: &mut Writer<'_>, text: &str) {
    let name = text.rsplit(['@', ':']).next().unwrap_or(text);
    let is_name = |text: &str| {
        !text.starts_with(|c: char| c.is_ascii_digit()) && text.chars().all(|c| c.is_alphanumeric() || c == '_')
    };
    if !name.is_empty() && is_name(name) {
        w.mention(name);
    }
}

/// Mentions the functions that strings inside of a node name.
// Bounded: by its depth.
pub(super) fn mention_texts(w: &mut Writer<'_>, node: Node<'_>, depth: usize) {
    if node.kind() == "string_content" {
        mention_text(w, w.text(node));
    }
    if depth < 24 {
        for child in named(node) {
            mention_texts(w, child, depth + 1);
        }
    }
}
