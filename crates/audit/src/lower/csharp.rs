//! C#: expressions and statements.

mod declare;
mod make;
mod names;

use super::{
    typed::{self, assign, bind_local, choose, concat, declare_local, each, escape, format},
    words::type_name,
    writer::{Writer, arg, either, end_line, line, named, named_arg},
};
use crate::facts::{Arg, Expr, Facts, Function, Param};
use tree_sitter::Node;

pub(super) const BLOCKS: &[&str] =
    &["block", "for_statement", "foreach_statement", "catch_clause", "switch_body", "using_statement"];

pub(super) fn place(facts: &mut Facts, root: Node<'_>, text: &str) {
    let space = named(root).into_iter().find(|child| child.kind().contains("namespace_declaration"));
    let path = space.and_then(|node| node.child_by_field_name("name"));
    let path = path.and_then(|path| text.get(path.byte_range())).unwrap_or("");
    let mut module = declare::segments(path);
    facts.package = format!("csharp:{}", module.join("."));
    let stem = facts.file.rsplit('/').next().and_then(|name| name.strip_suffix(".cs"));
    module.extend(stem.map(str::to_owned));
    facts.module = module;
}

pub(super) fn lower(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    if let Some(value) = declare::lower(w, node).or_else(|| make::lower(w, node)) {
        return value;
    }
    match node.kind() {
        "variable_declaration" => declare::variables(w, node, |w, name, value, kind, line| {
            declare_local(w, name, value, kind, line);
        }),
        "foreach_statement" => {
            let over = w.lower_field(node, "right");
            let kind = w.field_text(node, "type").and_then(type_name);
            if let Some(left) = node.child_by_field_name("left") {
                bind_each(w, left, each(over), kind);
            }
            w.lower_field(node, "body");
        }
        "return_statement" | "arrow_expression_clause" | "yield_statement" => {
            if let Some(value) = inner(w, node) {
                w.current().returns.push(value);
            }
        }
        "expression_statement" | "global_statement" => w.lower_children(node),
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
            let name = simple(w, node);
            let name = w.known(name);
            w.mention(&name);
            return Expr::Name(name);
        }
        "this" => return Expr::Name("self".into()),
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
            let key =
                node.child_by_field_name("subscript").and_then(|list| arguments(w, list, None).into_iter().next());
            return Expr::Index(Box::new(of), Box::new(key.map_or(Expr::Nil, |key| key.value)));
        }
        "invocation_expression" => return call(w, node),
        "lambda_expression" | "anonymous_method_expression" => return lambda(w, node, None),
        "conditional_expression" => {
            w.lower_field(node, "condition");
            let (yes, no) = (w.lower_field(node, "consequence"), w.lower_field(node, "alternative"));
            return either(yes, no);
        }
        "switch_expression" => return switch(w, node),
        "cast_expression" => return w.lower_field(node, "value"),
        "as_expression" => return w.lower_field(node, "left"),
        "binary_expression" => return binary(w, node),
        "string_literal" | "verbatim_string_literal" | "raw_string_literal" | "interpolated_string_expression" => {
            let parts = string(w, node);
            return concat(w, parts, node);
        }
        "is_pattern_expression" => {
            let value = w.lower_field(node, "expression");
            if let Some(pattern) = node.child_by_field_name("pattern")
                && let Some(name) = w.field_text(pattern, "name")
            {
                let kind = w.field_text(pattern, "type").and_then(type_name);
                declare_local(w, name, value, kind, line(node));
            }
        }
        "null_literal" | "boolean_literal" | "character_literal" | "integer_literal" | "real_literal"
        | "default_expression" | "typeof_expression" | "sizeof_expression" | "throw_expression" => {
            w.lower_children(node);
        }
        "predefined_type" | "nullable_type" | "array_type" | "type_argument_list" | "catch_declaration" => {}
        "compilation_unit" | "declaration_list" | "block" | "argument" => w.lower_children(node),
        kind if kind.ends_with("_statement") || kind.starts_with("preproc_if") || kind == "preproc_else" => {
            w.lower_children(node);
        }
        _ => return w.lower_opaque(node),
    }
    Expr::Nil
}

fn inner(w: &mut Writer<'_>, node: Node<'_>) -> Option<Expr> {
    named(node).into_iter().next().map(|child| w.lower(child))
}

/// A name without its type arguments.
fn simple<'a>(w: &Writer<'a>, node: Node<'_>) -> &'a str {
    w.text(node).split('<').next().unwrap_or("").trim_start_matches('@').trim()
}

/// `a.b`, `a?.b`, `a?[b]`; its last name is no mention.
fn member(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    if let Some(value) = names::qualified(w, node) {
        return value;
    }
    match node.kind() {
        "conditional_access_expression" => {
            let of = w.lower_field(node, "condition");
            match named(node).into_iter().last() {
                Some(last) if last.kind() == "member_binding_expression" => {
                    of.member(last.child_by_field_name("name").map_or("", |name| simple(w, name)))
                }
                Some(last) if last.kind() == "element_binding_expression" => {
                    let key = named(last).into_iter().next().and_then(|key| inner(w, key)).unwrap_or(Expr::Nil);
                    Expr::Index(Box::new(of), Box::new(key))
                }
                _ => of,
            }
        }
        "member_access_expression" => {
            let of = w.lower_field(node, "expression");
            of.member(node.child_by_field_name("name").map_or("", |name| simple(w, name)))
        }
        _ => {
            let of = node.child_by_field_name("qualifier").or(node.child_by_field_name("alias"));
            let of = of.map_or(Expr::Nil, |of| w.lower(of));
            of.member(node.child_by_field_name("name").map_or("", |name| simple(w, name)))
        }
    }
}

fn assignment(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let mut value = w.lower_field(node, "right");
    let Some(left) = node.child_by_field_name("left") else { return value };
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
            w.field(w.field_text(left, "name").unwrap_or(""), value, None, line(left));
        }
        "member_access_expression" => {
            if let Expr::Member(of, name) = w.lower(left) {
                w.call(left, of.member(format!("{name}=")), vec![super::writer::arg(value)], false);
            }
        }
        "tuple_expression" => {
            for (at, one) in named(left).into_iter().filter_map(|one| named(one).into_iter().next()).enumerate() {
                let part = match &value {
                    Expr::List(values) => values.get(at).cloned().unwrap_or(Expr::Nil),
                    _ => Expr::Opaque(w.text(one).to_owned()),
                };
                w.nested(|w| set(w, one, part));
            }
        }
        "element_access_expression" => {
            // What is put into a dictionary is a part of what its name holds.
            if let Expr::Index(of, key) = w.lower(left)
                && let Expr::Name(name) = *of
                && super::typed::is_local(w, &name)
            {
                bind_local(w, &name, Expr::Map(vec![(*key, value)]), None, line(left));
            }
        }
        _ => {
            w.lower(left);
        }
    }
}

fn bind_each(w: &mut Writer<'_>, left: Node<'_>, value: Expr, kind: Option<String>) {
    if left.kind() == "identifier" {
        declare_local(w, w.text(left), value, kind, line(left));
        return;
    }
    let names: Vec<Node<'_>> = match named(left).into_iter().next() {
        Some(first) if first.kind().contains("designation") || first.kind() == "tuple_pattern" => named(first),
        _ => named(left),
    };
    for (at, one) in names.into_iter().enumerate() {
        let part = Expr::Index(Box::new(value.clone()), Box::new(Expr::Opaque(format!("#{at}"))));
        declare_local(w, w.text(one), part, None, line(one));
    }
}

fn call(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let Some(function) = node.child_by_field_name("function") else { return Expr::Nil };
    let target = match function.kind() {
        "identifier" | "generic_name" => Expr::Name(w.known(simple(w, function))),
        "member_access_expression" | "conditional_access_expression" => member(w, function),
        _ => w.lower(function),
    };
    if target == Expr::Name("nameof".into()) {
        return w.opaque(node);
    }
    let of = if let Expr::Member(of, _) = &target { Some((**of).clone()) } else { None };
    let args = node.child_by_field_name("arguments").map(|list| arguments(w, list, of)).unwrap_or_default();
    match &target {
        // Whoever awaits it waits for the same call.
        Expr::Member(of, name) if name == "ConfigureAwait" => return (**of).clone(),
        Expr::Member(of, name) if name == "Format" && matches!(of.last_name(), Some("string" | "String")) => {
            if let Some((Expr::Text(text), rest)) = args.split_first().map(|(first, rest)| (&first.value, rest))
                && text.matches('{').count() == text.matches("{0}").count()
            {
                let rest = rest.iter().map(|one| one.value.clone()).collect();
                return format(w, text, "{0}", rest, node);
            }
        }
        _ => {}
    }
    w.call(node, target, args, false)
}

/// Arguments; the first parameter of a function among them is an element of the receiver, when that is a collection.
fn arguments(w: &mut Writer<'_>, list: Node<'_>, of: Option<Expr>) -> Vec<Arg> {
    let mut args = Vec::new();
    for one in named(list).into_iter().filter(|one| one.kind() == "argument") {
        let name = w.field_text(one, "name");
        let Some(value) = named(one).into_iter().rfind(|part| Some(*part) != one.child_by_field_name("name")) else {
            continue;
        };
        let value = match value.kind() {
            "lambda_expression" => lambda(w, value, of.clone()),
            _ => w.lower(value),
        };
        args.push(name.map_or_else(|| arg(value.clone()), |name| named_arg(name, value.clone())));
    }
    args
}

/// `over`: what the lambda is given to; its first parameter is an element of that.
fn lambda(w: &mut Writer<'_>, node: Node<'_>, over: Option<Expr>) -> Expr {
    let mut params = Vec::new();
    if let Some(list) = node.child_by_field_name("parameters") {
        if list.kind() == "parameter_list" {
            params = declare::parameters(w, list).0;
        } else {
            params.push(Param { name: w.text(list).to_owned(), ..Param::default() });
        }
    }
    let element = over.filter(|_| !params.is_empty()).map(|over| (params.remove(0), over));
    let function = Function { params, line: line(node), end_line: end_line(node), ..Function::default() };
    Expr::Function(w.in_function(function, |w| {
        if let Some((param, over)) = element {
            declare_local(w, &param.name, each(over), param.kind, line(node));
        }
        let body = node.child_by_field_name("body");
        if let Some(body) = body.or_else(|| named(node).into_iter().find(|part| part.kind() == "block")) {
            let value = w.lower(body);
            if body.kind() != "block" {
                w.current().returns.push(value);
            }
        }
    }))
}

fn switch(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let mut parts = named(node).into_iter();
    let subject = parts.next().map_or(Expr::Nil, |subject| w.lower(subject));
    // The receiver of an extension method: what it says about an enum, it says about its members.
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
                _ => {
                    w.lower(part);
                }
            }
        }
        arms.push((labels, value));
    }
    choose(w, subject, kind.as_deref(), arms, node)
}

fn binary(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    match w.field_text(node, "operator") {
        Some("??") => {
            let (left, right) = (w.lower_field(node, "left"), w.lower_field(node, "right"));
            return either(left, right);
        }
        Some("+") => {}
        _ => return w.lower_opaque(node),
    }
    let mut parts = Vec::new();
    for piece in typed::pieces(w, node) {
        match piece.kind() {
            "string_literal" | "verbatim_string_literal" | "raw_string_literal" | "interpolated_string_expression" => {
                parts.extend(string(w, piece));
            }
            _ => parts.push(w.lower(piece)),
        }
    }
    concat(w, parts, node)
}

/// The pieces of a string of any kind.
fn string(w: &mut Writer<'_>, node: Node<'_>) -> Vec<Expr> {
    if node.kind() == "verbatim_string_literal" {
        let text = w.text(node).trim_start_matches(['@', '$']).trim_start_matches('"').trim_end_matches("u8");
        let text = text.strip_suffix('"').unwrap_or(text);
        return vec![Expr::Text(text.replace("\"\"", "\""))];
    }
    let mut parts = Vec::new();
    for child in named(node) {
        match child.kind() {
            "escape_sequence" => parts.push(Expr::Text(escape(w.text(child)))),
            "string_literal_content" | "raw_string_content" | "string_content" => {
                parts.push(Expr::Text(w.text(child).replace("{{", "{").replace("}}", "}")));
            }
            "interpolation" => {
                let value = named(child).into_iter().find(|part| !part.kind().starts_with("interpolation_"));
                parts.push(value.map_or(Expr::Nil, |value| w.lower(value)));
            }
            _ => {}
        }
    }
    parts
}
