//! Declarations, assignments, loops and destructuring patterns.

use super::{at_top, bare, calls, classes, exports, functions, imports, key_of, types};
use crate::{
    facts::{Binding, Class, Expr},
    lower::writer::{Writer, either, first_named, line, named, of_kind, tokens},
};
use tree_sitter::Node;

/// The effect of a pattern on its names.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    /// Declared in this block: `let`, `const`, parameters.
    Declared,
    /// Declared in the whole function: `var`.
    ByFunction,
    /// Assigned; declared before.
    Assigned,
}

impl How {
    fn name(self, w: &mut Writer<'_>, name: &str) -> String {
        if self == Self::Declared { w.declare(name) } else { w.known(name) }
    }
}

pub(super) fn declaration(w: &mut Writer<'_>, node: Node<'_>) {
    let how = if node.kind() == "lexical_declaration" { How::Declared } else { How::ByFunction };
    for one in of_kind(node, "variable_declarator") {
        let Some(pattern) = w.child(one, "name") else { continue };
        let declared = w.child(one, "type");
        let Some(value) = w.child(one, "value") else {
            bind(w, pattern, &Expr::Nil, declared, how);
            continue;
        };
        if imports::by_require(w, pattern, bare(value), how) {
            continue;
        }
        if pattern.kind() != "identifier" {
            let value = w.lower(value);
            bind(w, pattern, &value, declared, how);
            continue;
        }
        let name = w.text(pattern).to_owned();
        let kind = declared.and_then(|kind| types::of(w, kind)).or_else(|| types::of_value(w, value));
        let known = how.name(w, &name);
        let lowered = named_value(w, &name, value, None);
        if lowered != Expr::Name(known.clone()) {
            w.bind(&known, lowered, kind, line(one));
        }
    }
}

/// A value that is given a name: an anonymous function or class takes it.
fn named_value(w: &mut Writer<'_>, name: &str, value: Node<'_>, class: Option<String>) -> Expr {
    let inner = bare(value);
    match inner.kind() {
        kind if functions::is_function(kind) => {
            let shape = functions::Shape { class, ..functions::Shape::named(name) };
            Expr::Function(functions::value(w, inner, shape))
        }
        "class" => classes::class(w, inner, Some(name)),
        _ => w.lower(value),
    }
}

/// Binds the names in a pattern to parts of a value.
pub(super) fn bind(w: &mut Writer<'_>, pattern: Node<'_>, value: &Expr, declared: Option<Node<'_>>, how: How) {
    w.nested(|w| bind_part(w, pattern, value, declared, how));
}

fn bind_part(w: &mut Writer<'_>, pattern: Node<'_>, value: &Expr, declared: Option<Node<'_>>, how: How) {
    match pattern.kind() {
        "identifier" | "shorthand_property_identifier_pattern" => {
            let kind = declared.and_then(|kind| types::of(w, kind));
            let name = how.name(w, w.text(pattern));
            w.bind(&name, value.clone(), kind, line(pattern));
        }
        "object_pattern" => {
            for part in named(pattern) {
                bind_key(w, part, value, declared, how);
            }
        }
        "array_pattern" => {
            let mut at = 0;
            for one in tokens(pattern) {
                if one.kind() == "," {
                    at += 1;
                } else if one.is_named() && !one.is_extra() {
                    let part = if *value == Expr::Nil { Expr::Nil } else { value.item(at) };
                    bind(w, one, &part, None, how);
                }
            }
        }
        "assignment_pattern" | "object_assignment_pattern" => {
            let default = w.lower_field(pattern, "right");
            if let Some(left) = w.child(pattern, "left") {
                bind(w, left, &either(value.clone(), default), declared, how);
            }
        }
        "rest_pattern" => {
            if let Some(inner) = first_named(pattern) {
                bind(w, inner, value, None, how);
            }
        }
        _ => w.visit(pattern),
    }
}

/// A part of `{ a, b: c, d = e, ...f }`.
fn bind_key(w: &mut Writer<'_>, part: Node<'_>, value: &Expr, declared: Option<Node<'_>>, how: How) {
    let (key, inner) = match part.kind() {
        "shorthand_property_identifier_pattern" => (Some(w.text(part).to_owned()), part),
        "object_assignment_pattern" => (w.field_text(part, "left").map(str::to_owned), part),
        "pair_pattern" => {
            let Some(inner) = w.child(part, "value") else { return };
            (key_of(w, part, "key"), inner)
        }
        _ => return bind(w, part, value, None, how),
    };
    let Some(key) = key else { return bind(w, inner, &w.opaque(part), None, how) };
    let kind = declared.and_then(|kind| types::of_property(w, kind, &key));
    let of = match value {
        Expr::Nil => Expr::Nil,
        value => value.clone().member(key),
    };
    bind(w, inner, &of, kind, how);
}

pub(super) fn assignment(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    if at_top(w) && exports::common(w, node) {
        return Expr::Nil;
    }
    let parts = (w.child(node, "left"), w.child(node, "right"));
    let (Some(left), Some(right)) = parts else { return w.lower_opaque(node) };
    let left = bare(left);
    if left.kind() == "member_expression" {
        return to_member(w, left, right);
    }
    let name = if left.kind() == "identifier" { w.text(left) } else { "" };
    let mut value = named_value(w, name, right, None);
    if matches!(w.field_text(node, "operator"), Some("+=" | "-=" | "*=" | "/=")) {
        value = w.opaque(node);
    }
    match left.kind() {
        "identifier" => assign(w, &w.known(w.text(left)), value.clone(), line(left)),
        "subscript_expression" => w.visit(left),
        _ => bind(w, left, &value, None, How::Assigned),
    }
    value
}

/// Assigns a name in the function that declares it, the current or an enclosing one.
fn assign(w: &mut Writer<'_>, name: &str, value: Expr, line: u32) {
    let owner = w.enclosing().find(|(at, function)| {
        let bound = || function.bindings.iter().any(|one| one.name == name);
        if *at == 0 { bound() } else { function.has_name(name) }
    });
    let owner = owner.map_or_else(|| w.function(), |(at, _)| at);
    let binding = Binding { name: name.to_owned(), value, kind: None, line };
    w.facts.functions[owner].bindings.push(binding);
}

/// `this.bus = bus`, `Bus.prototype.publish = function () {}`, `Bus.create = () => {}`
fn to_member(w: &mut Writer<'_>, left: Node<'_>, right: Node<'_>) -> Expr {
    let parts = (w.child(left, "object"), w.field_text(left, "property"));
    let (Some(of), Some(name)) = parts else { return w.lower_opaque(left) };
    if of.kind() == "this" {
        let kind = types::of_value(w, right);
        let class = w.class_name().filter(|_| w.class().is_some());
        let value = named_value(w, name, right, class);
        w.field(name, value.clone(), kind, line(left));
        return value;
    }
    let owner = match of.kind() {
        "identifier" => Some(of),
        "member_expression" if w.field_text(of, "property") == Some("prototype") => w.child(of, "object"),
        _ => None,
    };
    let class = owner.map(|owner| w.text(owner)).filter(|owner| w.facts.classes.iter().any(|one| one.name == *owner));
    if let (Some(class), true) = (class, at_top(w)) {
        let class = Class { name: class.to_owned(), ..Class::default() };
        let mut value = Expr::Nil;
        w.in_class(class, |w| {
            value = named_value(w, name, right, None);
            if !matches!(value, Expr::Function(_)) {
                w.bind(name, value.clone(), None, line(left));
            }
        });
        return value;
    }
    // Bus.prototype = { publish() {} }
    if let ("prototype", "object", true) = (name, bare(right).kind(), at_top(w))
        && w.facts.classes.iter().any(|one| one.name == w.text(of))
    {
        let class = Class { name: w.text(of).to_owned(), ..Class::default() };
        w.in_class(class, |w| w.lower(right));
        return Expr::Nil;
    }
    w.lower(of);
    named_value(w, name, right, Some(String::new()))
}

/// `for (const x of list)`
pub(super) fn each(w: &mut Writer<'_>, node: Node<'_>) {
    let over = w.lower_field(node, "right");
    if let Some(left) = w.child(node, "left") {
        let how = match w.field_text(node, "kind") {
            Some("var") => How::ByFunction,
            None => How::Assigned,
            Some(_) => How::Declared,
        };
        bind(w, left, &calls::each_of(over), None, how);
    }
    w.lower_field(node, "body");
}
