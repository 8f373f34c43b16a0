//! Classes, enums and namespaces.

use super::{bare, functions, imports, key_text, types};
use crate::{
    facts::{Class, Expr},
    lower::{
        words::registers,
        writer::{Writer, has_token, line, named, of_kind},
    },
};
use tree_sitter::Node;

/// Notes a class and returns its name: its own, or `given`.
pub(super) fn class(w: &mut Writer<'_>, node: Node<'_>, given: Option<&str>) -> Expr {
    let name = w.field_text(node, "name").or(given).unwrap_or("class").to_owned();
    let mut bases = Vec::new();
    for child in named(node) {
        match child.kind() {
            "class_heritage" => bases = heritage(w, child),
            "decorator" => w.visit(child),
            _ => {}
        }
    }
    let class = Class { name: name.clone(), line: line(node), bases, ..Class::default() };
    w.in_class(class, |w| {
        if let Some(body) = w.child(node, "body") {
            members(w, body);
        }
    });
    Expr::Name(name)
}

fn heritage(w: &mut Writer<'_>, node: Node<'_>) -> Vec<String> {
    let mut bases = Vec::new();
    for part in named(node) {
        match part.kind() {
            "extends_clause" => {
                for value in named(part).into_iter().filter(|value| !types::is_type(value.kind())) {
                    extends(w, value, &mut bases);
                }
            }
            // An interface from outside of the tree is no base: nothing here calls through it.
            "implements_clause" => {
                let all = named(part).into_iter().filter_map(|kind| types::of(w, kind));
                bases.extend(all.filter(|name| !imports::is_outside(w, name)).collect::<Vec<_>>());
            }
            _ => extends(w, part, &mut bases),
        }
    }
    bases
}

/// `extends Base`, `extends ns.Base`, `extends mixin(Base)`
fn extends(w: &mut Writer<'_>, value: Node<'_>, bases: &mut Vec<String>) {
    match value.kind() {
        "identifier" => bases.push(w.text(value).to_owned()),
        "member_expression" => bases.extend(w.field_text(value, "property").map(str::to_owned)),
        "call_expression" => {
            let before = bases.len();
            for inner in w.field_children(value, "arguments") {
                w.nested(|w| extends(w, inner, bases));
            }
            if bases.len() == before
                && let Some(function) = w.child(value, "function")
            {
                w.nested(|w| extends(w, function, bases));
            }
        }
        _ => w.visit(value),
    }
}

fn members(w: &mut Writer<'_>, body: Node<'_>) {
    let mut registered = false;
    for node in named(body) {
        for decorator in of_kind(node, "decorator") {
            registered |= decorated(w, decorator);
        }
        match node.kind() {
            "decorator" => {
                registered |= decorated(w, node);
                continue;
            }
            "method_definition" => method(w, node, registered),
            "abstract_method_signature" => {
                if let Some(name) = name_of(w, node) {
                    functions::value(w, node, functions::Shape::named(&name));
                }
            }
            "public_field_definition" | "field_definition" => field(w, node, registered),
            "class_static_block" => w.visit_field(node, "body"),
            _ => {}
        }
        registered = false;
    }
}

fn decorated(w: &mut Writer<'_>, decorator: Node<'_>) -> bool {
    let value = w.lower_first(decorator);
    value.last_name().is_some_and(registers)
}

fn name_of(w: &Writer<'_>, node: Node<'_>) -> Option<String> {
    let name = w.child(node, "name").or(w.child(node, "property"))?;
    key_text(w, name)
}

fn is_private(w: &Writer<'_>, node: Node<'_>, name: &str) -> bool {
    name.starts_with(['#', '_'])
        || named(node).into_iter().any(|part| part.kind() == "accessibility_modifier" && w.text(part) == "private")
}

fn method(w: &mut Writer<'_>, node: Node<'_>, registered: bool) {
    let name = name_of(w, node).unwrap_or_default();
    let private = is_private(w, node, &name);
    let shape = functions::Shape { private, registered, ..functions::Shape::named(&name) };
    let index = functions::value(w, node, shape);
    if !has_token(node, "get") {
        return;
    }
    // A getter's returned value is the value of the property.
    let Some(getter) = w.facts.functions.get(index) else { return };
    let (returns, kind) = (getter.returns.clone(), getter.return_kind.clone());
    for value in returns {
        if has_token(node, "static") {
            w.bind(&name, value, kind.clone(), line(node));
        } else {
            w.field_of(index, &name, value, kind.clone(), line(node));
        }
    }
}

fn field(w: &mut Writer<'_>, node: Node<'_>, registered: bool) {
    let Some(name) = name_of(w, node) else { return w.lower_children(node) };
    let declared = types::of_field(w, node, "type");
    let Some(value) = w.child(node, "value") else {
        return w.field(&name, Expr::Nil, declared, line(node));
    };
    let inner = bare(value);
    let is_static = has_token(node, "static");
    if functions::is_function(inner.kind()) {
        let private = is_private(w, node, &name);
        let shape = functions::Shape { private, registered, ..functions::Shape::named(&name) };
        let index = functions::value(w, inner, shape);
        if !is_static {
            w.field(&name, Expr::Function(index), None, line(node));
        }
        return;
    }
    let kind = declared.or_else(|| types::of_value(w, value));
    let lowered = w.lower(value);
    let is_constant = has_token(node, "readonly") && matches!(lowered, Expr::Text(_));
    if is_static || is_constant {
        w.bind(&name, lowered.clone(), kind.clone(), line(node));
    }
    if !is_static {
        w.field(&name, lowered, kind, line(node));
    }
}

pub(super) fn enumeration(w: &mut Writer<'_>, node: Node<'_>) {
    let name = w.text_of(node, "name").to_owned();
    let class = Class { name, line: line(node), is_enum: true, ..Class::default() };
    w.in_class(class, |w| {
        for part in w.field_children(node, "body") {
            let key = w.child(part, "name").unwrap_or(part);
            let Some(name) = key_text(w, key) else { continue };
            let value = w.lower_field(part, "value");
            w.bind(&name, value, None, line(part));
        }
    });
}

/// `namespace Events { export const A = 'a.b' }`. Declarations of other packages are left out.
pub(super) fn namespace(w: &mut Writer<'_>, node: Node<'_>) {
    let Some(name) = w.child(node, "name").filter(|name| name.kind() != "string") else { return };
    let name = w.text(name).rsplit('.').next().unwrap_or("").to_owned();
    let class = Class { name, line: line(node), ..Class::default() };
    w.in_class(class, |w| w.lower_field(node, "body"));
}
