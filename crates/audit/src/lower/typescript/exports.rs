//! Exports: `export` statements and `module.exports`. Exporting a function is not a use of it.

use super::{bare, classes, functions, imports, key_of, key_text, values};
use crate::{
    facts::{Expr, Import},
    lower::writer::{Writer, first_named, has_token, line, named, of_kind},
};
use std::collections::HashSet;
use tree_sitter::Node;

pub(super) fn statement(w: &mut Writer<'_>, node: Node<'_>) {
    if let Some(source) = imports::source(w, node) {
        return again(w, node, &source);
    }
    for decorator in of_kind(node, "decorator") {
        w.lower(decorator);
    }
    if let Some(declaration) = w.child(node, "declaration") {
        if !has_token(node, "default") {
            w.lower(declaration);
        } else if let Some(name) = w.field_text(declaration, "name") {
            w.lower(declaration);
            default_is(w, Expr::Name(name.to_owned()), node);
        } else {
            nameless(w, declaration);
        }
        return;
    }
    for child in named(node) {
        match child.kind() {
            // export { a as b }
            "export_clause" => {
                for (name, alias, one) in specifiers(w, child) {
                    if let Some(alias) = alias.filter(|alias| *alias != name) {
                        w.bind(&alias, Expr::Name(name), None, line(one));
                    }
                }
            }
            "decorator" | "namespace_export" => {}
            // export default X, export = X
            _ => nameless(w, child),
        }
    }
}

/// `export … from './x'`
fn again(w: &mut Writer<'_>, node: Node<'_>, source: &str) {
    for child in named(node) {
        match child.kind() {
            "export_clause" => {
                for (name, alias, _) in specifiers(w, child) {
                    imports::add(w, alias.as_deref().unwrap_or(&name), source, Some(&name));
                }
            }
            "namespace_export" => {
                if let Some(name) = first_named(child) {
                    imports::add(w, &imports::specifier(w, name), source, None);
                }
            }
            _ => {}
        }
    }
    if has_token(node, "*") {
        imports::add(w, "*", source, Some("*"));
    }
}

/// The names in braces, with their aliases.
fn specifiers<'t>(w: &Writer<'_>, clause: Node<'t>) -> Vec<(String, Option<String>, Node<'t>)> {
    let ones = of_kind(clause, "export_specifier").into_iter();
    ones.filter_map(|one| {
        let name = imports::specifier(w, w.child(one, "name")?);
        let alias = w.child(one, "alias").map(|name| imports::specifier(w, name));
        Some((name, alias, one))
    })
    .collect()
}

fn default_is(w: &mut Writer<'_>, value: Expr, node: Node<'_>) {
    w.bind("default", value, None, line(node));
}

/// The default export: a name, or a value without one.
fn nameless(w: &mut Writer<'_>, value: Node<'_>) {
    let inner = bare(value);
    match inner.kind() {
        "identifier" => default_is(w, Expr::Name(w.text(inner).to_owned()), inner),
        kind if functions::is_function(kind) || kind == "function_declaration" => {
            let name = w.field_text(inner, "name").unwrap_or("default").to_owned();
            let index = functions::value(w, inner, functions::Shape::named(&name));
            default_is(w, Expr::Function(index), inner);
        }
        "class" | "class_declaration" | "abstract_class_declaration" => {
            let name = classes::class(w, inner, Some("default"));
            if name != Expr::Name("default".into()) {
                default_is(w, name, inner);
            }
        }
        _ => {
            let lowered = match inner.kind() {
                "object" => values::object(w, inner, values::Holder::Export),
                _ => match imports::required(w, inner) {
                    Some(source) => return imports::add(w, "default", &source, Some("default")),
                    None => w.lower(inner),
                },
            };
            whole(w, lowered, inner);
        }
    }
}

/// Binds an exported value without a name under the name of the file.
fn whole(w: &mut Writer<'_>, value: Expr, node: Node<'_>) -> Expr {
    let name = stem(w);
    let file = w.facts.functions.first();
    let taken = file.is_some_and(|file| file.bindings.iter().any(|one| one.name == name))
        || w.facts.classes.iter().any(|one| one.name == name)
        || w.facts.imports.iter().any(|one| one.local == name);
    if taken || !matches!(value, Expr::Map(_) | Expr::List(_) | Expr::Call(_)) {
        default_is(w, value, node);
        return Expr::Name("default".into());
    }
    w.bind(&name, value, None, line(node));
    default_is(w, Expr::Name(name.clone()), node);
    Expr::Name(name)
}

fn stem(w: &Writer<'_>) -> String {
    w.facts.module.last().cloned().unwrap_or_else(|| "default".into())
}

/// The assigned part of `module.exports`: the whole, or one name.
enum Given {
    Whole,
    Name(String),
}

fn given(w: &Writer<'_>, left: Node<'_>) -> Option<Given> {
    match w.text(left) {
        "module.exports" | "exports" => Some(Given::Whole),
        _ if left.kind() == "member_expression" => {
            let of = w.field_text(left, "object")?;
            let name = w.field_text(left, "property")?;
            match (of, name) {
                ("module.exports" | "exports", "default") => Some(Given::Whole),
                ("module.exports" | "exports", name) => Some(Given::Name(name.to_owned())),
                _ => None,
            }
        }
        _ => None,
    }
}

/// `module.exports = …`, `exports.x = …`. Returns whether the assignment is one of these.
pub(super) fn common(w: &mut Writer<'_>, node: Node<'_>) -> bool {
    let parts = (w.child(node, "left"), w.child(node, "right"));
    let (Some(left), Some(right)) = parts else { return false };
    let Some(first) = given(w, left) else { return false };
    // exports = module.exports = …, exports.a = exports.b = …
    let mut targets = vec![first];
    let mut right = bare(right);
    while right.kind() == "assignment_expression" {
        targets.extend(w.child(right, "left").and_then(|left| given(w, left)));
        match w.child(right, "right") {
            Some(next) => right = bare(next),
            None => return true,
        }
    }
    for (at, target) in targets.into_iter().rev().enumerate() {
        match target {
            // The assignments to its right are exported already.
            Given::Whole if at > 0 => {}
            Given::Whole => match frozen(w, right).unwrap_or(right) {
                object if object.kind() == "object" => members(w, object),
                other => nameless(w, other),
            },
            Given::Name(name) => one(w, &name, right),
        }
    }
    true
}

/// `exports.name = value`
fn one(w: &mut Writer<'_>, name: &str, value: Node<'_>) {
    if let Some(source) = imports::required(w, value) {
        return imports::add(w, name, &source, Some("default"));
    }
    match value.kind() {
        "identifier" if w.text(value) == name => {}
        "identifier" => w.bind(name, Expr::Name(w.text(value).to_owned()), None, line(value)),
        kind if functions::is_function(kind) => {
            let index = functions::value(w, value, functions::Shape::named(name));
            w.bind(name, Expr::Function(index), None, line(value));
        }
        "class" => {
            let class = classes::class(w, value, Some(name));
            if class != Expr::Name(name.into()) {
                w.bind(name, class, None, line(value));
            }
        }
        _ => {
            let lowered = w.lower(value);
            w.bind(name, lowered, None, line(value));
        }
    }
}

/// The argument of `Object.freeze(…)`.
fn frozen<'t>(w: &Writer<'_>, node: Node<'t>) -> Option<Node<'t>> {
    (node.kind() == "call_expression" && w.field_text(node, "function") == Some("Object.freeze"))
        .then(|| w.child(node, "arguments").and_then(first_named))?
}

/// `module.exports = { … }`: names of the file, or an object with its own values.
fn members(w: &mut Writer<'_>, object: Node<'_>) {
    let is_name = |part: &Node<'_>| match part.kind() {
        "pair" => w.child(*part, "value").is_some_and(|value| {
            value.kind() == "identifier"
                || functions::is_function(value.kind())
                || imports::required(w, value).is_some()
        }),
        "shorthand_property_identifier" | "method_definition" | "spread_element" => true,
        _ => false,
    };
    if named(object).iter().all(is_name) {
        for part in named(object) {
            member(w, part);
        }
        return;
    }
    let lowered = values::object(w, object, values::Holder::Export);
    let pairs = if let Expr::Map(pairs) = &lowered { pairs.clone() } else { Vec::new() };
    let name = whole(w, lowered, object);
    for (key, value) in pairs {
        let Expr::Text(key) = key else { continue };
        match value {
            Expr::Name(same) if same == key => {}
            value @ (Expr::Name(_) | Expr::Function(_)) => w.bind(&key, value, None, line(object)),
            _ => w.bind(&key, name.clone().member(key.clone()), None, line(object)),
        }
    }
}

fn member(w: &mut Writer<'_>, part: Node<'_>) {
    match part.kind() {
        "pair" => {
            let name = key_of(w, part, "key");
            if let (Some(name), Some(value)) = (name, w.child(part, "value")) {
                one(w, &name, value);
            }
        }
        "method_definition" => {
            if let Some(name) = key_of(w, part, "name") {
                let index = functions::value(w, part, functions::Shape::named(&name));
                w.bind(&name, Expr::Function(index), None, line(part));
            }
        }
        "spread_element" => {
            let Some(of) = first_named(part) else { return };
            if let Some(source) = imports::required(w, of) {
                return imports::add(w, "*", &source, Some("*"));
            }
            let name = w.text(of);
            let again: Vec<Import> = w
                .facts
                .imports
                .iter()
                .filter(|import| import.local == name)
                .map(|import| Import { local: "*".into(), item: Some("*".into()), ..import.clone() })
                .collect();
            w.facts.imports.extend(again);
        }
        _ => {}
    }
}

/// Functions at the top of the file that it does not export are private. A file without imports and exports is a
/// script: its names are global.
pub(super) fn hide_the_rest(w: &mut Writer<'_>, program: Node<'_>) {
    let mut given_away = HashSet::new();
    let mut gives = false;
    for child in named(program) {
        match child.kind() {
            "export_statement" => {
                gives = true;
                exported(w, child, &mut given_away);
            }
            "expression_statement" => {
                for inner in named(child) {
                    gives |= assigned(w, inner, &mut given_away);
                }
            }
            _ => {}
        }
    }
    if !gives && w.facts.imports.is_empty() {
        return;
    }
    for function in w.facts.functions.iter_mut().skip(1) {
        let own = function.parent == 0 && function.class.is_none() && !function.name.is_empty();
        function.private |= own && !given_away.contains(&function.name);
    }
}

fn exported(w: &Writer<'_>, statement: Node<'_>, names: &mut HashSet<String>) {
    for child in named(statement) {
        match child.kind() {
            "export_clause" => names.extend(specifiers(w, child).into_iter().map(|(name, ..)| name)),
            "lexical_declaration" | "variable_declaration" => {
                let declared = named(child).into_iter();
                names.extend(declared.filter_map(|one| w.field_text(one, "name").map(str::to_owned)));
            }
            _ => {
                names.extend(w.field_text(child, "name").map(str::to_owned));
                values_given(w, child, names);
            }
        }
    }
    names.insert("default".into());
}

/// The names in an exported value.
fn values_given(w: &Writer<'_>, value: Node<'_>, names: &mut HashSet<String>) {
    let value = bare(value);
    match frozen(w, value).unwrap_or(value) {
        name if name.kind() == "identifier" => {
            names.insert(w.text(name).to_owned());
        }
        object if object.kind() == "object" => {
            for part in named(object) {
                match part.kind() {
                    "shorthand_property_identifier" => {
                        names.insert(w.text(part).to_owned());
                    }
                    "pair" | "method_definition" => {
                        let name = w.child(part, "key").or(w.child(part, "name"));
                        names.extend(name.and_then(|name| key_text(w, name)));
                        let value = w.child(part, "value").filter(|value| value.kind() == "identifier");
                        names.extend(value.map(|value| w.text(value).to_owned()));
                    }
                    _ => {}
                }
            }
        }
        other => names.extend(w.field_text(other, "name").map(str::to_owned)),
    }
}

fn assigned(w: &Writer<'_>, node: Node<'_>, names: &mut HashSet<String>) -> bool {
    let mut value = node;
    // exports.a = exports.b = …
    while value.kind() == "assignment_expression" {
        let parts = (w.child(value, "left"), w.child(value, "right"));
        let (Some(left), Some(right)) = parts else { break };
        let Some(given) = given(w, left) else { break };
        names.insert("default".into());
        if let Given::Name(name) = given {
            names.insert(name);
        }
        value = right;
    }
    if value != node {
        values_given(w, value, names);
    }
    value != node
}
