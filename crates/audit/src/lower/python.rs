//! Python.

mod enums;
mod imports;
mod newer;
mod strings;

use crate::{
    facts::{Arg, Class, Expr, Facts, Param},
    lower::{
        functions::NewFunction,
        strings::joined,
        words::registers,
        writer::{Passes, Writer, arg, either, first_named, line, named, named_arg, spread_arg},
    },
};
use tree_sitter::Node;

pub(super) use newer::newer;

const PASSES: Passes = Passes {
    ignored: &["true", "false", "none", "integer", "float", "ellipsis", "comment"],
    walked: &[
        "match_statement",
        "type",
        "module",
        "block",
        "if_statement",
        "elif_clause",
        "else_clause",
        "while_statement",
        "try_statement",
    ],
    last: &["parenthesized_expression", "await", "expression_statement"],
    lists: &["list", "tuple", "set", "expression_list"],
};

pub(super) fn place(facts: &mut Facts, _root: Node<'_>, _text: &str) {
    let path = facts.file.strip_suffix(".pyi").or(facts.file.strip_suffix(".py")).unwrap_or(&facts.file);
    let mut module: Vec<String> = path.split('/').map(str::to_owned).collect();
    if module.last().is_some_and(|last| last == "__init__") {
        module.pop();
    }
    facts.module = module;
}

pub(super) fn lower(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    match node.kind() {
        "import_statement" => imports::import(w, node),
        "import_from_statement" => imports::import_from(w, node),
        "decorated_definition" => decorated(w, node),
        "function_definition" => function(w, node, false),
        "class_definition" => class(w, node),
        "lambda" => return lambda(w, node),
        "assignment" => assignment(w, node),
        "augmented_assignment" => {
            let value = w.lower_field(node, "right");
            bind_to(w, w.child(node, "left"), value, None);
        }
        "named_expression" => {
            let value = w.lower_field(node, "value");
            if let Some(name) = w.field_text(node, "name") {
                w.bind(name, value.clone(), None, line(node));
            }
            return value;
        }
        "for_statement" | "for_in_clause" => {
            let over = w.lower_field(node, "right");
            // The elements of a list, the keys of a dictionary, or the pairs of `.items()`.
            bind_to(w, w.child(node, "left"), over.each(), None);
            let right = w.child(node, "right");
            for child in w.without_field(node, "left").into_iter().filter(|child| Some(*child) != right) {
                w.lower(child);
            }
        }
        "list_comprehension" | "set_comprehension" | "generator_expression" => return comprehension(w, node),
        "return_statement" | "yield" => w.lower_returns(node),
        "as_pattern" => as_pattern(w, node),
        "identifier" => {
            w.mention(w.text(node));
            return Expr::Name(w.text(node).to_owned());
        }
        "attribute" => return attribute(w, node),
        "subscript" => {
            let keys = w.children(node, "subscript");
            if keys.len() < 2 {
                return w.lower_index(node, "value", "subscript");
            }
            // `Literal["a.b", "c.d"]`
            let of = w.lower_field(node, "value");
            return of.index(Expr::List(keys.into_iter().map(|key| w.lower(key)).collect()));
        }
        "call" => return call(w, node),
        "string" => return strings::string(w, node),
        "concatenated_string" => {
            let parts = w.lower_all(node);
            return joined(w, parts, node);
        }
        "binary_operator" => return strings::binary(w, node),
        "boolean_operator" => {
            let (left, right) = (w.lower_field(node, "left"), w.lower_field(node, "right"));
            let is_or = w.field_text(node, "operator") == Some("or");
            return if is_or { either(left, right) } else { right };
        }
        "conditional_expression" => {
            let mut parts = w.lower_all(node).into_iter();
            let (yes, _, no) = (parts.next(), parts.next(), parts.next());
            return either(yes.unwrap_or(Expr::Nil), no.unwrap_or(Expr::Nil));
        }
        // A string that is a whole statement is documentation.
        "expression_statement" if named(node).iter().all(|child| child.kind() == "string") => {}
        "dictionary" => return dictionary(w, node),
        _ => return w.pass(node, &PASSES),
    }
    Expr::Nil
}

fn decorated(w: &mut Writer<'_>, node: Node<'_>) {
    let mut registered = false;
    for child in named(node) {
        match child.kind() {
            "decorator" => {
                let decorator = w.lower_first(child);
                registered |= decorator.last_name().is_some_and(registers);
            }
            "function_definition" => function(w, child, registered),
            _ => w.visit(child),
        }
    }
}

fn function(w: &mut Writer<'_>, node: Node<'_>, registered: bool) {
    let name = w.text_of(node, "name").to_owned();
    let is_method = w.class_body().is_some();
    let mut params = parameters(w, node);
    if is_method && params.first().is_some_and(|first| matches!(first.name.as_str(), "self" | "cls" | "mcs")) {
        params.remove(0);
    }
    let dunder = name.starts_with("__") && name.ends_with("__");

    NewFunction::at(node)
        .name(&name)
        .bound(!is_method)
        .private(name.starts_with('_') && !dunder)
        .registered(registered || dunder || name == "main")
        .return_kind(w.field_type(node, "return_type"))
        .params(params)
        .open_body(w);
}

fn parameters(w: &mut Writer<'_>, function: Node<'_>) -> Vec<Param> {
    let mut params = Vec::new();
    for node in w.field_children(function, "parameters") {
        let kind = w.field_type(node, "type");
        w.lower_field(node, "type");
        let plain = |w: &Writer<'_>, node: Node<'_>| w.text(node).trim_start_matches('*').to_owned();
        let param = match node.kind() {
            "identifier" => Param { name: plain(w, node), ..Param::default() },
            "default_parameter" | "typed_default_parameter" => {
                let default = Some(w.lower_field(node, "value"));
                Param { name: w.text_of(node, "name").to_owned(), default, kind, rest: false }
            }
            "typed_parameter" => {
                let Some(inner) = first_named(node) else { continue };
                Param { name: plain(w, inner), kind, rest: inner.kind().contains("splat"), default: None }
            }
            "list_splat_pattern" | "dictionary_splat_pattern" => {
                Param { name: plain(w, node), rest: true, ..Param::default() }
            }
            _ => continue,
        };
        params.push(param);
    }
    params
}

fn lambda(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    NewFunction::at(node).params(parameters(w, node)).value(w, |w| {
        let value = w.lower_field(node, "body");
        w.returns(value);
    })
}

fn class(w: &mut Writer<'_>, node: Node<'_>) {
    let name = w.text_of(node, "name").to_owned();
    let mut bases = Vec::new();
    for base in w.field_children(node, "superclasses") {
        let base = w.lower(base);
        bases.extend(base.last_name().map(str::to_owned));
    }
    let known = |base: &String| w.facts.classes.iter().any(|class| class.is_enum && class.name == *base);
    let is_enum = bases.iter().any(|base| base.ends_with("Enum") || base == "TextChoices" || known(base));
    let class = Class { name, line: line(node), bases, is_enum, ..Class::default() };
    w.in_class(class, |w| {
        w.lower_field(node, "body");
        enums::automatic(w);
    });
}

fn assignment(w: &mut Writer<'_>, node: Node<'_>) {
    let kind = w.field_type(node, "type");
    let Some(right) = w.child(node, "right") else {
        // `bus: EventBus` in a class declares a field.
        if let (Some(left), Some(_)) = (w.child(node, "left"), w.class_body()) {
            w.field(w.text(left), Expr::Nil, kind, line(node));
        }
        return;
    };
    let value = w.lower(right);
    bind_to(w, w.child(node, "left"), value.clone(), kind);
    if right.kind() == "assignment" {
        // a = b = value
        let inner = w.child(right, "left").map(|left| w.text(left).to_owned());
        if let (Some(inner), Some(left)) = (inner, w.child(node, "left")) {
            bind_to(w, Some(left), Expr::Name(inner), None);
        }
    }
}

fn bind_to(w: &mut Writer<'_>, left: Option<Node<'_>>, value: Expr, kind: Option<String>) {
    let Some(left) = left else { return };
    match left.kind() {
        "identifier" => w.bind(w.text(left), value, kind, line(left)),
        "attribute" => {
            let of = w.field_text(left, "object");
            if let (Some("self" | "cls"), Some(name)) = (of, w.field_text(left, "attribute")) {
                w.field(name, value, kind, line(left));
            } else {
                w.lower(left);
            }
        }
        "pattern_list" | "tuple_pattern" | "list_pattern" => {
            for (at, one) in named(left).into_iter().enumerate() {
                let part = match &value {
                    Expr::List(_) | Expr::Each(_) => value.item(at),
                    _ => Expr::Opaque(w.text(one).to_owned()),
                };
                w.nested(|w| bind_to(w, Some(one), part, None));
            }
        }
        _ => w.visit(left),
    }
}

fn comprehension(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    for child in w.without_field(node, "body") {
        w.lower(child);
    }
    Expr::List(w.child(node, "body").map(|body| w.lower(body)).into_iter().collect())
}

fn as_pattern(w: &mut Writer<'_>, node: Node<'_>) {
    let mut value = Expr::Nil;
    for child in named(node) {
        match child.kind() {
            "as_pattern_target" => bind_to(w, first_named(child), value.clone(), None),
            _ => value = w.lower(child),
        }
    }
}

fn attribute(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let of = w.lower_field(node, "object");
    let name = w.text_of(node, "attribute");
    w.mention(name);
    receiver(of).member(name)
}

/// `self` and `cls` are the receiver.
fn receiver(of: Expr) -> Expr {
    match of {
        Expr::Name(name) if name == "cls" => Expr::receiver(),
        Expr::Call(call) if matches!(&call.target, Expr::Name(name) if name == "super") => Expr::Name("super".into()),
        other => other,
    }
}

fn call(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let target = match w.child(node, "function") {
        // A called name is not noted as a mention.
        Some(function) if function.kind() == "identifier" => Expr::Name(w.text(function).to_owned()),
        Some(function) if function.kind() == "attribute" => {
            let of = w.lower_field(function, "object");
            receiver(of).member(w.text_of(function, "attribute"))
        }
        Some(function) => w.lower(function),
        None => Expr::Nil,
    };
    let args = w.child(node, "arguments").map(|list| arguments(w, list)).unwrap_or_default();
    w.call(node, target, args, false)
}

fn arguments(w: &mut Writer<'_>, list: Node<'_>) -> Vec<Arg> {
    if list.kind() != "argument_list" {
        return vec![arg(w.lower(list))];
    }
    let mut args = Vec::new();
    for node in named(list) {
        match node.kind() {
            "keyword_argument" => {
                let value = w.lower_field(node, "value");
                args.push(named_arg(w.text_of(node, "name"), value));
            }
            "list_splat" | "dictionary_splat" => {
                args.push(spread_arg(w.lower_first(node)));
            }
            _ => args.push(arg(w.lower(node))),
        }
    }
    args
}

fn dictionary(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let mut pairs = Vec::new();
    for child in named(node) {
        match child.kind() {
            "pair" => {
                let key = w.lower_field(child, "key");
                let value = w.lower_field(child, "value");
                pairs.push((key, value));
            }
            // `**other`
            _ => {
                let value = w.lower_first(child);
                pairs.push((Expr::Opaque("...".into()), value));
            }
        }
    }
    Expr::Map(pairs)
}
