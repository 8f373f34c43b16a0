//! Java: expressions and statements.

mod declare;
mod newer;

use crate::{
    facts::{Arg, Expr, Facts, Param},
    lower::{
        escapes,
        strings::{Literal, joined, pieces},
        typed::{
            self, assign, bind_local, choose, declare_local, elements, is_local, lambda, note_texts, pairs,
            string_format, sum,
        },
        writer::{Passes, Writer, arg, either, find_kind, line, named, tokens},
    },
};
use tree_sitter::Node;

pub(super) use newer::{mend, newer};

pub(super) const BLOCKS: &[&str] = &[
    "block",
    "for_statement",
    "enhanced_for_statement",
    "catch_clause",
    "constructor_body",
    "switch_expression",
    "try_with_resources_statement",
];

/// Kinds of nodes in strings.
const LITERAL: Literal =
    Literal { contents: &["string_fragment", "multiline_string_fragment"], escapes: escapes::TYPED };

const PASSES: Passes = Passes {
    ignored: &[
        "null_literal",
        "true",
        "false",
        "character_literal",
        "decimal_integer_literal",
        "class_literal",
        "decimal_floating_point_literal",
        "hex_integer_literal",
        "type_identifier",
        "generic_type",
        "scoped_type_identifier",
        "catch_formal_parameter",
        "line_comment",
        "block_comment",
    ],
    walked: &["finally_clause", "class_body", "enum_body_declarations", "interface_body", "constructor_body"],
    lists: &["array_initializer"],
    ..Passes::NONE
};

pub(super) fn place(facts: &mut Facts, root: Node<'_>, text: &str) {
    let package = find_kind(root, "package_declaration");
    let path = package.and_then(|node| named(node).into_iter().rfind(|child| child.kind().ends_with("identifier")));
    let path = path.and_then(|path| text.get(path.byte_range())).unwrap_or("");
    typed::place(facts, "jvm", path, |name| name.strip_suffix(".java"));
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
            declare_named(w, node, elements(over), w.field_type(node, "type"));
            return w.lower_field(node, "body");
        }
        "return_statement" => {
            let value = w.lower_first(node);
            w.returns(value);
        }
        "yield_statement" | "parenthesized_expression" => return w.lower_first(node),
        "expression_statement" => w.lower_children(node),
        "assignment_expression" => return assignment(w, node),
        "identifier" => return Expr::Name(w.known(w.text(node))),
        "this" => return Expr::receiver(),
        "super" => return Expr::Name("super".into()),
        "field_access" => return w.lower_member(node, "object", "field"),
        "scoped_identifier" => return w.lower_member(node, "scope", "name"),
        "array_access" => return w.lower_index(node, "array", "index"),
        "method_invocation" => return call(w, node),
        "explicit_constructor_invocation" => {
            let to_base = w.field_text(node, "constructor") == Some("super");
            let args = arguments(w, node, None);
            w.call(node, Expr::Name(if to_base { "super" } else { "self" }.into()), args, false);
        }
        "object_creation_expression" => return creation(w, node),
        "method_reference" => return method_reference(w, node),
        "lambda_expression" => return lambda_of(w, node, None),
        "ternary_expression" => return w.lower_conditional(node),
        "switch_expression" => return switch(w, node),
        "cast_expression" | "array_creation_expression" => return w.lower_field(node, "value"),
        "binary_expression" if w.field_text(node, "operator") == Some("+") => {
            return sum(w, node, &["string_literal"], string);
        }
        "string_literal" => {
            let parts = string(w, node);
            return joined(w, parts, node);
        }
        "instanceof_expression" => {
            let value = w.lower_field(node, "left");
            declare_named(w, node, value, w.field_type(node, "right"));
        }
        "resource" => {
            let value = w.lower_field(node, "value");
            declare_named(w, node, value, w.field_type(node, "type"));
        }
        kind if kind.ends_with("_statement") || matches!(kind, "block" | "program" | "catch_clause") => {
            return statements(w, node);
        }
        _ => return w.pass(node, &PASSES),
    }
    Expr::Nil
}

/// Declares the variable in a node's field `name`.
fn declare_named(w: &mut Writer<'_>, node: Node<'_>, value: Expr, kind: Option<String>) {
    if let Some(name) = w.field_text(node, "name") {
        declare_local(w, name, value, kind, line(node));
    }
}

/// The value of statements is that of their `yield`.
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
    let Some(left) = w.child(node, "left") else { return value };
    if w.field_text(node, "operator") == Some("+=") {
        value = Expr::Opaque(w.text(node).to_owned());
    }
    match left.kind() {
        "identifier" => assign(w, w.text(left), value.clone(), line(left)),
        "field_access" if w.field_text(left, "object") == Some("this") => {
            w.field(w.text_of(left, "field"), value.clone(), None, line(left));
        }
        _ => w.visit(left),
    }
    value
}

fn call(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let name = w.text_of(node, "name");
    let of = w.child(node, "object").map(|object| w.lower(object));
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
            if let [Arg { value: Expr::Text(text), .. }, rest @ ..] = &args[..]
                && let Some(made) = string_format(w, text, "%s", rest, node)
            {
                return made;
            }
        }
        (Some(Expr::Text(text)), "formatted") => {
            if let Some(made) = string_format(w, text, "%s", &args, node) {
                return made;
            }
        }
        (Some(Expr::Text(_)), "stripIndent" | "strip" | "trim" | "intern") => return of.unwrap_or(Expr::Nil),
        // An entry that is put into a map is a part of the map's value.
        (Some(Expr::Name(map)), "put" | "putIfAbsent") => {
            if let [key, value] = &args[..] {
                let entry = Expr::Map(vec![(key.value.clone(), value.value.clone())]);
                let map = map.clone();
                if is_local(w, &map) {
                    bind_local(w, &map, entry, None, line(node));
                } else if w.class_body().is_some() {
                    w.bind(&map, entry, None, line(node));
                }
            }
        }
        _ => {}
    }
    let target = of.map_or_else(|| Expr::Name(name.to_owned()), |of| of.member(name));
    w.call(node, target, args, false)
}

/// `Map.of(…)`, `List.of(…)` and the like.
fn collection(class: &str, method: &str, args: &[Arg]) -> Option<Expr> {
    let values = || Arg::values(args);
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

/// Arguments. The first parameter of a lambda among them is an element of the receiver.
fn arguments(w: &mut Writer<'_>, node: Node<'_>, of: Option<&Expr>) -> Vec<Arg> {
    let list = w.field_children(node, "arguments").into_iter();
    list.map(|one| match one.kind() {
        "lambda_expression" => arg(lambda_of(w, one, of.cloned())),
        _ => arg(w.lower(one)),
    })
    .collect()
}

fn creation(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let name = w.field_text(node, "type").and_then(declare::own_name).unwrap_or_default();
    let args = arguments(w, node, None);
    if let Some(body) = find_kind(node, "class_body") {
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
    let parts: Vec<Node<'_>> = tokens(node).into_iter().filter(|part| part.kind() != "::").collect();
    let of = parts.first().map_or(Expr::Nil, |first| match first.kind() {
        "type_identifier" | "generic_type" => Expr::Name(w.text(*first).to_owned()),
        _ => w.lower(*first),
    });
    let name = parts.last().map_or("", |last| w.text(*last));
    w.mention(name);
    of.member(name)
}

fn lambda_of(w: &mut Writer<'_>, node: Node<'_>, over: Option<Expr>) -> Expr {
    let params = match w.child(node, "parameters") {
        Some(name) if name.kind() == "identifier" => vec![Param::named(w.text(name))],
        _ => declare::parameters(w, node),
    };
    lambda(w, node, params, over, w.child(node, "body"))
}

fn switch(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let of = w.lower_field(node, "condition");
    let kind = of.is_receiver().then(|| w.class_name()).flatten();
    let mut arms = Vec::new();
    for arm in w.field_children(node, "body") {
        let mut labels = Vec::new();
        let before = w.current().returns.len();
        let mut value = Expr::Nil;
        for child in named(arm) {
            match child.kind() {
                "switch_label" => labels.extend(w.lower_all(child)),
                "expression_statement" if arm.kind() == "switch_rule" => value = w.lower_first(child),
                _ => {
                    let handed = w.lower(child);
                    if handed != Expr::Nil {
                        value = handed;
                    }
                }
            }
        }
        // `case A: return "a.b";` in the enum's own method gives the member A its text.
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

/// The pieces of a string or a text block.
fn string(w: &mut Writer<'_>, node: Node<'_>) -> Vec<Expr> {
    pieces(w, node, &LITERAL, |w, hole| Some(w.lower_first(hole)))
}
