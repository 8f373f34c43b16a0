//! C#: expressions and statements.

mod declare;
mod make;
mod names;
mod newer;

use crate::{
    facts::{Arg, Expr, Facts, Param},
    lower::{
        escapes,
        strings::{Literal, joined, pieces},
        typed::{self, assign, binary, choose, declare_local, elements, lambda, put, string_format},
        writer::{Passes, Writer, arg, find_kind, first_named, last_named, line, named, named_arg, of_kind},
    },
};
use tree_sitter::Node;

pub(super) use newer::mend;

pub(super) const BLOCKS: &[&str] =
    &["block", "for_statement", "foreach_statement", "catch_clause", "switch_body", "using_statement"];

/// Kinds of nodes in strings.
const LITERAL: Literal =
    Literal { contents: &["string_literal_content", "raw_string_content", "string_content"], escapes: escapes::TYPED };

const STRINGS: &[&str] =
    &["string_literal", "verbatim_string_literal", "raw_string_literal", "interpolated_string_expression"];

const PASSES: Passes = Passes {
    ignored: &["predefined_type", "nullable_type", "array_type", "type_argument_list", "catch_declaration"],
    walked: &[
        "expression_statement",
        "global_statement",
        "null_literal",
        "boolean_literal",
        "character_literal",
        "integer_literal",
        "real_literal",
        "default_expression",
        "typeof_expression",
        "sizeof_expression",
        "throw_expression",
        "compilation_unit",
        "declaration_list",
        "block",
        "argument",
        "preproc_else",
    ],
    ..Passes::NONE
};

pub(super) fn place(facts: &mut Facts, root: Node<'_>, text: &str) {
    let space = named(root).into_iter().find(|child| child.kind().contains("namespace_declaration"));
    let path = space.and_then(|node| node.child_by_field_name("name"));
    let path = path.and_then(|path| text.get(path.byte_range())).unwrap_or("");
    typed::place(facts, "csharp", path, |name| name.strip_suffix(".cs"));
}

pub(super) fn lower(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    if let Some(value) = declare::lower(w, node).or_else(|| make::lower(w, node)) {
        return value;
    }
    match node.kind() {
        "variable_declaration" => declare::variables(w, node, |w, name, value, kind, line| {
            declare_local(w, name, value, kind, line);
        }),
        "foreach_statement" => foreach(w, node),
        "return_statement" | "arrow_expression_clause" | "yield_statement" => {
            if let Some(value) = inner(w, node) {
                w.returns(value);
            }
        }
        "parenthesized_expression"
        | "await_expression"
        | "postfix_unary_expression"
        | "ref_expression"
        | "checked_expression" => {
            let value = inner(w, node).unwrap_or(Expr::Nil);
            return if w.text(node).ends_with(['+', '-']) { w.opaque(node) } else { value };
        }
        "assignment_expression" => return assignment(w, node),
        "identifier" | "generic_name" => {
            let name = w.known(simple(w, node));
            w.mention(&name);
            return Expr::Name(name);
        }
        "this" => return Expr::receiver(),
        "base" => return Expr::Name("super".into()),
        "member_access_expression" | "conditional_access_expression" | "qualified_name" | "alias_qualified_name" => {
            let value = member(w, node);
            if let Expr::Member(_, name) = &value {
                w.mention(name);
            }
            return value;
        }
        "element_access_expression" => {
            let of = w.lower_field(node, "expression");
            let key = w.child(node, "subscript").and_then(|list| arguments(w, list, None).into_iter().next());
            return of.index(key.map_or(Expr::Nil, |key| key.value));
        }
        "invocation_expression" => return call(w, node),
        "lambda_expression" | "anonymous_method_expression" => return lambda_of(w, node, None),
        "conditional_expression" => return w.lower_conditional(node),
        "switch_expression" => return switch(w, node),
        "cast_expression" => return w.lower_field(node, "value"),
        "as_expression" => return w.lower_field(node, "left"),
        "binary_expression" => return binary(w, node, "??", STRINGS, string),
        kind if STRINGS.contains(&kind) => {
            let parts = string(w, node);
            return joined(w, parts, node);
        }
        "is_pattern_expression" => is_pattern(w, node),
        kind if kind.ends_with("_statement") || kind.starts_with("preproc_if") => w.lower_children(node),
        _ => return w.pass(node, &PASSES),
    }
    Expr::Nil
}

fn foreach(w: &mut Writer<'_>, node: Node<'_>) {
    let over = w.lower_field(node, "right");
    let kind = w.field_type(node, "type");
    if let Some(left) = w.child(node, "left") {
        bind_each(w, left, elements(over), kind);
    }
    w.lower_field(node, "body");
}

/// `value is Type name` declares a variable.
fn is_pattern(w: &mut Writer<'_>, node: Node<'_>) {
    let value = w.lower_field(node, "expression");
    if let Some(pattern) = w.child(node, "pattern")
        && let Some(name) = w.field_text(pattern, "name")
    {
        let kind = w.field_type(pattern, "type");
        declare_local(w, name, value, kind, line(node));
    }
}

fn inner(w: &mut Writer<'_>, node: Node<'_>) -> Option<Expr> {
    first_named(node).map(|child| w.lower(child))
}

/// A name without its type arguments.
fn simple<'a>(w: &Writer<'a>, node: Node<'_>) -> &'a str {
    w.text(node).split('<').next().unwrap_or("").trim_start_matches('@').trim()
}

/// `a.b`, `a?.b`, `a?[b]`. The last name is not noted as a mention.
fn member(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    if let Some(value) = names::qualified(w, node) {
        return value;
    }
    match node.kind() {
        "conditional_access_expression" => {
            let of = w.lower_field(node, "condition");
            match last_named(node) {
                Some(last) if last.kind() == "member_binding_expression" => {
                    of.member(w.child(last, "name").map_or("", |name| simple(w, name)))
                }
                Some(last) if last.kind() == "element_binding_expression" => {
                    let key = first_named(last).and_then(|key| inner(w, key)).unwrap_or(Expr::Nil);
                    of.index(key)
                }
                _ => of,
            }
        }
        "member_access_expression" => {
            let of = w.lower_field(node, "expression");
            of.member(w.child(node, "name").map_or("", |name| simple(w, name)))
        }
        _ => {
            let of = w.child(node, "qualifier").or(w.child(node, "alias"));
            let of = of.map_or(Expr::Nil, |of| w.lower(of));
            of.member(w.child(node, "name").map_or("", |name| simple(w, name)))
        }
    }
}

fn assignment(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let mut value = w.lower_field(node, "right");
    let Some(left) = w.child(node, "left") else { return value };
    match w.field_text(node, "operator") {
        Some("=" | "??=") => {}
        _ => value = Expr::Opaque(w.text(node).to_owned()),
    }
    set(w, left, value.clone());
    value
}

fn set(w: &mut Writer<'_>, left: Node<'_>, value: Expr) {
    match left.kind() {
        "identifier" => match w.text(left) {
            "_" => {}
            name => assign(w, name, value, line(left)),
        },
        "member_access_expression" if w.field_text(left, "expression") == Some("this") => {
            w.field(w.text_of(left, "name"), value, None, line(left));
        }
        "member_access_expression" => {
            if let Expr::Member(of, name) = w.lower(left) {
                w.call(left, of.member(format!("{name}=")), vec![arg(value)], false);
            }
        }
        "tuple_expression" => {
            for (at, one) in named(left).into_iter().filter_map(first_named).enumerate() {
                let part = match &value {
                    Expr::List(values) => values.get(at).cloned().unwrap_or(Expr::Nil),
                    _ => Expr::Opaque(w.text(one).to_owned()),
                };
                w.nested(|w| set(w, one, part));
            }
        }
        "element_access_expression" => {
            if let Expr::Index(of, key) = w.lower(left) {
                put(w, &of, *key, value, line(left));
            }
        }
        _ => w.visit(left),
    }
}

fn bind_each(w: &mut Writer<'_>, left: Node<'_>, value: Expr, kind: Option<String>) {
    if left.kind() == "identifier" {
        declare_local(w, w.text(left), value, kind, line(left));
        return;
    }
    let names: Vec<Node<'_>> = match first_named(left) {
        Some(first) if first.kind().contains("designation") || first.kind() == "tuple_pattern" => named(first),
        _ => named(left),
    };
    for (at, one) in names.into_iter().enumerate() {
        declare_local(w, w.text(one), value.part(at), None, line(one));
    }
}

fn call(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let Some(function) = w.child(node, "function") else { return Expr::Nil };
    let target = match function.kind() {
        "identifier" | "generic_name" => Expr::Name(w.known(simple(w, function))),
        "member_access_expression" | "conditional_access_expression" => member(w, function),
        _ => w.lower(function),
    };
    if target == Expr::Name("nameof".into()) {
        return names::of(w, node);
    }
    let of = if let Expr::Member(of, _) = &target { Some((**of).clone()) } else { None };
    let args = w.child(node, "arguments").map(|list| arguments(w, list, of)).unwrap_or_default();
    match &target {
        // `ConfigureAwait` returns the same call.
        Expr::Member(of, name) if name == "ConfigureAwait" => return (**of).clone(),
        Expr::Member(of, name) if name == "Format" && matches!(of.last_name(), Some("string" | "String")) => {
            if let [Arg { value: Expr::Text(text), .. }, rest @ ..] = &args[..]
                && let Some(made) = string_format(w, text, "{0}", rest, node)
            {
                return made;
            }
        }
        _ => {}
    }
    w.call(node, target, args, false)
}

/// Arguments. The first parameter of a lambda among them is an element of the receiver.
fn arguments(w: &mut Writer<'_>, list: Node<'_>, of: Option<Expr>) -> Vec<Arg> {
    let mut args = Vec::new();
    for one in of_kind(list, "argument") {
        let name = w.field_text(one, "name");
        let Some(value) = w.without_field(one, "name").pop() else { continue };
        let value = match value.kind() {
            "lambda_expression" => lambda_of(w, value, of.clone()),
            _ => w.lower(value),
        };
        args.push(match name {
            Some(name) => named_arg(name, value),
            None => arg(value),
        });
    }
    args
}

fn lambda_of(w: &mut Writer<'_>, node: Node<'_>, over: Option<Expr>) -> Expr {
    let params = match w.child(node, "parameters") {
        Some(list) if list.kind() == "parameter_list" => declare::parameters(w, list).0,
        name => name.map(|name| Param::named(w.text(name))).into_iter().collect(),
    };
    let body = w.child(node, "body").or_else(|| find_kind(node, "block"));
    lambda(w, node, params, over, body)
}

fn switch(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let mut parts = named(node).into_iter();
    let subject = parts.next().map_or(Expr::Nil, |subject| w.lower(subject));
    // In an extension method of an enum, a `switch` over the receiver gives texts to the enum's members.
    let mut kind = None;
    if let Expr::Name(name) = &subject {
        let own = w.current().bindings.iter().find(|one| one.name == *name);
        kind = own.filter(|own| own.value == Expr::Name("#receiver".into())).and_then(|own| own.kind.clone());
    }
    let mut arms = Vec::new();
    for arm in parts.filter(|part| part.kind() == "switch_expression_arm") {
        let mut inside = named(arm);
        let value = inside.pop().map_or(Expr::Nil, |value| match value.kind() {
            "throw_expression" => {
                w.lower(value);
                Expr::Nil
            }
            _ => w.lower(value),
        });
        let mut labels = Vec::new();
        for part in inside {
            match part.kind() {
                "constant_pattern" => labels.extend(inner(w, part)),
                "or_pattern" => labels.extend(named(part).into_iter().filter_map(|one| inner(w, one))),
                "discard" => {}
                _ => w.visit(part),
            }
        }
        arms.push((labels, value));
    }
    choose(w, subject, kind.as_deref(), arms, node)
}

/// The pieces of a string of any kind.
fn string(w: &mut Writer<'_>, node: Node<'_>) -> Vec<Expr> {
    if node.kind() == "verbatim_string_literal" {
        let text = w.text(node).trim_start_matches(['@', '$']).trim_start_matches('"').trim_end_matches("u8");
        let text = text.strip_suffix('"').unwrap_or(text);
        return vec![Expr::Text(text.replace("\"\"", "\""))];
    }
    let mut parts = pieces(w, node, &LITERAL, |w, hole| {
        let parts = if hole.kind() == "interpolation" { named(hole) } else { return None };
        let value = parts.into_iter().find(|part| !part.kind().starts_with("interpolation_"));
        Some(value.map_or(Expr::Nil, |value| w.lower(value)))
    });
    for part in &mut parts {
        // A string with interpolations doubles its braces.
        if let Expr::Text(text) = part {
            *text = text.replace("{{", "{").replace("}}", "}");
        }
    }
    parts
}
