//! Rust: paths, `use` trees, and the modules that a file declares.

use crate::{
    facts::Expr,
    lower::writer::{Writer, first_named, named, of_kind},
};
use tree_sitter::Node;

/// Imports the crate and the modules that the file declares, under the names that paths begin with.
pub(super) fn declare(w: &mut Writer<'_>, root: Node<'_>) {
    let base = crate_root(w);
    w.import("crate", base, None);
    for child in of_kind(root, "mod_item") {
        if let (Some(name), None) = (w.field_text(child, "name"), w.child(child, "body")) {
            let mut module = w.facts.module.clone();
            module.push(name.to_owned());
            w.import(name, module, None);
        }
    }
}

fn crate_root(w: &Writer<'_>) -> Vec<String> {
    let module = &w.facts.module;
    let end = module.iter().position(|part| part == "crate").map_or(0, |at| at + 1);
    module.iter().take(end).cloned().collect()
}

/// The module path of a node, including inline modules.
fn here(w: &Writer<'_>, node: Node<'_>) -> Vec<String> {
    let mut inner = Vec::new();
    let mut at = node;
    while let Some(parent) = at.parent() {
        if parent.kind() == "mod_item" {
            inner.extend(w.field_text(parent, "name").map(str::to_owned));
        }
        at = parent;
    }
    w.facts.module.iter().cloned().chain(inner.into_iter().rev()).collect()
}

/// A path with `crate`, `self`, `super` and imported modules resolved.
fn absolute(w: &Writer<'_>, node: Node<'_>, path: &[String]) -> Vec<String> {
    let Some(first) = path.first() else { return Vec::new() };
    let rest = |base: Vec<String>, from: usize| base.into_iter().chain(path.iter().skip(from).cloned()).collect();
    match first.as_str() {
        "crate" => rest(crate_root(w), 1),
        "self" => rest(here(w, node), 1),
        "super" => {
            let ups = path.iter().take_while(|part| *part == "super").count();
            let mut base = here(w, node);
            base.truncate(base.len().saturating_sub(ups));
            rest(base, ups)
        }
        name => match w.facts.imports.iter().find(|import| import.local == name && import.item.is_none()) {
            Some(import) => rest(import.module.clone(), 1),
            None if declares(w, name) => rest(here(w, node), 0),
            None => path.to_vec(),
        },
    }
}

/// Returns whether the file declares an inline module or a type of that name.
fn declares(w: &Writer<'_>, name: &str) -> bool {
    w.facts.classes.iter().any(|class| class.name == name)
}

pub(super) fn segments(w: &Writer<'_>, node: Node<'_>) -> Vec<String> {
    w.text(node).split("::").map(|part| part.split('<').next().unwrap_or("").trim().to_owned()).collect()
}

pub(super) fn used(w: &mut Writer<'_>, node: Node<'_>) {
    if let Some(argument) = w.child(node, "argument") {
        tree(w, node, argument, &[], 0);
    }
}

// Bounded: by its depth.
fn tree(w: &mut Writer<'_>, whole: Node<'_>, node: Node<'_>, before: &[String], depth: usize) {
    if depth > 64 {
        return;
    }
    let full = |path: Vec<String>| before.iter().cloned().chain(path).collect::<Vec<_>>();
    match node.kind() {
        "use_list" => named(node).into_iter().for_each(|one| tree(w, whole, one, before, depth + 1)),
        "scoped_use_list" => {
            let path = w.child(node, "path").map(|path| segments(w, path)).unwrap_or_default();
            if let Some(list) = w.child(node, "list") {
                tree(w, whole, list, &full(path), depth + 1);
            }
        }
        "use_wildcard" => {
            let path = first_named(node).map(|path| segments(w, path)).unwrap_or_default();
            let module = absolute(w, whole, &full(path));
            w.import("*", module, Some("*"));
        }
        "use_as_clause" => {
            let path = w.child(node, "path").map(|path| segments(w, path)).unwrap_or_default();
            if let Some(alias) = w.field_text(node, "alias") {
                one(w, whole, full(path), Some(alias));
            }
        }
        _ => {
            let path = segments(w, node);
            one(w, whole, full(path), None);
        }
    }
}

fn one(w: &mut Writer<'_>, whole: Node<'_>, mut path: Vec<String>, alias: Option<&str>) {
    // `use a::b::{self}` is `use a::b`.
    if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
        path.pop();
    }
    let mut module = absolute(w, whole, &path);
    let Some(last) = path.last().cloned() else { return };
    let local = alias.unwrap_or(&last);
    if local == "_" {
        return;
    }
    if path.len() == 1 && matches!(last.as_str(), "crate" | "self" | "super") || module.len() < 2 {
        w.import(local, module, None);
    } else {
        module.pop();
        w.import(local, module, Some(&last));
    }
}

/// A path as a value: `crate::a::B` is a member of the crate, `Self::X` of the enclosing class.
pub(super) fn value(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let node = if node.kind() == "generic_function" { w.child(node, "function").unwrap_or(node) } else { node };
    if node.kind() == "field_expression" {
        return w.lower(node);
    }
    let path = segments(w, node);
    let mut path = path.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>();
    let first = path.first().cloned().unwrap_or_default();
    let base = match first.as_str() {
        "Self" => Expr::Name(w.class_name().unwrap_or_else(|| "self".into())),
        "self" | "super" if path.len() > 1 => {
            let full = absolute(w, node, &path);
            let root = crate_root(w).len();
            path = full.into_iter().skip(root.saturating_sub(1)).collect();
            Expr::Name("crate".into())
        }
        _ => {
            outside(w, &first, path.len());
            Expr::Name(first)
        }
    };
    path.into_iter().skip(1).fold(base, Expr::member)
}

/// Imports the crate that a path begins with, since it needs no `use`.
fn outside(w: &mut Writer<'_>, first: &str, length: usize) {
    let lower = first.starts_with(|c: char| c.is_ascii_lowercase());
    let known = |import: &crate::facts::Import| import.local == first || import.local == "*";
    if length < 2 || !lower || w.facts.imports.iter().any(known) || declares(w, first) {
        return;
    }
    w.import(first, vec![first.to_owned()], None);
}
