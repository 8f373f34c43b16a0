//! Ruby's classes and modules, and what their bodies say about their methods.

use super::{calls, function};
use crate::{
    facts::{Class, Expr, Function, Param},
    lower::writer::{Writer, end_line, line, named},
    text::verbs,
};
use tree_sitter::Node;

pub(super) fn class(w: &mut Writer<'_>, node: Node<'_>) {
    if node.kind() == "singleton_class" {
        if let Some(body) = node.child_by_field_name("body") {
            items(w, body);
        }
        return;
    }
    let Some(name) = node.child_by_field_name("name") else { return };
    let (name, outer) = match name.child_by_field_name("name") {
        Some(own) => {
            let outer = w.field_text(name, "scope").map(|scope| scope.rsplit("::").next().unwrap_or(scope).to_owned());
            (w.text(own).to_owned(), outer)
        }
        None => (w.text(name).to_owned(), None),
    };
    let mut bases = Vec::new();
    let mut made = None;
    if let Some(base) = node.child_by_field_name("superclass").and_then(|base| named(base).into_iter().next()) {
        let value = w.lower(base);
        match &value {
            // `class Event < Struct.new(:type)`
            Expr::Call(_) => made = Some(value),
            value => bases.extend(value.last_name().map(str::to_owned)),
        }
    }
    let is_enum = bases.iter().any(|base| base == "Enum");
    let class = Class { name, line: line(node), bases, is_enum, outer, ..Class::default() };
    w.in_class(class, |w| {
        if let Some(Expr::Call(call)) = made {
            fields_of(w, node, &call.args.iter().map(|arg| arg.value.clone()).collect::<Vec<_>>());
        }
        if let Some(body) = node.child_by_field_name("body") {
            items(w, body);
        }
    });
}

/// `Event = Struct.new(:type, :data) do … end`
pub(super) fn made_of(w: &mut Writer<'_>, name: &str, node: Node<'_>) -> bool {
    let (receiver, method) = (w.field_text(node, "receiver"), w.field_text(node, "method"));
    if !matches!((receiver, method), (Some("Struct" | "::Struct"), Some("new")) | (Some("Data"), Some("define"))) {
        return false;
    }
    let args = node.child_by_field_name("arguments").map(|list| calls::arguments(w, list)).unwrap_or_default();
    let class = Class { name: name.to_owned(), line: line(node), ..Class::default() };
    w.in_class(class, |w| {
        let texts: Vec<Expr> = args.into_iter().filter(|arg| arg.name.is_none()).map(|arg| arg.value).collect();
        fields_of(w, node, &texts);
        if let Some(body) = node.child_by_field_name("block").and_then(|block| block.child_by_field_name("body")) {
            items(w, body);
        }
    });
    true
}

/// A constructor that keeps what it is given.
fn fields_of(w: &mut Writer<'_>, node: Node<'_>, names: &[Expr]) {
    let names = || names.iter().filter_map(|name| if let Expr::Text(name) = name { Some(name) } else { None });
    let params = names().map(|name| Param { name: name.clone(), ..Param::default() }).collect();
    let constructor = Function {
        name: "initialize".into(),
        registered: true,
        params,
        line: line(node),
        end_line: line(node),
        ..Function::default()
    };
    w.in_function(constructor, |w| {
        for name in names() {
            w.field(name, Expr::Name(name.clone()), None, line(node));
        }
    });
}

/// What stands in a body of a class; `private` holds for the methods after it.
pub(super) fn items(w: &mut Writer<'_>, body: Node<'_>) {
    let mut private = false;
    for child in named(body) {
        match child.kind() {
            "identifier" if matches!(w.text(child), "private" | "private_class_method") => private = true,
            "identifier" if matches!(w.text(child), "public" | "protected" | "module_function") => private = false,
            "method" => {
                function(w, child, private && w.class().is_some());
            }
            _ => {
                w.lower(child);
            }
        }
    }
}

/// Words that stand in a body of a class and say something about it. Answers whether this was one.
pub(super) fn says(w: &mut Writer<'_>, node: Node<'_>, name: &str) -> bool {
    let Some(class) = w.class_body() else { return false };
    let list = node.child_by_field_name("arguments");
    match name {
        "private"
        | "private_class_method"
        | "public"
        | "protected"
        | "public_class_method"
        | "module_function"
        | "memoize" => {
            visibility(w, list, name.starts_with("private"));
        }
        "attr_reader" | "attr_accessor" | "attr" | "attr_writer" | "cattr_accessor" | "mattr_accessor"
        | "class_attribute" => {
            for name in texts(w, list) {
                reader(w, node, &name);
            }
        }
        "include" | "extend" | "prepend" => {
            for module in list.map(named).unwrap_or_default() {
                let module = w.lower(module);
                if let Some(name) = module.last_name().filter(|name| *name != "self") {
                    w.facts.classes[class].bases.push(name.to_owned());
                }
            }
        }
        "alias_method" => {
            if let [new, old] = &texts(w, list)[..] {
                alias(w, node, new, old);
            }
        }
        "included" | "class_methods" | "prepended" | "enums" | "concerning"
            if node.child_by_field_name("block").is_some() =>
        {
            let block = node.child_by_field_name("block");
            if let Some(body) = block.and_then(|block| block.child_by_field_name("body")) {
                items(w, body);
            }
        }
        "define_method" => return define(w, node),
        _ => return false,
    }
    true
}

/// `event_type "invoice.paid"` in the class of an event.
pub(super) fn own_event(w: &mut Writer<'_>, node: Node<'_>, name: &str, value: Option<&Expr>) {
    if let (Some(Expr::Text(text)), true) = (value, w.class_body().is_some())
        && verbs::looks_like_event(text)
        && ["event_type", "event_name", "event", "type", "topic"].contains(&name)
    {
        w.bind(name, Expr::Text(text.clone()), None, line(node));
    }
}

/// Literal names among arguments.
fn texts(w: &mut Writer<'_>, list: Option<Node<'_>>) -> Vec<String> {
    let values = list.map(named).unwrap_or_default().into_iter().filter(|value| value.kind() != "pair");
    let values: Vec<Expr> = values.map(|value| w.lower(value)).collect();
    values.into_iter().filter_map(|value| if let Expr::Text(text) = value { Some(text) } else { None }).collect()
}

/// `private :a, :b`, `private def a`
fn visibility(w: &mut Writer<'_>, list: Option<Node<'_>>, private: bool) {
    let class = w.class_name();
    for value in list.map(named).unwrap_or_default() {
        if matches!(value.kind(), "method" | "singleton_method") {
            function(w, value, private);
            continue;
        }
        let names = match w.lower(value) {
            Expr::Text(name) => vec![Expr::Text(name)],
            Expr::List(names) => names,
            _ => Vec::new(),
        };
        for one in &mut w.facts.functions {
            if one.class == class && names.iter().any(|name| matches!(name, Expr::Text(name) if *name == one.name)) {
                one.private = private;
            }
        }
    }
}

/// A method that answers a field.
fn reader(w: &mut Writer<'_>, node: Node<'_>, name: &str) {
    let function = Function { name: name.to_owned(), line: line(node), end_line: line(node), ..Function::default() };
    w.in_function(function, |w| {
        let value = Expr::Name("self".into()).member(name);
        w.current().returns.push(value);
    });
}

/// A method that does what another one does.
pub(super) fn alias(w: &mut Writer<'_>, node: Node<'_>, name: &str, old: &str) {
    let name = name.trim_start_matches(':');
    let function = Function {
        name: name.to_owned(),
        class: w.class_name(),
        line: line(node),
        end_line: line(node),
        ..Function::default()
    };
    w.in_function(function, |w| {
        let target = Expr::Name("self".into()).member(old.trim_start_matches(':'));
        let value = w.call(node, target, Vec::new(), false);
        w.current().returns.push(value);
    });
}

/// `define_method(:name) { … }`
fn define(w: &mut Writer<'_>, node: Node<'_>) -> bool {
    let name = texts(w, node.child_by_field_name("arguments")).into_iter().next();
    let (Some(name), Some(block)) = (name, node.child_by_field_name("block")) else { return false };
    let params = block.child_by_field_name("parameters").map(|list| super::parameters(w, list)).unwrap_or_default();
    let function = Function {
        name,
        class: w.class_name(),
        params,
        line: line(node),
        end_line: end_line(node),
        ..Function::default()
    };
    w.in_function(function, |w| {
        if let Some(body) = block.child_by_field_name("body") {
            let value = w.lower(body);
            w.current().returns.push(value);
        }
    });
    true
}
