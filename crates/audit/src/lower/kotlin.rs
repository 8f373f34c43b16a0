//! Kotlin: expressions and statements.

mod call;
mod declare;
mod mend;
mod newer;

use crate::{
    facts::{Expr, Facts},
    lower::{
        escapes,
        strings::joined,
        typed::{self, assign, binary, choose, declare_local, elements, put},
        words::type_name,
        writer::{Passes, Writer, either, find_kind, first_named, has_token, line, named},
    },
};
pub(super) use mend::mend;
pub(super) use newer::{newer, newer_terminated};
use tree_sitter::Node;

pub(super) const BLOCKS: &[&str] = &["block", "for_statement", "catch_block", "when_expression"];

const STRINGS: &[&str] = &["string_literal", "multiline_string_literal"];

const PASSES: Passes = Passes {
    ignored: &["user_type", "nullable_type", "type_arguments", "label"],
    walked: &[
        "number_literal",
        "float_literal",
        "character_literal",
        "throw_expression",
        "source_file",
        "while_statement",
        "do_while_statement",
    ],
    last: &[
        "parenthesized_expression",
        "annotated_expression",
        "labeled_expression",
        "function_body",
        "finally_block",
        "block",
        "catch_block",
    ],
    lists: &["collection_literal"],
};

pub(super) fn place(facts: &mut Facts, root: Node<'_>, text: &str) {
    let path = find_kind(root, "package_header").and_then(first_named);
    let path = path.and_then(|path| text.get(path.byte_range())).unwrap_or("");
    typed::place(facts, "jvm", path, |name| name.split('.').next());
}

pub(super) fn lower(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    if let Some(value) = declare::lower(w, node) {
        return value;
    }
    match node.kind() {
        "for_statement" => for_statement(w, node),
        "return_expression" => {
            // The label of `return@forEach` is not a value.
            if let Some(value) = w.without_field(node, "label").pop() {
                let value = w.lower(value);
                w.returns(value);
            }
        }
        "assignment" => assignment(w, node),
        // The grammar has no node for `null`: it is a name.
        "identifier" if w.text(node) == "null" => {}
        "identifier" => return Expr::Name(w.known(&name(w, node))),
        "this_expression" => return Expr::receiver(),
        "super_expression" => return Expr::Name("super".into()),
        "navigation_expression" => return navigation(w, node),
        "index_expression" => {
            let mut parts = w.lower_all(node).into_iter();
            return parts.next().unwrap_or(Expr::Nil).index(parts.next().unwrap_or(Expr::Nil));
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
            return w
                .lower_all(node)
                .into_iter()
                .filter(|value| *value != Expr::Nil)
                .reduce(either)
                .unwrap_or(Expr::Nil);
        }
        "as_expression" => return w.lower_field(node, "left"),
        "unary_expression" => {
            let value = w.lower_field(node, "argument");
            return if w.field_text(node, "operator") == Some("!!") { value } else { w.opaque(node) };
        }
        "binary_expression" => return binary(w, node, "?:", STRINGS, string),
        kind if STRINGS.contains(&kind) => {
            let parts = string(w, node);
            return joined(w, parts, node);
        }
        _ => return w.pass(node, &PASSES),
    }
    Expr::Nil
}

/// A name without backquotes.
fn name(w: &Writer<'_>, node: Node<'_>) -> String {
    w.text(node).trim_matches('`').to_owned()
}

fn for_statement(w: &mut Writer<'_>, node: Node<'_>) {
    let parts = named(node);
    let Some(at) = parts.iter().position(|part| part.kind().ends_with("variable_declaration")) else {
        return w.lower_children(node);
    };
    let mut rest = parts.iter().skip(at + 1);
    let over = rest.next().map_or(Expr::Nil, |over| w.lower(*over));
    if let Some(variable) = parts.get(at) {
        bind_element(w, *variable, elements(over));
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
        declare_local(w, &name, value.item(at), kind, line(one));
    }
}

fn assignment(w: &mut Writer<'_>, node: Node<'_>) {
    let mut value = w.lower_field(node, "right");
    let Some(left) = w.child(node, "left") else { return };
    if w.field_text(node, "operator") != Some("=") {
        value = Expr::Opaque(w.text(node).to_owned());
    }
    match w.lower(left) {
        Expr::Name(name) => assign(w, &name, value, line(left)),
        Expr::Member(of, name) if of.is_receiver() => w.field(&name, value, None, line(left)),
        Expr::Index(of, key) => put(w, &of, *key, value, line(left)),
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
    // `::paid.name` is the name as a text.
    let is_reference = first.kind() == "callable_reference" || has_token(*first, "::");
    if let ("name", true, Some(own)) = (member.as_str(), is_reference, of.last_name()) {
        return Expr::Text(own.to_owned());
    }
    if parts.len() < 2 { of } else { of.member(member) }
}

fn if_expression(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let condition = w.child(node, "condition");
    let mut values = Vec::new();
    for child in named(node) {
        let value = w.lower(child);
        if Some(child) != condition {
            values.push(value);
        }
    }
    Expr::any_of(values)
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
                let conditions = w.children(child, "condition");
                let labels: Vec<Expr> = conditions.iter().map(|one| w.lower(*one)).collect();
                let body = named(child).into_iter().rfind(|part| !conditions.contains(part));
                arms.push((labels, body.map_or(Expr::Nil, |body| w.lower(body))));
            }
            _ => {}
        }
    }
    let of_self = subject.is_receiver();
    let around = w.class_name().or_else(|| w.current().class.clone());
    choose(w, subject, around.filter(|_| of_self).as_deref(), arms, node)
}

/// The pieces of a string. The grammar gives `$name` as content, in pieces, so these are put together before.
fn string(w: &mut Writer<'_>, node: Node<'_>) -> Vec<Expr> {
    let mut parts = Vec::new();
    let mut content = String::new();
    for child in named(node) {
        if child.kind() == "string_content" {
            content.push_str(w.text(child));
            continue;
        }
        templates(w, &std::mem::take(&mut content), &mut parts);
        parts.push(match child.kind() {
            "escape_sequence" => Expr::Text(escapes::TYPED.unescape(w.text(child))),
            _ => w.lower_last(child),
        });
    }
    templates(w, &content, &mut parts);
    parts
}

/// Splits a content at its `$name` templates.
fn templates(w: &Writer<'_>, content: &str, parts: &mut Vec<Expr>) {
    let mut rest = content;
    while let Some((before, after)) = rest.split_once('$') {
        let end = after.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(after.len());
        let (name, behind) = after.split_at(end);
        let is_name = name.starts_with(|c: char| c.is_alphabetic() || c == '_');
        parts.push(Expr::Text(if is_name { before.to_owned() } else { format!("{before}${name}") }));
        if is_name {
            parts.push(if name == "this" { Expr::receiver() } else { Expr::Name(w.known(name)) });
        }
        rest = behind;
    }
    parts.push(Expr::Text(rest.to_owned()));
}

/// The own name of a type node; `None` for any other node.
fn kind_of(w: &Writer<'_>, node: Node<'_>) -> Option<String> {
    let mut node = node;
    while node.kind() == "parenthesized_type" {
        node = first_named(node)?;
    }
    match node.kind() {
        "user_type" | "nullable_type" | "non_nullable_type" => type_name(w.text(node)),
        _ => None,
    }
}
