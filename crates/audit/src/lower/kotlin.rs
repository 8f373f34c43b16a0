//! Kotlin: expressions and statements.

mod call;
mod declare;
mod mend;

use super::{
    typed::{self, assign, bind_local, choose, concat, declare_local, each, escape, is_local},
    words::type_name,
    writer::{Writer, either, has_token, line, named},
};
use crate::facts::{Expr, Facts};
pub(super) use mend::mend;
use tree_sitter::Node;

pub(super) const BLOCKS: &[&str] = &["block", "for_statement", "catch_block", "when_expression"];

pub(super) fn place(facts: &mut Facts, root: Node<'_>, text: &str) {
    let package = named(root).into_iter().find(|child| child.kind() == "package_header");
    let path = package.and_then(|node| named(node).into_iter().next());
    let path = path.and_then(|path| text.get(path.byte_range())).unwrap_or("");
    let mut module = declare::segments(path);
    facts.package = format!("jvm:{}", module.join("."));
    let stem = facts.file.rsplit('/').next().and_then(|name| name.split('.').next());
    module.extend(stem.map(str::to_owned));
    facts.module = module;
}

pub(super) fn lower(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    if let Some(value) = declare::lower(w, node) {
        return value;
    }
    match node.kind() {
        "for_statement" => for_statement(w, node),
        "return_expression" => {
            // The label of `return@forEach` is no value.
            let label = node.child_by_field_name("label");
            if let Some(value) = named(node).into_iter().rfind(|child| Some(*child) != label) {
                let value = w.lower(value);
                w.current().returns.push(value);
            }
        }
        "parenthesized_expression"
        | "annotated_expression"
        | "labeled_expression"
        | "function_body"
        | "finally_block" => return last(w, node),
        "block" | "catch_block" => return statements(w, &named(node)),
        "assignment" => assignment(w, node),
        // The grammar takes `null` for a name.
        "identifier" if w.text(node) == "null" => {}
        "identifier" => return Expr::Name(w.known(&name(w, node))),
        "this_expression" => return Expr::Name("self".into()),
        "super_expression" => return Expr::Name("super".into()),
        "navigation_expression" => return navigation(w, node),
        "index_expression" => {
            let mut parts = named(node).into_iter().map(|part| w.lower(part)).collect::<Vec<_>>().into_iter();
            let (of, key) = (parts.next().unwrap_or(Expr::Nil), parts.next().unwrap_or(Expr::Nil));
            return Expr::Index(Box::new(of), Box::new(key));
        }
        "call_expression" => return call::call(w, node),
        "infix_expression" => return call::infix(w, node),
        "lambda_literal" | "anonymous_function" => return call::lambda(w, node, None),
        "object_literal" => {
            declare::anonymous(w, node);
            return w.opaque(node);
        }
        "callable_reference" if w.text(node).ends_with("::class") => {}
        "callable_reference" => {
            let parts = named(node);
            let function = parts.last().map(|part| name(w, *part)).unwrap_or_default();
            w.mention(&function);
            return match parts.first().filter(|_| parts.len() > 1) {
                Some(of) => Expr::Name(w.known(w.text(*of))).member(function),
                None => Expr::Name(function),
            };
        }
        "if_expression" => return if_expression(w, node),
        "when_expression" => return when(w, node),
        "try_expression" => {
            let values: Vec<Expr> = named(node).into_iter().map(|part| w.lower(part)).collect();
            return values.into_iter().filter(|value| *value != Expr::Nil).reduce(either).unwrap_or(Expr::Nil);
        }
        "as_expression" => return w.lower_field(node, "left"),
        "unary_expression" => {
            let value = w.lower_field(node, "argument");
            return if w.field_text(node, "operator") == Some("!!") { value } else { w.opaque(node) };
        }
        "binary_expression" => return binary(w, node),
        "string_literal" | "multiline_string_literal" => {
            let parts = string(w, node);
            return concat(w, parts, node);
        }
        "collection_literal" => return Expr::List(named(node).into_iter().map(|one| w.lower(one)).collect()),
        "number_literal" | "float_literal" | "character_literal" | "throw_expression" | "source_file"
        | "while_statement" | "do_while_statement" => w.lower_children(node),
        "user_type" | "nullable_type" | "type_arguments" | "label" => {}
        _ => return w.lower_opaque(node),
    }
    Expr::Nil
}

/// A name without the quotes that odd ones have.
fn name(w: &Writer<'_>, node: Node<'_>) -> String {
    w.text(node).trim_matches('`').to_owned()
}

fn last(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    named(node).into_iter().map(|child| w.lower(child)).last().unwrap_or(Expr::Nil)
}

/// The value is that of the last one.
fn statements(w: &mut Writer<'_>, list: &[Node<'_>]) -> Expr {
    list.iter().map(|one| w.lower(*one)).last().unwrap_or(Expr::Nil)
}

fn for_statement(w: &mut Writer<'_>, node: Node<'_>) {
    let parts = named(node);
    let Some(at) = parts.iter().position(|part| part.kind().ends_with("variable_declaration")) else {
        return w.lower_children(node);
    };
    let mut rest = parts.iter().skip(at + 1);
    let over = rest.next().map_or(Expr::Nil, |over| w.lower(*over));
    if let Some(variable) = parts.get(at) {
        bind_element(w, *variable, each(over));
    }
    for one in rest {
        w.lower(*one);
    }
}

/// `x`, or `(key, value)`
fn bind_element(w: &mut Writer<'_>, variable: Node<'_>, value: Expr) {
    if variable.kind() != "multi_variable_declaration" {
        let (name, kind) = declare::variable(w, variable);
        return declare_local(w, &name, value, kind, line(variable));
    }
    for (at, one) in named(variable).into_iter().enumerate() {
        let (name, kind) = declare::variable(w, one);
        let part = match &value {
            Expr::List(values) => values.get(at).cloned().unwrap_or(Expr::Nil),
            value => Expr::Index(Box::new(value.clone()), Box::new(Expr::Opaque(format!("#{at}")))),
        };
        declare_local(w, &name, part, kind, line(one));
    }
}

fn assignment(w: &mut Writer<'_>, node: Node<'_>) {
    let mut value = w.lower_field(node, "right");
    let Some(left) = node.child_by_field_name("left") else { return };
    if w.field_text(node, "operator") != Some("=") {
        value = Expr::Opaque(w.text(node).to_owned());
    }
    match w.lower(left) {
        Expr::Name(name) => assign(w, &name, value, line(left)),
        Expr::Member(of, name) if *of == Expr::Name("self".into()) => w.field(&name, value, None, line(left)),
        // What is put into a map is a part of what its name holds.
        Expr::Index(of, key) => {
            if let Expr::Name(map) = *of
                && is_local(w, &map)
            {
                bind_local(w, &map, Expr::Map(vec![(*key, value)]), None, line(left));
            }
        }
        _ => {}
    }
}

fn navigation(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let parts = named(node);
    let (Some(first), Some(last)) = (parts.first(), parts.last()) else { return Expr::Nil };
    let of = w.lower(*first);
    let member = name(w, *last);
    if has_token(node, "::") {
        w.mention(&member);
    }
    if parts.len() < 2 { of } else { of.member(member) }
}

fn if_expression(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let condition = node.child_by_field_name("condition");
    let mut values = Vec::new();
    for child in named(node) {
        let value = w.lower(child);
        if Some(child) != condition && value != Expr::Nil {
            values.push(value);
        }
    }
    if values.is_empty() { Expr::Nil } else { Expr::Any(values) }
}

fn when(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let mut subject = Expr::Nil;
    let mut arms = Vec::new();
    for child in named(node) {
        match child.kind() {
            "when_subject" => {
                let parts = named(child);
                subject = parts.last().map_or(Expr::Nil, |value| w.lower(*value));
                if let Some(variable) = parts.iter().find(|part| part.kind() == "variable_declaration") {
                    bind_element(w, *variable, subject.clone());
                }
            }
            "when_entry" => {
                let mut cursor = child.walk();
                let conditions: Vec<Node<'_>> = child.children_by_field_name("condition", &mut cursor).collect();
                let labels: Vec<Expr> = conditions.iter().map(|one| w.lower(*one)).collect();
                let body = named(child).into_iter().rfind(|part| !conditions.contains(part));
                arms.push((labels, body.map_or(Expr::Nil, |body| w.lower(body))));
            }
            _ => {}
        }
    }
    let of_self = subject == Expr::Name("self".into());
    let around = w.class_name().or_else(|| w.current().class.clone());
    choose(w, subject, around.filter(|_| of_self).as_deref(), arms, node)
}

fn binary(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    match w.field_text(node, "operator") {
        Some("?:") => {
            let (left, right) = (w.lower_field(node, "left"), w.lower_field(node, "right"));
            return either(left, right);
        }
        Some("+") => {}
        _ => return w.lower_opaque(node),
    }
    let mut parts = Vec::new();
    for piece in typed::pieces(w, node) {
        match piece.kind() {
            "string_literal" | "multiline_string_literal" => parts.extend(string(w, piece)),
            _ => parts.push(w.lower(piece)),
        }
    }
    concat(w, parts, node)
}

/// The pieces of a string.
fn string(w: &mut Writer<'_>, node: Node<'_>) -> Vec<Expr> {
    let mut parts = Vec::new();
    let mut content = String::new();
    for child in named(node) {
        // `$name` comes as content, in pieces.
        if child.kind() == "string_content" {
            content.push_str(w.text(child));
            continue;
        }
        templates(w, &std::mem::take(&mut content), &mut parts);
        parts.push(match child.kind() {
            "escape_sequence" => Expr::Text(escape(w.text(child))),
            _ => last(w, child),
        });
    }
    templates(w, &content, &mut parts);
    parts
}

/// Texts and the names between them: `$name`.
fn templates(w: &Writer<'_>, content: &str, parts: &mut Vec<Expr>) {
    let mut rest = content;
    while let Some((before, after)) = rest.split_once('$') {
        let end = after.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(after.len());
        let (name, behind) = after.split_at(end);
        let is_name = name.starts_with(|c: char| c.is_alphabetic() || c == '_');
        parts.push(Expr::Text(if is_name { before.to_owned() } else { format!("{before}${name}") }));
        if is_name {
            parts.push(if name == "this" { Expr::Name("self".into()) } else { Expr::Name(w.known(name)) });
        }
        rest = behind;
    }
    parts.push(Expr::Text(rest.to_owned()));
}

/// The own name of a type that is written down.
fn kind_of(w: &Writer<'_>, node: Node<'_>) -> Option<String> {
    let mut node = node;
    while node.kind() == "parenthesized_type" {
        node = named(node).into_iter().next()?;
    }
    match node.kind() {
        "user_type" | "nullable_type" | "non_nullable_type" => type_name(w.text(node)),
        _ => None,
    }
}
