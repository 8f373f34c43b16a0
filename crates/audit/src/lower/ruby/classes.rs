//! Ruby: classes and modules, and the calls in their bodies that declare methods.

use super::{answer_body, calls, function};
use crate::{
    facts::{Arg, Binding, Class, Expr, Param},
    lower::{
        functions::NewFunction,
        writer::{Writer, first_named, line, named},
    },
    text::events,
};
use tree_sitter::Node;

pub(super) fn class(w: &mut Writer<'_>, node: Node<'_>) {
    if node.kind() == "singleton_class" {
        body(w, node);
        return;
    }
    let Some(name) = w.child(node, "name") else { return };
    let (name, outer) = match w.child(name, "name") {
        Some(own) => {
            let outer = w.field_text(name, "scope").map(|scope| scope.rsplit("::").next().unwrap_or(scope).to_owned());
            (w.text(own).to_owned(), outer)
        }
        None => (w.text(name).to_owned(), None),
    };
    let mut bases = Vec::new();
    let mut made = None;
    if let Some(base) = w.child(node, "superclass").and_then(first_named) {
        let value = w.lower(base);
        match &value {
            // `class Event < Struct.new(:type)`
            Expr::Call(_) => made = Some(value),
            value => bases.extend(qualified(value)),
        }
    }
    let is_enum = bases.iter().any(|base| base == "Enum");
    let class = Class { name, line: line(node), bases, is_enum, outer, ..Class::default() };
    w.in_class(class, |w| {
        if let Some(Expr::Call(call)) = made {
            fields_of(w, node, &Arg::values(&call.args));
        }
        body(w, node);
    });
}

/// The name of a base, with that of the module around it: `Api.Base` for `V1::Api::Base`.
fn qualified(base: &Expr) -> Option<String> {
    let name = base.last_name()?;
    match base {
        Expr::Member(outer, _) => {
            Some(outer.last_name().map_or_else(|| name.to_owned(), |outer| format!("{outer}.{name}")))
        }
        _ => Some(name.to_owned()),
    }
}

/// `Event = Struct.new(:type, :data) do … end`
pub(super) fn made_of(w: &mut Writer<'_>, name: &str, node: Node<'_>) -> bool {
    let (receiver, method) = (w.field_text(node, "receiver"), w.field_text(node, "method"));
    if !matches!((receiver, method), (Some("Struct" | "::Struct"), Some("new")) | (Some("Data"), Some("define"))) {
        return false;
    }
    let args = w.child(node, "arguments").map(|list| calls::arguments(w, list)).unwrap_or_default();
    let class = Class { name: name.to_owned(), line: line(node), ..Class::default() };
    w.in_class(class, |w| {
        let texts: Vec<Expr> = args.into_iter().filter(|arg| arg.name.is_none()).map(|arg| arg.value).collect();
        fields_of(w, node, &texts);
        if let Some(block) = w.child(node, "block") {
            body(w, block);
        }
    });
    true
}

/// A constructor that assigns each parameter to a field.
fn fields_of(w: &mut Writer<'_>, node: Node<'_>, names: &[Expr]) {
    let names = names.iter().filter_map(Expr::as_text);
    let constructor = NewFunction::at(node).name("initialize").params(names.map(Param::named).collect());
    constructor.without_body().open_with_fields(w, |_| {});
}

/// The body of a class.
fn body(w: &mut Writer<'_>, node: Node<'_>) {
    if let Some(body) = w.child(node, "body") {
        items(w, body);
    }
}

/// The statements in the body of a class. `private` applies to the methods after it.
pub(super) fn items(w: &mut Writer<'_>, body: Node<'_>) {
    let mut private = false;
    for child in named(body) {
        match child.kind() {
            "identifier" if matches!(w.text(child), "private" | "private_class_method") => private = true,
            "identifier" if matches!(w.text(child), "public" | "protected" | "module_function") => private = false,
            "method" => function(w, child, private && w.class().is_some()),
            _ => w.visit(child),
        }
    }
}

/// Calls in the body of a class that declare something, such as `attr_reader`. Returns whether this is one.
pub(super) fn says(w: &mut Writer<'_>, node: Node<'_>, name: &str) -> bool {
    let Some(class) = w.class_body() else { return false };
    let list = w.child(node, "arguments");
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
        "enum" => enumeration(w, node, class, list.map(named).unwrap_or_default()),
        "alias_method" => {
            if let [new, old] = &texts(w, list)[..] {
                alias(w, node, new, old);
            }
        }
        "included" | "class_methods" | "prepended" | "enums" | "concerning" if w.child(node, "block").is_some() => {
            if let Some(block) = w.child(node, "block") {
                body(w, block);
            }
        }
        "define_method" => return define(w, node),
        _ => return false,
    }
    true
}

/// `enum :event, { paid: 0 }`, `enum event: [:paid]` in a model: an enum of its own, named after the model's column.
fn enumeration(w: &mut Writer<'_>, node: Node<'_>, class: usize, args: Vec<Node<'_>>) {
    let mut column = None;
    for arg in args {
        let (own, value) = match arg.kind() {
            "pair" => {
                (w.child(arg, "key").map(|key| w.text(key).trim_matches([':', '"']).to_owned()), w.child(arg, "value"))
            }
            _ => (None, Some(arg)),
        };
        let value = value.map_or(Expr::Nil, |value| w.lower(value));
        let keys: Vec<Expr> = match value {
            Expr::Text(text) => {
                column = column.or(Some(text));
                continue;
            }
            Expr::Map(pairs) => pairs.into_iter().map(|(key, _)| key).collect(),
            Expr::List(items) => items,
            _ => continue,
        };
        let Some(column) = own.or(column.clone()) else { continue };
        let line = line(node);
        let texts = keys.into_iter().filter_map(Expr::into_text);
        let member = |text: String| Binding { name: text.clone(), value: Expr::Text(text), kind: None, line };
        let members = texts.map(member).collect();
        let name = format!("{}.{column}", w.facts.classes[class].name);
        w.facts.classes.push(Class { name, line, members, is_enum: true, ..Class::default() });
    }
}

/// `event_type "invoice.paid"` in the class of an event.
pub(super) fn own_event(w: &mut Writer<'_>, node: Node<'_>, name: &str, value: Option<&Expr>) {
    if let (Some(Expr::Text(text)), true) = (value, w.class_body().is_some())
        && events::looks_like_event(text)
        && ["event_type", "event_name", "event", "type", "topic"].contains(&name)
    {
        w.bind(name, Expr::Text(text.clone()), None, line(node));
    }
}

/// Literal names among arguments.
fn texts(w: &mut Writer<'_>, list: Option<Node<'_>>) -> Vec<String> {
    let values = list.map(named).unwrap_or_default().into_iter().filter(|value| value.kind() != "pair");
    values.filter_map(|value| w.lower(value).into_text()).collect()
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

/// A method that returns a field.
fn reader(w: &mut Writer<'_>, node: Node<'_>, name: &str) {
    NewFunction::at(node).name(name).without_body().open(w, |w| {
        let value = Expr::receiver().member(name);
        w.returns(value);
    });
}

/// A method that calls another one.
pub(super) fn alias(w: &mut Writer<'_>, node: Node<'_>, name: &str, old: &str) {
    let name = name.trim_start_matches(':');
    NewFunction::at(node).name(name).class(w.class_name()).without_body().open(w, |w| {
        let target = Expr::receiver().member(old.trim_start_matches(':'));
        let value = w.call(node, target, Vec::new(), false);
        w.returns(value);
    });
}

/// `define_method(:name) { … }`
fn define(w: &mut Writer<'_>, node: Node<'_>) -> bool {
    let name = texts(w, w.child(node, "arguments")).into_iter().next();
    let (Some(name), Some(block)) = (name, w.child(node, "block")) else { return false };
    let params = super::parameters(w, block);
    NewFunction::at(node).name(name).class(w.class_name()).params(params).open(w, |w| {
        answer_body(w, block);
    });
    true
}
