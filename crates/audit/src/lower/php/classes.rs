//! PHP: classes, interfaces, traits and enums.

use super::names;
use crate::{
    facts::{Class, Expr, Function},
    lower::{
        functions::NewFunction,
        writer::{Writer, find_kind, line, named},
    },
    text::events,
};
use tree_sitter::Node;

pub(super) fn class(w: &mut Writer<'_>, node: Node<'_>) {
    let name = w.text_of(node, "name").to_owned();
    with_name(w, node, name);
}

/// `new class { … }`. Returns the name that it gets in the facts.
pub(super) fn anonymous(w: &mut Writer<'_>, node: Node<'_>) -> String {
    let name = format!("class@{}", line(node));
    with_name(w, node, name.clone());
    name
}

fn with_name(w: &mut Writer<'_>, node: Node<'_>, name: String) {
    let mut bases = Vec::new();
    for clause in named(node) {
        match clause.kind() {
            "base_clause" | "class_interface_clause" => {
                bases.extend(named(clause).into_iter().map(|base| names::defined_name(w, base)));
            }
            "attribute_list" => {
                names::attributes(w, clause);
            }
            _ => {}
        }
    }
    let is_enum = node.kind() == "enum_declaration";
    let class = Class { name: name.clone(), line: line(node), bases, is_enum, ..Class::default() };
    let body = w.child(node, "body");
    w.in_class(class, |w| {
        if let Some(body) = body {
            w.lower_children(body);
        }
        if let (true, Some(body), Some(class)) = (is_enum, body, w.class()) {
            texts_by_match(w, class, &name, body);
        }
    });
}

pub(super) fn member(w: &mut Writer<'_>, node: Node<'_>) {
    match node.kind() {
        // A used trait is a base.
        "use_declaration" => {
            let traits = named(node).into_iter().filter(|child| matches!(child.kind(), "name" | "qualified_name"));
            let traits: Vec<String> = traits.map(|one| names::defined_name(w, one)).collect();
            traits.into_iter().for_each(|base| w.add_base(base));
        }
        "enum_case" => {
            let value = match w.child(node, "value") {
                Some(value) => w.lower(value),
                None => w.child(node, "attributes").map_or(Expr::Nil, |list| text_in(w, list, 0)),
            };
            if let Some(name) = w.field_text(node, "name") {
                w.bind(name, value, None, line(node));
            }
        }
        _ => property(w, node),
    }
}

/// The first string that looks like an event.
// Bounded: by its depth.
fn text_in(w: &mut Writer<'_>, node: Node<'_>, depth: usize) -> Expr {
    if matches!(node.kind(), "string" | "encapsed_string") {
        let text = w.lower(node);
        return if matches!(&text, Expr::Text(text) if events::looks_like_event(text)) { text } else { Expr::Nil };
    }
    if depth > 8 {
        return Expr::Nil;
    }
    named(node)
        .into_iter()
        .map(|child| text_in(w, child, depth + 1))
        .find(|found| *found != Expr::Nil)
        .unwrap_or(Expr::Nil)
}

fn property(w: &mut Writer<'_>, node: Node<'_>) {
    let kind = match w.child(node, "type") {
        Some(kind) => names::type_of(w, kind),
        None => documented(w, node),
    };
    for element in named(node) {
        match element.kind() {
            "property_element" => {
                let Some(name) = w.child(element, "name").map(|name| names::variable(w.text(name))) else {
                    continue;
                };
                match w.lower_field(element, "default_value") {
                    // A property with a fixed text is a member of the class.
                    text @ Expr::Text(_) => w.bind(name, text, kind.clone(), line(element)),
                    value => w.field(name, value, kind.clone(), line(element)),
                }
            }
            "property_hook_list" => hooks(w, node, element),
            "attribute_list" => {
                names::attributes(w, element);
            }
            _ => {}
        }
    }
}

/// `/** @var EventBus */` before a property without a type.
fn documented(w: &Writer<'_>, node: Node<'_>) -> Option<String> {
    // Read from the text, because tree-sitter finds a previous sibling only from the root.
    let before = w.source().get(..node.start_byte())?.trim_end();
    let text = before.ends_with("*/").then(|| before.rfind("/*").and_then(|start| before.get(start..)))??;
    let at = text.find("@var ")?;
    let kind = text.get(at + 5..)?.split_whitespace().next()?;
    let kind = kind.split('|').find(|part| !matches!(*part, "null" | ""))?;
    crate::lower::words::type_name(kind).filter(|kind| kind.starts_with(|c: char| c.is_ascii_uppercase() || c == '_'))
}

/// Property hooks, which run when the property is read or written.
fn hooks(w: &mut Writer<'_>, property: Node<'_>, list: Node<'_>) {
    let element = find_kind(property, "property_element");
    let name = element.map_or("", |element| names::variable(w.text_of(element, "name")));
    for hook in named(list) {
        let Some(body) = w.child(hook, "body") else { continue };
        NewFunction::at(hook).name(name).registered(true).open(w, |w| {
            let value = w.lower(body);
            if body.kind() != "compound_statement" {
                w.returns(value);
            }
        });
    }
}

/// `match ($this) { self::Paid => 'invoice.paid', … }` in a method gives the members of an enum their texts.
fn texts_by_match(w: &mut Writer<'_>, class: usize, name: &str, body: Node<'_>) {
    if w.facts.classes[class].members.iter().any(|member| member.value != Expr::Nil) {
        return;
    }
    let mut open = vec![body];
    while let Some(node) = open.pop() {
        if node.kind() == "match_expression" {
            let found = arms(w, node, name);
            if !found.is_empty() {
                // The method returns the text of the member it is called on, not of all.
                let at = line(node);
                let holds =
                    |one: &&mut Function| one.class.as_deref() == Some(name) && one.line <= at && at <= one.end_line;
                w.facts.functions.iter_mut().filter(holds).for_each(|one| one.returns.clear());
            }
            for (member, text) in found {
                let members = w.facts.classes[class].members.iter_mut();
                for one in members.filter(|one| one.name == member && one.value == Expr::Nil) {
                    one.value = Expr::Text(text.clone());
                }
            }
        }
        open.extend(named(node));
    }
}

fn arms(w: &Writer<'_>, node: Node<'_>, name: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for arm in w.field_children(node, "body") {
        let text = w.child(arm, "return_expression").map_or("", |value| w.text(value));
        let text = text.trim_matches(['\'', '"']);
        if !events::looks_like_event(text) {
            continue;
        }
        for key in w.field_children(arm, "conditional_expressions") {
            if let Some((of, member)) = w.text(key).split_once("::")
                && (matches!(of, "self" | "static") || of == name)
            {
                found.push((member.to_owned(), text.to_owned()));
            }
        }
    }
    found
}
