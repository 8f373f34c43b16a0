//! Rust: functions, structs, traits, implementations, modules.

use super::{enums, paths, types};
use crate::{
    facts::{Class, Expr, Param},
    lower::{
        functions::NewFunction,
        words::registers,
        writer::{Writer, find_kind, first_named, line, named, of_kind},
    },
};
use tree_sitter::Node;

/// Attributes that do not register a function, in addition to those of all languages.
const PLAIN: &[&str] = &[
    "async_recursion",
    "builder",
    "cfg_attr",
    "cold",
    "deny",
    "forbid",
    "serial",
    "skip",
    "target_feature",
    "track_caller",
    "warn",
];

/// Where a function stands.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Free,
    Own,
    /// In a trait or its implementation; true for a trait of another crate.
    Trait(bool),
}

/// Items with their attributes. Types are lowered before functions, so that functions find them.
pub(super) fn list(w: &mut Writer<'_>, node: Node<'_>) {
    let mut attributes = Vec::new();
    let mut items = Vec::new();
    for child in named(node) {
        match child.kind() {
            "attribute_item" => attributes.push(child),
            "inner_attribute_item" if enums::for_tests(w, &[child]) => return,
            "inner_attribute_item" => {}
            _ => items.push((child, std::mem::take(&mut attributes))),
        }
    }
    items.sort_by_key(|(child, _)| match child.kind() {
        "use_declaration" => 0,
        "enum_item" | "struct_item" | "trait_item" => 1,
        _ => 2,
    });
    // A path may begin with an enum or module that is declared further down.
    for (child, attributes) in &items {
        let is_inner = child.kind() == "enum_item" || w.child(*child, "body").is_some();
        if let ("enum_item" | "mod_item", Some(own), true) = (child.kind(), w.field_text(*child, "name"), is_inner)
            && !enums::for_tests(w, attributes)
        {
            w.in_class(Class { name: own.to_owned(), line: line(*child), ..Class::default() }, |_| {});
        }
    }
    for (child, attributes) in items {
        item(w, child, &attributes);
    }
}

pub(super) fn item(w: &mut Writer<'_>, node: Node<'_>, attributes: &[Node<'_>]) {
    if enums::for_tests(w, attributes) {
        return;
    }
    match node.kind() {
        "use_declaration" => paths::used(w, node),
        "mod_item" => module(w, node),
        "function_item" | "function_signature_item" => function(w, node, attributes, Place::Free),
        "struct_item" | "union_item" => structure(w, node),
        "enum_item" => enums::item(w, node, attributes),
        "impl_item" => implementation(w, node),
        "trait_item" => interface(w, node),
        "const_item" | "static_item" => constant(w, node),
        "type_item" => {
            let kind = types::of(w, node, "type");
            if let (Some(own), Some(kind)) = (w.field_text(node, "name"), kind)
                && own != kind
            {
                w.bind(own, Expr::Name(kind), None, line(node));
            }
        }
        _ => w.visit(node),
    }
}

/// The last name of an attribute's path.
pub(super) fn attribute_name<'a>(w: &Writer<'a>, node: Node<'_>) -> &'a str {
    let inner = find_kind(node, "attribute");
    let path = inner.and_then(first_named).map_or("", |path| w.text(path));
    path.rsplit("::").next().unwrap_or(path)
}

fn constant(w: &mut Writer<'_>, node: Node<'_>) {
    let kind = types::of(w, node, "type");
    let value = w.lower_field(node, "value");
    if let Some(own) = w.field_text(node, "name").filter(|own| *own != "_") {
        w.bind(own, value, kind, line(node));
    }
}

/// An inline module is a class of its constants and functions. Other items belong to the file.
fn module(w: &mut Writer<'_>, node: Node<'_>) {
    let (Some(own), Some(body)) = (w.field_text(node, "name"), w.child(node, "body")) else { return };
    let class = Class { name: own.to_owned(), line: line(node), ..Class::default() };
    let known = w.facts.functions.first().map_or(0, |top| top.bindings.len());
    w.nested(|w| list(w, body));
    // The names that it has bound in the file: constants move, functions keep both names.
    let Some(top) = w.facts.functions.first_mut().filter(|top| top.bindings.len() >= known) else { return };
    let bound = top.bindings.split_off(known);
    let functions = bound.iter().filter(|one| matches!(one.value, Expr::Function(_))).cloned();
    top.bindings.extend(functions);
    w.in_class(Class { members: bound, ..class }, |_| {});
}

fn structure(w: &mut Writer<'_>, node: Node<'_>) {
    let name = w.text_of(node, "name").to_owned();
    w.in_class(Class { name, line: line(node), ..Class::default() }, |w| {
        let Some(body) = w.child(node, "body") else { return };
        if body.kind() == "ordered_field_declaration_list" {
            let kinds = w.children(body, "type");
            for (at, kind) in kinds.into_iter().enumerate() {
                let kind_name = types::name(w, kind);
                w.field(&at.to_string(), Expr::Nil, kind_name, line(kind));
            }
            return;
        }
        for field in of_kind(body, "field_declaration") {
            let kind = types::of(w, field, "type");
            if let Some(own) = w.field_text(field, "name") {
                w.field(own, Expr::Nil, kind, line(field));
            }
        }
    });
}

fn interface(w: &mut Writer<'_>, node: Node<'_>) {
    let name = w.text_of(node, "name").to_owned();
    let bounds = w.field_children(node, "bounds");
    let bases = bounds.into_iter().filter_map(|one| types::name(w, one)).collect();
    let class = Class { name, line: line(node), bases, ..Class::default() };
    w.in_class(class, |w| members(w, node, Place::Trait(false)));
}

fn implementation(w: &mut Writer<'_>, node: Node<'_>) {
    let Some(name) = types::of(w, node, "type") else { return };
    let of = w.child(node, "trait");
    let place = of.map_or(Place::Own, |of| Place::Trait(is_foreign(w, of)));
    let bases: Vec<String> = of.and_then(|of| types::name(w, of)).into_iter().collect();
    let count = w.facts.classes.len();
    let known = w.facts.classes.iter().any(|class| class.name == name);
    let class = Class { name: name.clone(), line: line(node), bases: bases.clone(), ..Class::default() };
    w.in_class(class, |w| members(w, node, place));
    // The type is declared in another file, so a second class is not kept.
    if !known && w.facts.classes.len() == count + 1 {
        w.facts.classes.pop();
        w.facts.extended.push((name, bases));
    }
}

/// A trait that is imported from another crate.
fn is_foreign(w: &Writer<'_>, node: Node<'_>) -> bool {
    let path = paths::segments(w, node);
    let Some(first) = path.first() else { return false };
    match w.facts.imports.iter().find(|import| import.local == *first) {
        Some(import) => !import.module.iter().any(|part| part == "crate"),
        None => path.len() > 1 || matches!(first.as_str(), "Drop" | "Default" | "From" | "Iterator" | "FnOnce"),
    }
}

fn members(w: &mut Writer<'_>, node: Node<'_>, place: Place) {
    let mut attributes = Vec::new();
    for child in w.field_children(node, "body") {
        match child.kind() {
            "attribute_item" => attributes.push(child),
            "function_item" | "function_signature_item" => {
                function(w, child, &std::mem::take(&mut attributes), place);
            }
            "const_item" if !enums::for_tests(w, &attributes) => {
                attributes.clear();
                constant(w, child);
            }
            _ => attributes.clear(),
        }
    }
}

fn function(w: &mut Writer<'_>, node: Node<'_>, attributes: &[Node<'_>], place: Place) {
    if enums::for_tests(w, attributes) {
        return;
    }
    let name = w.text_of(node, "name").to_owned();
    let called =
        attributes.iter().map(|one| attribute_name(w, *one)).any(|one| registers(one) && !PLAIN.contains(&one));
    let public = named(node).into_iter().any(|one| one.kind() == "visibility_modifier");
    let main = place == Place::Free && name == "main" && w.function() == 0;

    let function = NewFunction::at(node)
        .name(&name)
        .bound(place == Place::Free)
        .private(!public && !matches!(place, Place::Trait(_)))
        .registered(called || main || place == Place::Trait(true))
        .return_kind(types::of(w, node, "return_type"))
        .params(parameters(w, node));
    let function = if w.child(node, "body").is_some() { function } else { function.without_body() };
    let class = w.class_body().and_then(|_| w.class_name());
    let index = function.open(w, |w| {
        if let Some(body) = w.child(node, "body") {
            let value = w.lower(body);
            if value != Expr::Nil {
                w.returns(value);
            }
        }
    });
    if enums::matched_texts(w, node, class.as_deref())
        && let Some(function) = w.facts.functions.get_mut(index)
    {
        // The function returns the text of one variant, not of all.
        function.returns.clear();
    }
}

fn parameters(w: &mut Writer<'_>, function: Node<'_>) -> Vec<Param> {
    let mut params = Vec::new();
    for node in w.field_children(function, "parameters") {
        match node.kind() {
            "parameter" => {
                let name = w.child(node, "pattern").map(|one| own_name(w, one)).unwrap_or_default();
                params.push(Param { name, kind: types::of(w, node, "type"), ..Param::default() });
            }
            "self_parameter" | "attribute_item" => {}
            _ => params.push(Param::named(own_name(w, node))),
        }
    }
    params
}

/// The name in a pattern: `x` in `mut x`, `&x`, `State(x)`, `Some(x)`.
fn own_name(w: &Writer<'_>, pattern: Node<'_>) -> String {
    let mut at = pattern;
    for _ in 0..16 {
        if at.kind() == "identifier" {
            return w.text(at).to_owned();
        }
        let mut parts = w.without_field(at, "type").into_iter();
        let Some(inner) = parts.rfind(|one| one.kind() != "mutable_specifier") else { break };
        at = inner;
    }
    String::new()
}

pub(super) fn closure(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    NewFunction::at(node).params(parameters(w, node)).value(w, |w| {
        let value = w.lower_field(node, "body");
        w.returns(value);
    })
}
