//! Functions of every kind, and names that are used without being called.

use super::{at_top, patterns, types};
use crate::{
    facts::{Class, Expr, Param},
    lower::{
        functions::NewFunction,
        writer::{Writer, first_named, has_token, line, named, of_kind},
    },
};
use tree_sitter::Node;

/// Properties of a function that its surroundings determine.
#[derive(Default)]
pub(super) struct Shape {
    pub(super) name: String,
    pub(super) class: Option<String>,
    pub(super) private: bool,
    pub(super) registered: bool,
    /// The value of its first parameter.
    pub(super) first: Option<Expr>,
}

impl Shape {
    pub(super) fn named(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    /// A function in an object. It belongs to no class, but a holder of the object may call it.
    pub(super) fn held(name: &str) -> Self {
        Self { class: Some(String::new()), ..Self::named(name) }
    }
}

pub(super) fn is_function(kind: &str) -> bool {
    matches!(kind, "arrow_function" | "function_expression" | "generator_function" | "function")
}

pub(super) fn declaration(w: &mut Writer<'_>, node: Node<'_>) {
    let name = w.text_of(node, "name").to_owned();
    if at_top(w) && makes_objects(w, node, &name) {
        let class = Class { name, line: line(node), ..Class::default() };
        return w.in_class(class, |w| {
            value(w, node, Shape::named("constructor"));
        });
    }
    let is_method = w.class_body().is_some();
    let index = value(w, node, Shape::named(&name));
    if !is_method {
        w.bind(&name, Expr::Function(index), None, line(node));
    }
}

/// `function Bus() {}` of which `Bus.prototype.publish = …` makes a class.
fn makes_objects(w: &Writer<'_>, node: Node<'_>, name: &str) -> bool {
    if !name.starts_with(char::is_uppercase) || !w.has_prototype(name) {
        return false;
    }
    let start = format!("{name}.prototype");
    let siblings = node.parent().map(named).unwrap_or_default();
    let is_one = |one: &Node<'_>| one.kind() == "expression_statement" && w.text(*one).starts_with(&start);
    siblings.iter().any(|one| one.start_byte() > node.start_byte() && is_one(one))
}

/// Notes a function and returns its index.
pub(super) fn value(w: &mut Writer<'_>, node: Node<'_>, shape: Shape) -> usize {
    let taken = parameters(w, node);
    let name = if shape.name.is_empty() { w.text_of(node, "name").to_owned() } else { shape.name };
    NewFunction::at(node)
        .name(&name)
        .registered(shape.registered || name == "main")
        .private(shape.private)
        .class(shape.class)
        .return_kind(types::of_field(w, node, "return_type"))
        .params(taken.iter().map(|one| one.param.clone()).collect())
        .open(w, |w| {
            for (at, one) in taken.into_iter().enumerate() {
                if at == 0
                    && let Some(first) = &shape.first
                {
                    patterns::bind(w, one.pattern, first, None, patterns::How::Declared);
                } else if one.param.name.starts_with('#') {
                    let value = Expr::Name(one.param.name.clone());
                    patterns::bind(w, one.pattern, &value, one.kind, patterns::How::Declared);
                }
                if one.is_field {
                    let value = Expr::Name(one.param.name.clone());
                    w.field(&one.param.name, value, one.param.kind.clone(), line(one.pattern));
                }
            }
            match w.child(node, "body") {
                Some(body) if body.kind() == "statement_block" => w.visit(body),
                Some(body) => {
                    let value = w.lower(body);
                    w.returns(value);
                }
                None => {}
            }
        })
}

/// A parameter with its pattern.
struct Taken<'t> {
    param: Param,
    pattern: Node<'t>,
    kind: Option<Node<'t>>,
    /// `constructor(private bus: EventBus)`
    is_field: bool,
}

fn parameters<'t>(w: &mut Writer<'_>, function: Node<'t>) -> Vec<Taken<'t>> {
    let list = match w.child(function, "parameters") {
        Some(list) => named(list),
        None => w.child(function, "parameter").into_iter().collect(),
    };
    let mut taken: Vec<Taken<'t>> = Vec::new();
    for node in list {
        let (mut pattern, kind, mut default) = match node.kind() {
            "required_parameter" | "optional_parameter" => {
                for decorator in of_kind(node, "decorator") {
                    w.lower(decorator);
                }
                let Some(pattern) = w.child(node, "pattern").or(w.child(node, "name")) else {
                    continue;
                };
                (pattern, w.child(node, "type"), w.child(node, "value"))
            }
            _ => (node, None, None),
        };
        if pattern.kind() == "this" {
            continue;
        }
        if pattern.kind() == "assignment_pattern"
            && let Some(left) = w.child(pattern, "left")
        {
            default = w.child(pattern, "right");
            pattern = left;
        }
        let rest = pattern.kind() == "rest_pattern";
        if rest && let Some(inner) = first_named(pattern) {
            pattern = inner;
        }
        let name = match pattern.kind() {
            "object_pattern" | "array_pattern" => format!("#{}", taken.len()),
            _ => w.text(pattern).to_owned(),
        };
        let is_field = named(node).iter().any(|part| part.kind().ends_with("_modifier"))
            || (node.kind() == "required_parameter" && has_token(node, "readonly"));
        let default = default.map(|value| w.lower(value));
        let param = Param { name, default, kind: kind.and_then(|kind| types::of(w, kind)), rest };
        taken.push(Taken { param, pattern, kind, is_field });
    }
    taken
}

/// Notes that a name is used as a value, unless a parameter or a local hides it.
pub(super) fn mention(w: &mut Writer<'_>, name: &str) {
    for (_, function) in w.enclosing().filter(|(at, _)| *at != 0) {
        match function.bindings.iter().find(|one| one.name == name) {
            Some(own) if matches!(own.value, Expr::Function(_)) => break,
            Some(_) => return,
            None if function.has_name(name) => return,
            None => {}
        }
    }
    let item = w.facts.imports.iter().find(|import| import.local == name).and_then(|import| import.item.clone());
    if let Some(item) = item.filter(|item| item != name && item != "default") {
        w.mention(&item);
    }
    w.mention(name);
}
