//! PHP: calls.

use super::{classes, names, values};
use crate::{
    facts::{Arg, Binding, Expr},
    lower::writer::{Writer, arg, find_kind, first_named, line, named, named_arg, spread_arg},
};
use tree_sitter::Node;

/// Methods that call a function with each element.
const EACH: &[&str] = &["each", "map", "filter", "forEach", "walk", "flatMap", "transform", "reject", "every"];

/// Functions of a service container that return an object of the given class.
const CONTAINER: &[&str] = &["app", "resolve", "get", "make", "service"];

pub(super) fn function_call(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let Some(function) = w.child(node, "function") else { return w.lower_opaque(node) };
    let name = match function.kind() {
        "name" | "qualified_name" | "relative_name" => Some(w.text(function).trim_start_matches('\\')),
        _ => None,
    };
    let target = match name {
        Some(_) => Expr::Name(names::known_as(w, w.text(function))),
        None => w.lower(function),
    };
    if is_reference(w, node) {
        if let Some(name) = name {
            w.mention(name.rsplit('\\').next().unwrap_or(name));
        }
        return target;
    }
    let args = arguments(w, node);
    let Some(name) = name else { return w.call(node, target, args, false) };
    // A text may name a callback: `array_map('send', $list)`.
    for one in &args {
        if let Expr::Text(text) = &one.value {
            names::mention_text(w, text);
        }
    }
    if let ("define", [constant, value, ..]) = (name, &args[..])
        && let (Expr::Text(constant), Some(file)) = (&constant.value, w.facts.functions.first_mut())
    {
        let value = value.value.clone();
        file.bindings.push(Binding { name: constant.clone(), value, kind: None, line: line(node) });
    }
    match (name, &args[..]) {
        ("array_map", [function, list, ..]) | ("array_walk" | "array_filter", [list, function, ..]) => {
            give_each(w, &function.value, &list.value, node);
        }
        _ => {}
    }
    let values: Vec<Expr> = args.iter().filter(|arg| arg.name.is_none()).map(|arg| arg.value.clone()).collect();
    let from_container = container(w, name, node, &args);
    let call = w.call(node, target, args, false);
    from_container.or_else(|| values::built_in(w, name, &values, node)).unwrap_or(call)
}

/// The called name; empty when it is computed.
fn called<'a>(w: &mut Writer<'a>, node: Node<'_>) -> &'a str {
    match w.child(node, "name") {
        Some(name) if name.kind() == "name" => w.text(name),
        Some(name) => {
            w.lower(name);
            ""
        }
        None => "",
    }
}

/// `$of->name(…)` and `Of::name(…)`
pub(super) fn method_call(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let scope = w.child(node, "scope");
    let of = scope.or(w.child(node, "object")).map_or(Expr::Nil, |of| w.lower(of));
    let name = called(w, node);
    if is_reference(w, node) {
        w.mention(name);
        return of.member(name);
    }
    let args = arguments(w, node);
    if let (true, None, Some(first)) = (EACH.contains(&name), scope, args.first()) {
        give_each(w, &first.value, &of, node);
    }
    let is_cases = scope.is_some() && name == "cases" && args.is_empty();
    let from_container = container(w, name, node, &args);
    let target = if name.is_empty() { w.opaque(node) } else { of.clone().member(name) };
    let call = w.call(node, target, args, false);
    // `Enum::cases()` stands for the enum, so that a loop over it is followed.
    if is_cases { of } else { from_container.unwrap_or(call) }
}

/// `new Foo(…)`
pub(super) fn creation(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let args = arguments(w, node);
    let mut target = Expr::Opaque("new".into());
    for child in named(node) {
        match child.kind() {
            "arguments" => {}
            "anonymous_class" => {
                let args = arguments(w, child);
                let target = Expr::Name(classes::anonymous(w, child));
                return w.call(node, target, args, true);
            }
            "name" | "qualified_name" | "relative_name" => {
                target = names::class_or_constant(w, child);
                if let (Expr::Name(name), Some(class)) = (&target, w.class_name())
                    && name == "self"
                {
                    target = Expr::Name(class);
                }
            }
            _ => target = w.lower(child),
        }
    }
    w.call(node, target, args, true)
}

/// `send(...)`: a reference to the function, not a call.
fn is_reference(w: &Writer<'_>, node: Node<'_>) -> bool {
    let arguments = w.field_children(node, "arguments");
    matches!(arguments[..], [only] if only.kind() == "variadic_placeholder")
}

fn arguments(w: &mut Writer<'_>, node: Node<'_>) -> Vec<Arg> {
    let mut args = Vec::new();
    for argument in find_kind(node, "arguments").map(named).unwrap_or_default() {
        let name = w.child(argument, "name");
        let mut values = w.without_field(argument, "name").into_iter();
        let Some(value) = values.rfind(|child| child.kind() != "reference_modifier") else { continue };
        args.push(match (name, value.kind()) {
            (Some(name), _) => named_arg(w.text(name), w.lower(value)),
            (None, "variadic_unpacking") => spread_arg(w.lower_first(value)),
            (None, _) => arg(w.lower(value)),
        });
    }
    args
}

/// Binds the first parameter of a function literal to the elements of a list.
fn give_each(w: &mut Writer<'_>, function: &Expr, list: &Expr, node: Node<'_>) {
    let Expr::Function(index) = function else { return };
    let value = w.each_value(list, node);
    if let Some(function) = w.facts.functions.get_mut(*index)
        && let Some(first) = function.params.first()
    {
        let binding = Binding { name: first.name.clone(), value, kind: first.kind.clone(), line: line(node) };
        function.bindings.push(binding);
    }
}

/// `app(EventBus::class)`, `$container->get(EventBus::class)`
fn container(w: &Writer<'_>, name: &str, node: Node<'_>, args: &[Arg]) -> Option<Expr> {
    let first = named(w.child(node, "arguments")?).into_iter().next()?;
    let class = first_named(first).filter(|value| value.kind() == "class_constant_access_expression")?;
    let is_class = named(class).last().is_some_and(|last| last.end_byte() - last.start_byte() == 5);
    match (CONTAINER.contains(&name) && is_class, args.first()) {
        (true, Some(Arg { value: value @ Expr::Name(_), .. })) => Some(value.clone()),
        _ => None,
    }
}
