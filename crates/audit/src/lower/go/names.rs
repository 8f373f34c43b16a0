//! Go: imports, the receiver, and the function that a variable belongs to.

use super::literals;
use crate::{
    facts::{Binding, Expr},
    lower::writer::Writer,
};
use tree_sitter::Node;

pub(super) fn import(w: &mut Writer<'_>, node: Node<'_>) {
    let Some(path) = w.child(node, "path") else { return };
    let path = literals::text(w, path);
    let module: Vec<String> = path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect();
    match w.field_text(node, "name") {
        Some("_") => {}
        Some(".") => w.import("*", module, Some("*")),
        Some(name) => w.import(name, module, None),
        None => {
            if let Some(name) = package(&module) {
                w.import(&name, module, None);
            }
        }
    }
}

/// The name of a package by its path: `yaml` for `gopkg.in/yaml.v3`, `redis` for `github.com/x/go-redis/v9`.
fn package(module: &[String]) -> Option<String> {
    let is_version = |part: &str| {
        part.strip_prefix('v').is_some_and(|rest| !rest.is_empty() && rest.chars().all(|c| c.is_ascii_digit()))
    };
    let last = module.iter().rev().find(|part| !is_version(part)).or(module.last())?;
    let last = match last.rsplit_once('.') {
        Some((head, version)) if is_version(version) => head,
        _ => last,
    };
    let last = last.strip_prefix("go-").unwrap_or(last);
    let last = last.strip_suffix("-go").unwrap_or(last);
    Some(last.chars().filter(|c| c.is_alphanumeric() || *c == '_').collect())
}

/// A name that is used as a value; noted as a mention.
pub(super) fn value(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    w.mention(&w.known(w.text(node)));
    plain(w, node)
}

/// The same, without a mention.
pub(super) fn plain(w: &Writer<'_>, node: Node<'_>) -> Expr {
    let name = w.known(w.text(node));
    Expr::Name(if is_receiver(w, &name) { "self".to_owned() } else { name })
}

fn is_receiver(w: &Writer<'_>, name: &str) -> bool {
    let functions = &w.facts.functions;
    owner(w, name).and_then(|at| functions.get(at)).is_some_and(|function| {
        let mut values = function.bindings.iter().filter(|one| one.name == name).map(|one| &one.value);
        values.next().is_some_and(|value| value.is_receiver()) && values.next().is_none()
    })
}

/// The enclosing function that declares a variable or parameter; index 0 for the file itself.
pub(super) fn owner(w: &Writer<'_>, name: &str) -> Option<usize> {
    w.enclosing().find(|(_, function)| function.has_name(name)).map(|(at, _)| at)
}

pub(super) fn class_around(w: &Writer<'_>) -> Option<String> {
    w.enclosing().find_map(|(_, function)| function.class.clone())
}

/// Binds a name in the current function when it is declared here, else in the function that declares it.
pub(super) fn bind_in(w: &mut Writer<'_>, declares: bool, name: &str, value: Expr, line: u32) {
    let here = w.function();
    let owner = if declares { None } else { owner(w, name).filter(|at| *at != here && *at != 0) };
    match owner.and_then(|at| w.facts.functions.get_mut(at)) {
        // Names and calls of a closure cannot be resolved in the function around it.
        Some(function) if !matches!(value, Expr::Name(_) | Expr::Call(_)) => {
            function.bindings.push(Binding { name: name.to_owned(), value, kind: None, line });
        }
        _ => w.bind(name, value, None, line),
    }
}

/// A callee that gets the address of an empty variable may assign any value, so the variable becomes opaque.
pub(super) fn filled(w: &mut Writer<'_>, name: &str) {
    let Some(function) = owner(w, name).filter(|at| *at != 0).and_then(|at| w.facts.functions.get_mut(at)) else {
        return;
    };
    for one in function.bindings.iter_mut().filter(|one| one.name == name && one.value == Expr::Nil) {
        one.value = Expr::Opaque(name.to_owned());
    }
}
