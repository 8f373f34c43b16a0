//! Kotlin: types, functions, properties and imports.

use super::{bind_element, call, kind_of, name};
use crate::{
    facts::{Arg, Class, Expr, Param},
    lower::{
        functions::NewFunction,
        typed::{Modifiers, declare_local, segments},
        words::{registers, type_name},
        writer::{Writer, find_kind, first_named, has_token, last_named, line, named, of_kind},
    },
};
use tree_sitter::Node;

/// Lowers declarations; `None` for any other node.
pub(super) fn lower(w: &mut Writer<'_>, node: Node<'_>) -> Option<Expr> {
    match node.kind() {
        "import" => import(w, node),
        "package_header" | "file_annotation" => {}
        "class_declaration" | "object_declaration" => class(w, node),
        // Members of a companion are members of the class.
        "companion_object" => {
            if let Some(body) = find_kind(node, "class_body") {
                w.lower(body);
            }
        }
        "class_body" | "enum_class_body" => w.lower_children(node),
        "enum_entry" => enum_entry(w, node),
        "anonymous_initializer" => w.in_class_scope(|w| w.lower_children(node)),
        "function_declaration" => function(w, node),
        "secondary_constructor" => secondary(w, node),
        "property_declaration" => property(w, node),
        "type_alias" => {
            let other = last_named(node).and_then(|other| kind_of(w, other));
            if let (Some(alias), Some(other)) = (w.child(node, "type"), other) {
                let alias = name(w, alias);
                w.bind(&alias, Expr::Name(other), None, line(node));
            }
        }
        _ => return None,
    }
    Some(Expr::Nil)
}

fn import(w: &mut Writer<'_>, node: Node<'_>) {
    let parts = named(node);
    let Some(path) = parts.first() else { return };
    let mut module = segments(w.text(*path));
    if has_token(node, "*") {
        w.import("*", module, Some("*"));
        return;
    }
    if let Some(item) = module.pop() {
        let local = parts.get(1).map_or_else(|| item.clone(), |alias| name(w, *alias));
        w.import(&local, module, Some(&item));
    }
}

fn modifiers(w: &mut Writer<'_>, node: Node<'_>) -> Modifiers {
    let mut found = Modifiers::default();
    let Some(list) = find_kind(node, "modifiers") else { return found };
    for one in named(list) {
        match (one.kind(), w.text(one)) {
            ("visibility_modifier", "private") => found.private = true,
            ("class_modifier", "enum") => found.is_enum = true,
            ("member_modifier", "override") => found.registered = true,
            ("annotation", _) => annotation(w, one, &mut found),
            _ => {}
        }
    }
    found
}

fn annotation(w: &mut Writer<'_>, node: Node<'_>, found: &mut Modifiers) {
    for one in named(node) {
        match one.kind() {
            "constructor_invocation" => {
                let name = first_named(one).and_then(|kind| own_name(w, kind)).unwrap_or_default();
                found.registered |= registers(&name);
                let text = call::arguments_of(w, one).into_iter().find_map(|arg| arg.value.into_text());
                found.text = found.text.take().or(text);
            }
            "user_type" => found.registered |= own_name(w, one).is_some_and(|name| registers(&name)),
            _ => {}
        }
    }
}

/// The last name of a type.
fn own_name(w: &Writer<'_>, node: Node<'_>) -> Option<String> {
    w.text(node).split(['<', '(', '?']).next()?.rsplit('.').next().map(|name| name.trim().to_owned())
}

fn class(w: &mut Writer<'_>, node: Node<'_>) {
    let own = w.child(node, "name").map(|one| name(w, one)).unwrap_or_default();
    let is_enum = modifiers(w, node).is_enum;
    let specifiers = find_kind(node, "delegation_specifiers").map(named).unwrap_or_default();
    let given: Vec<Node<'_>> = specifiers.into_iter().filter_map(last_named).collect();
    let base = |one: &Node<'_>| match one.kind() {
        "constructor_invocation" | "explicit_delegation" => first_named(*one).and_then(|kind| own_name(w, kind)),
        _ => own_name(w, *one),
    };
    let bases = given.iter().filter_map(base).collect();
    let class = Class { name: own.clone(), line: line(node), bases, is_enum, ..Class::default() };
    w.in_class(class, |w| {
        let constructor = find_kind(node, "primary_constructor");
        primary(w, &own, constructor.unwrap_or(node), constructor.is_some(), &given);
        for body in named(node).into_iter().filter(|part| part.kind().ends_with("class_body")) {
            w.lower(body);
        }
    });
}

/// Primary constructor, `class A(val bus: Bus) : B("x")`: its parameters are visible in the whole class.
fn primary(w: &mut Writer<'_>, own: &str, node: Node<'_>, is_there: bool, bases: &[Node<'_>]) {
    let mut params = Vec::new();
    let lists = named(node).into_iter().filter(|part| is_there && part.kind() == "class_parameters");
    for one in lists.flat_map(named).filter(|one| one.kind() == "class_parameter") {
        modifiers(w, one);
        let parts = named(one);
        let Some(at) = parts.iter().position(|part| part.kind() == "identifier") else { continue };
        let param = parts.get(at).map(|part| name(w, *part)).unwrap_or_default();
        let kind = parts.get(at + 1).and_then(|kind| kind_of(w, *kind));
        let default = parts.get(at + 2).map(|value| w.lower(*value));
        params.push(Param { name: param, kind, default, rest: false });
    }
    let calls: Vec<Node<'_>> = bases.iter().filter(|one| one.kind() == "constructor_invocation").copied().collect();
    if params.is_empty() && calls.is_empty() {
        return;
    }
    NewFunction::at(node).name(own).params(params).without_body().open_with_fields(w, |w| {
        for base in calls {
            let args = call::arguments_of(w, base);
            w.call(base, Expr::Name("super".into()), args, false);
        }
    });
}

fn secondary(w: &mut Writer<'_>, node: Node<'_>) {
    let name = w.class_name().unwrap_or_default();
    NewFunction::at(node).name(name).params(parameters(w, node)).registered(true).open(w, |w| {
        for part in named(node) {
            match part.kind() {
                "constructor_delegation_call" => {
                    let to_base = w.text(part).starts_with("super");
                    let mut args = Vec::new();
                    for list in named(part) {
                        call::arguments(w, list, &mut args);
                    }
                    w.call(part, Expr::Name(if to_base { "super" } else { "self" }.into()), args, false);
                }
                "block" => w.visit(part),
                _ => {}
            }
        }
    });
}

fn enum_entry(w: &mut Writer<'_>, node: Node<'_>) {
    let annotated = modifiers(w, node).text;
    let Some(own) = find_kind(node, "identifier").map(|part| name(w, part)) else { return };
    let args = call::arguments_of(w, node);
    let before = w.facts.functions.len();
    anonymous(w, node);
    let inside = w.facts.functions.get(before..).unwrap_or_default();
    let bound = inside.iter().flat_map(|function| function.bindings.iter().map(|one| &one.value));
    let mut said = inside.iter().flat_map(|function| &function.returns).chain(bound);
    let said = said.find(|value| matches!(value, Expr::Text(_))).cloned();
    let alone = || annotated.map(Expr::Text).or(said).unwrap_or(Expr::Nil);
    let value = if args.is_empty() { alone() } else { Expr::List(Arg::values(&args)) };
    w.bind(&own, value, None, line(node));
}

/// The body of an anonymous class. Its methods belong to an unnamed function in the one around.
pub(super) fn anonymous(w: &mut Writer<'_>, node: Node<'_>) {
    for body in of_kind(node, "class_body") {
        NewFunction::at(body).open(w, |w| {
            for one in named(body) {
                if let ("function_declaration", Some(own)) = (one.kind(), w.child(one, "name")) {
                    let own = name(w, own);
                    w.mention(&own);
                }
                w.lower(one);
            }
        });
    }
}

fn function(w: &mut Writer<'_>, node: Node<'_>) {
    let own = w.child(node, "name").map(|one| name(w, one)).unwrap_or_default();
    let found = modifiers(w, node);
    let is_method = w.class_body().is_some();
    let at_top = w.function() == 0;
    let parts = named(node);
    let list = parts.iter().position(|part| part.kind() == "function_value_parameters");
    let params = parameters(w, node);
    // A type before the name is the receiver of an extension function, a type after the parameters the return type.
    let before = parts.iter().take(list.unwrap_or(0));
    let receiver = before.filter_map(|part| kind_of(w, *part)).next_back();
    let return_kind = parts.iter().skip(list.unwrap_or(0)).find_map(|part| kind_of(w, *part));
    let extends = receiver.is_some() && !is_method;

    NewFunction::at(node)
        .name(&own)
        .bound(!is_method && !extends)
        .private(found.private)
        .registered((is_method && found.registered) || (at_top && (found.registered || own == "main")))
        .return_kind(return_kind)
        .class(receiver.filter(|_| extends))
        .params(params)
        .open(w, |w| {
            for body in of_kind(node, "function_body") {
                body_of(w, body);
            }
        });
}

/// A body. `{ … }` returns by `return`, `= value` returns that value.
fn body_of(w: &mut Writer<'_>, body: Node<'_>) {
    for one in named(body) {
        let value = w.lower(one);
        if one.kind() != "block" && value != Expr::Nil {
            w.returns(value);
        }
    }
}

pub(super) fn parameters(w: &mut Writer<'_>, function: Node<'_>) -> Vec<Param> {
    let mut params: Vec<Param> = Vec::new();
    let mut rest = false;
    for node in find_kind(function, "function_value_parameters").map(named).unwrap_or_default() {
        match node.kind() {
            "parameter" => {
                let parts = named(node);
                let own = parts.first().map(|part| name(w, *part)).unwrap_or_default();
                let kind = parts.get(1).and_then(|kind| kind_of(w, *kind));
                params.push(Param { name: own, kind, rest, default: None });
                rest = false;
            }
            "parameter_modifiers" => rest = w.text(node).split_whitespace().any(|word| word == "vararg"),
            _ => {
                let value = w.lower(node);
                if let Some(last) = params.last_mut() {
                    last.default = Some(value);
                }
            }
        }
    }
    params
}

/// A variable's name, and its declared type if any.
pub(super) fn variable(w: &Writer<'_>, node: Node<'_>) -> (String, Option<String>) {
    let parts = named(node);
    let own = find_kind(node, "identifier").map(|part| name(w, part));
    let kind = parts.iter().find_map(|part| kind_of(w, *part));
    (own.unwrap_or_else(|| name(w, node)), kind)
}

fn property(w: &mut Writer<'_>, node: Node<'_>) {
    modifiers(w, node);
    let parts = named(node);
    let Some(at) = parts.iter().position(|part| part.kind().ends_with("variable_declaration")) else {
        return w.lower_children(node);
    };
    let receiver = parts.iter().take(at).filter_map(|part| kind_of(w, *part)).next_back();
    let Some(declared) = parts.get(at).copied() else { return };
    let (own, mut kind) = variable(w, declared);
    let mut value = Expr::Nil;
    let mut computed = false;
    for part in parts.iter().skip(at + 1) {
        match part.kind() {
            "getter" | "setter" => {
                let answers = accessor(w, *part, &own, receiver.clone());
                if part.kind() == "getter" && answers != Expr::Nil {
                    (value, computed) = (answers, true);
                }
            }
            // `by lazy { … }`
            "property_delegate" => {
                let given = w.in_class_scope(|w| w.lower_last(*part));
                value = lazily(w, &given).unwrap_or(Expr::Nil);
            }
            "type_constraints" => {}
            _ => value = w.in_class_scope(|w| w.lower(*part)),
        }
    }
    // `val bus = OutboxBus()` has the type of the object that is made.
    if let (None, Expr::Call(made)) = (&kind, &value)
        && made.makes
    {
        kind = made.target.last_name().and_then(type_name);
    }
    if declared.kind() == "multi_variable_declaration" {
        return bind_element(w, declared, value);
    }
    let fixed = matches!(value, Expr::Text(_)) || (computed && matches!(value, Expr::Member(..)));
    match w.class_body() {
        None => declare_local(w, &own, value, kind, line(node)),
        Some(_) if fixed || in_object(node) => w.bind(&own, value, kind, line(node)),
        Some(_) => w.field(&own, value, kind, line(node)),
    }
}

/// Returns whether a property belongs to an object or a companion, of which there is one instance.
fn in_object(node: Node<'_>) -> bool {
    let around = node.parent().and_then(|body| body.parent());
    around.is_some_and(|around| matches!(around.kind(), "object_declaration" | "companion_object"))
}

fn accessor(w: &mut Writer<'_>, node: Node<'_>, own: &str, receiver: Option<String>) -> Expr {
    let Some(body) = find_kind(node, "function_body") else { return Expr::Nil };

    let index = NewFunction::at(node)
        .name(own)
        .class(receiver.filter(|_| w.class_body().is_none()))
        .registered(true)
        .open(w, |w| body_of(w, body));
    w.answer(index)
}

/// The value of the block of `lazy { … }`.
fn lazily(w: &Writer<'_>, given: &Expr) -> Option<Expr> {
    let Expr::Call(call) = given else { return None };
    let Expr::Function(index) = call.args.last()?.value else { return None };
    w.facts.functions.get(index)?.returns.last().cloned()
}
