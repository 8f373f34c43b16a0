//! Java: expressions and statements.

mod declare;

use super::{
    typed::{self, assign, bind_local, choose, concat, declare_local, each, escape, format, note_texts, pairs},
    words::type_name,
    writer::{Writer, arg, either, end_line, line, named},
};
use crate::facts::{Arg, Expr, Facts, Function, Param};
use tree_sitter::Node;

pub(super) const BLOCKS: &[&str] = &[
    "block",
    "for_statement",
    "enhanced_for_statement",
    "catch_clause",
    "constructor_body",
    "switch_expression",
    "try_with_resources_statement",
];

pub(super) fn place(facts: &mut Facts, root: Node<'_>, text: &str) {
    let package = named(root).into_iter().find(|child| child.kind() == "package_declaration");
    let path = package.and_then(|node| named(node).into_iter().rfind(|child| child.kind().ends_with("identifier")));
    let path = path.and_then(|path| text.get(path.byte_range())).unwrap_or("");
    let mut module = declare::segments(path);
    facts.package = format!("jvm:{}", module.join("."));
    let stem = facts.file.rsplit('/').next().and_then(|name| name.strip_suffix(".java"));
    module.extend(stem.map(str::to_owned));
    facts.module = module;
}

pub(super) fn lower(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    if let Some(value) = declare::lower(w, node) {
        return value;
    }
    match node.kind() {
        "local_variable_declaration" => declare::variables(w, node, |w, name, value, kind, line| {
            declare_local(w, name, value, kind, line);
        }),
        "enhanced_for_statement" => {
            let over = w.lower_field(node, "value");
            let kind = w.field_text(node, "type").and_then(type_name);
            if let Some(name) = w.field_text(node, "name") {
                declare_local(w, name, each(over), kind, line(node));
            }
            return w.lower_field(node, "body");
        }
        "return_statement" => {
            let value = inner(w, node);
            w.current().returns.push(value);
        }
        "yield_statement" | "parenthesized_expression" => return inner(w, node),
        "expression_statement" => {
            inner(w, node);
        }
        "assignment_expression" => return assignment(w, node),
        "identifier" => return Expr::Name(w.known(w.text(node))),
        "this" => return Expr::Name("self".into()),
        "super" => return Expr::Name("super".into()),
        "field_access" => {
            let of = w.lower_field(node, "object");
            return of.member(w.field_text(node, "field").unwrap_or(""));
        }
        "scoped_identifier" => {
            let of = w.lower_field(node, "scope");
            return of.member(w.field_text(node, "name").unwrap_or(""));
        }
        "array_access" => {
            let (of, key) = (w.lower_field(node, "array"), w.lower_field(node, "index"));
            return Expr::Index(Box::new(of), Box::new(key));
        }
        "method_invocation" => return call(w, node),
        "explicit_constructor_invocation" => {
            let to_base = w.field_text(node, "constructor") == Some("super");
            let args = arguments(w, node, None);
            w.call(node, Expr::Name(if to_base { "super" } else { "self" }.into()), args, false);
        }
        "object_creation_expression" => return creation(w, node),
        "method_reference" => return method_reference(w, node),
        "lambda_expression" => return lambda(w, node, None),
        "ternary_expression" => {
            w.lower_field(node, "condition");
            let (yes, no) = (w.lower_field(node, "consequence"), w.lower_field(node, "alternative"));
            return either(yes, no);
        }
        "switch_expression" => return switch(w, node),
        "cast_expression" => return w.lower_field(node, "value"),
        "binary_expression" => return binary(w, node),
        "string_literal" => {
            let parts = string(w, node);
            return concat(w, parts, node);
        }
        "array_initializer" => return Expr::List(named(node).into_iter().map(|one| w.lower(one)).collect()),
        "array_creation_expression" => return w.lower_field(node, "value"),
        "null_literal"
        | "true"
        | "false"
        | "character_literal"
        | "decimal_integer_literal"
        | "class_literal"
        | "decimal_floating_point_literal"
        | "hex_integer_literal" => {}
        "instanceof_expression" => {
            let value = w.lower_field(node, "left");
            let kind = w.field_text(node, "right").and_then(type_name);
            if let Some(name) = w.field_text(node, "name") {
                declare_local(w, name, value, kind, line(node));
            }
        }
        "resource" => {
            let value = w.lower_field(node, "value");
            let kind = w.field_text(node, "type").and_then(type_name);
            if let Some(name) = w.field_text(node, "name") {
                declare_local(w, name, value, kind, line(node));
            }
        }
        kind if kind.ends_with("_statement") || matches!(kind, "block" | "program" | "catch_clause") => {
            return statements(w, node);
        }
        "finally_clause" | "class_body" | "enum_body_declarations" | "interface_body" | "constructor_body" => {
            w.lower_children(node);
        }
        "type_identifier"
        | "generic_type"
        | "scoped_type_identifier"
        | "catch_formal_parameter"
        | "line_comment"
        | "block_comment" => {}
        _ => return w.lower_opaque(node),
    }
    Expr::Nil
}

fn inner(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    named(node).into_iter().next().map_or(Expr::Nil, |child| w.lower(child))
}

/// The value is what `yield` hands out of it.
fn statements(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let mut yielded = Vec::new();
    for child in named(node) {
        let value = w.lower(child);
        let is_statement = child.kind().ends_with("_statement") || child.kind() == "block";
        if is_statement && value != Expr::Nil && child.kind() != "expression_statement" {
            yielded.push(value);
        }
    }
    match yielded.pop() {
        None => Expr::Nil,
        Some(only) => yielded.into_iter().rev().fold(only, |all, one| either(one, all)),
    }
}

fn assignment(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let mut value = w.lower_field(node, "right");
    let Some(left) = node.child_by_field_name("left") else { return value };
    if w.field_text(node, "operator") == Some("+=") {
        value = Expr::Opaque(w.text(node).to_owned());
    }
    match left.kind() {
        "identifier" => assign(w, w.text(left), value.clone(), line(left)),
        "field_access" if w.field_text(left, "object") == Some("this") => {
            w.field(w.field_text(left, "field").unwrap_or(""), value.clone(), None, line(left));
        }
        _ => {
            w.lower(left);
        }
    }
    value
}

fn call(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let name = w.field_text(node, "name").unwrap_or("");
    let of = node.child_by_field_name("object").map(|object| w.lower(object));
    let args = arguments(w, node, of.as_ref());
    match (&of, name) {
        (Some(Expr::Name(class)), "of" | "ofEntries" | "asList" | "copyOf") => {
            if let Some(value) = collection(class, name, &args) {
                if let Expr::Map(pairs) = &value {
                    note_texts(w, None, pairs);
                }
                return value;
            }
        }
        (Some(Expr::Name(class)), "format") if class == "String" => {
            if let Some((Expr::Text(text), rest)) = args.split_first().map(|(first, rest)| (&first.value, rest))
                && text.matches('%').count() == text.matches("%s").count()
            {
                let rest = rest.iter().map(|one| one.value.clone()).collect();
                return format(w, text, "%s", rest, node);
            }
        }
        (Some(Expr::Text(text)), "formatted") if text.matches('%').count() == text.matches("%s").count() => {
            let rest = args.iter().map(|one| one.value.clone()).collect();
            return format(w, text, "%s", rest, node);
        }
        (Some(Expr::Text(_)), "stripIndent" | "strip" | "trim" | "intern") => return of.unwrap_or(Expr::Nil),
        // What is put into a map is a part of what its name holds.
        (Some(Expr::Name(map)), "put" | "putIfAbsent") => {
            if let [key, value] = &args[..] {
                let entry = Expr::Map(vec![(key.value.clone(), value.value.clone())]);
                let map = map.clone();
                if super::typed::is_local(w, &map) {
                    bind_local(w, &map, entry, None, line(node));
                } else if w.class_body().is_some() {
                    w.bind(&map, entry, None, line(node));
                }
            }
        }
        _ => {}
    }
    let target = match of {
        Some(of) => of.member(name),
        None => Expr::Name(name.to_owned()),
    };
    w.call(node, target, args, false)
}

/// `Map.of(…)`, `List.of(…)` and the like.
fn collection(class: &str, method: &str, args: &[Arg]) -> Option<Expr> {
    let values = || args.iter().map(|one| one.value.clone()).collect::<Vec<_>>();
    match (class, method) {
        ("Map" | "ImmutableMap", "of") => Some(pairs(values())),
        ("Map", "ofEntries") => {
            let entries = args.iter().filter_map(|one| match &one.value {
                Expr::Call(entry) => match &entry.args[..] {
                    [key, value] => Some((key.value.clone(), value.value.clone())),
                    _ => None,
                },
                _ => None,
            });
            Some(Expr::Map(entries.collect()))
        }
        ("List" | "Set" | "Stream" | "EnumSet" | "ImmutableList" | "ImmutableSet", "of") | ("Arrays", "asList") => {
            Some(Expr::List(values()))
        }
        ("List" | "Set" | "Map" | "ImmutableList" | "ImmutableMap", "copyOf") => values().into_iter().next(),
        _ => None,
    }
}

/// Arguments; the first parameter of a function among them is an element of the receiver, when that is a collection.
fn arguments(w: &mut Writer<'_>, node: Node<'_>, of: Option<&Expr>) -> Vec<Arg> {
    let Some(list) = node.child_by_field_name("arguments") else { return Vec::new() };
    named(list)
        .into_iter()
        .map(|one| match one.kind() {
            "lambda_expression" => arg(lambda(w, one, of.cloned())),
            _ => arg(w.lower(one)),
        })
        .collect()
}

fn creation(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let name = w.field_text(node, "type").and_then(declare::own_name).unwrap_or_default();
    let args = arguments(w, node, None);
    if let Some(body) = named(node).into_iter().find(|child| child.kind() == "class_body") {
        declare::anonymous(w, body);
    }
    if let ([only], true) = (&args[..], matches!(name.as_str(), "ArrayList" | "HashSet" | "HashMap" | "EnumMap"))
        && matches!(only.value, Expr::List(_) | Expr::Map(_))
    {
        return only.value.clone();
    }
    w.call(node, Expr::Name(name), args, true)
}

fn method_reference(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let mut cursor = node.walk();
    let parts: Vec<Node<'_>> = node.children(&mut cursor).filter(|part| part.kind() != "::").collect();
    let of = parts.first().map_or(Expr::Nil, |first| match first.kind() {
        "type_identifier" | "generic_type" => Expr::Name(w.text(*first).to_owned()),
        _ => w.lower(*first),
    });
    let name = parts.last().map_or("", |last| w.text(*last));
    w.mention(name);
    of.member(name)
}

/// `over`: what the lambda is given to; its first parameter is an element of that.
fn lambda(w: &mut Writer<'_>, node: Node<'_>, over: Option<Expr>) -> Expr {
    let mut params = Vec::new();
    if let Some(list) = node.child_by_field_name("parameters") {
        if list.kind() == "identifier" {
            params.push(Param { name: w.text(list).to_owned(), ..Param::default() });
        } else {
            params = declare::parameters(w, list);
        }
    }
    let element = over.filter(|_| !params.is_empty()).map(|over| (params.remove(0), over));
    let function = Function { params, line: line(node), end_line: end_line(node), ..Function::default() };
    Expr::Function(w.in_function(function, |w| {
        if let Some((param, over)) = element {
            declare_local(w, &param.name, each(over), param.kind, line(node));
        }
        if let Some(body) = node.child_by_field_name("body") {
            let value = w.lower(body);
            if body.kind() != "block" {
                w.current().returns.push(value);
            }
        }
    }))
}

fn switch(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let of = w.lower_field(node, "condition");
    let kind = (of == Expr::Name("self".into())).then(|| w.class_name()).flatten();
    let mut arms = Vec::new();
    for arm in node.child_by_field_name("body").map(named).unwrap_or_default() {
        let mut labels = Vec::new();
        let before = w.current().returns.len();
        let mut value = Expr::Nil;
        for child in named(arm) {
            match child.kind() {
                "switch_label" => labels.extend(named(child).into_iter().map(|label| w.lower(label))),
                "expression_statement" if arm.kind() == "switch_rule" => value = inner(w, child),
                _ => {
                    let handed = w.lower(child);
                    if handed != Expr::Nil {
                        value = handed;
                    }
                }
            }
        }
        // `case A: return "a.b";` says what A is, when the enum asks itself.
        if let (Some(_), Expr::Nil, Some(Expr::Text(text))) = (&kind, &value, w.current().returns.get(before).cloned())
            && !labels.is_empty()
        {
            value = Expr::Text(text);
            w.current().returns.truncate(before);
        }
        arms.push((labels, value));
    }
    choose(w, of, kind.as_deref(), arms, node)
}

fn binary(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    if w.field_text(node, "operator") != Some("+") {
        return w.lower_opaque(node);
    }
    let mut parts = Vec::new();
    for piece in typed::pieces(w, node) {
        match piece.kind() {
            "string_literal" => parts.extend(string(w, piece)),
            _ => parts.push(w.lower(piece)),
        }
    }
    concat(w, parts, node)
}

/// The pieces of a string or a text block.
fn string(w: &mut Writer<'_>, node: Node<'_>) -> Vec<Expr> {
    let mut parts = Vec::new();
    for child in named(node) {
        parts.push(match child.kind() {
            "escape_sequence" => Expr::Text(escape(w.text(child))),
            "string_interpolation" => inner(w, child),
            _ => Expr::Text(w.text(child).to_owned()),
        });
    }
    parts
}
