//! Ruby.

mod blocks;
mod calls;
mod classes;
mod strings;
mod values;

use super::{
    texts::joined,
    writer::{Writer, either, end_line, line, named},
};
use crate::facts::{Expr, Facts, Function, Param};
use tree_sitter::Node;

/// Constants are found wherever they are; no file says what it takes from another.
pub(super) fn place(facts: &mut Facts, _root: Node<'_>, _text: &str) {
    facts.package = "ruby:".into();
}

pub(super) fn lower(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    match node.kind() {
        "program" => classes::items(w, node),
        "class" | "module" | "singleton_class" => classes::class(w, node),
        "method" | "singleton_method" => {
            function(w, node, false);
        }
        "alias" => {
            if let (Some(name), Some(old)) = (w.field_text(node, "name"), w.field_text(node, "alias")) {
                classes::alias(w, node, name, old);
            }
        }
        "assignment" => return values::assignment(w, node),
        "operator_assignment" => return values::augmented(w, node),
        "for" => values::for_loop(w, node),
        "return" | "next" => {
            let value = values::of_arguments(w, node);
            w.current().returns.push(value.clone());
            return value;
        }
        "exception_variable" | "as_pattern" | "keyword_pattern" => values::pattern(w, node),
        "comment" | "uninterpreted" | "undef" | "empty_statement" => {}
        _ => return expression(w, node),
    }
    Expr::Nil
}

fn expression(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    match node.kind() {
        "identifier" => calls::bare(w, node),
        "constant" | "scope_resolution" => values::constant(w, node),
        "instance_variable" | "class_variable" => {
            Expr::Name("self".into()).member(w.text(node).trim_start_matches('@'))
        }
        "global_variable" => Expr::Name(w.text(node).to_owned()),
        "self" => Expr::Name("self".into()),
        "super" => calls::bare_super(w, node),
        "call" => calls::call(w, node),
        "yield" => {
            values::of_arguments(w, node);
            w.opaque(node)
        }
        "element_reference" => values::element(w, node),
        "hash" => values::hash(w, node),
        "array" => Expr::List(calls::arguments(w, node).into_iter().map(|arg| arg.value).collect()),
        "string_array" | "symbol_array" => {
            Expr::List(named(node).into_iter().map(|part| strings::string(w, part)).collect())
        }
        "string" | "delimited_symbol" | "bare_string" | "bare_symbol" => strings::string(w, node),
        "heredoc_beginning" => strings::heredoc(w, node),
        "chained_string" => {
            let parts = named(node).into_iter().map(|part| w.lower(part)).collect();
            joined(w, parts, node)
        }
        "simple_symbol" | "hash_key_symbol" => Expr::Text(w.text(node).trim_start_matches(':').to_owned()),
        "lambda" | "block" | "do_block" => blocks::block(w, node),
        "binary" => values::binary(w, node),
        "conditional" | "if" | "unless" | "elsif" | "case" | "case_match" | "begin" | "if_modifier"
        | "unless_modifier" | "rescue_modifier" => values::branches(w, node),
        "parenthesized_statements" | "then" | "else" | "body_statement" | "block_body" | "do" | "ensure" => {
            values::last(w, node)
        }
        "integer" | "float" | "complex" | "rational" | "true" | "false" | "nil" | "line" => Expr::Nil,
        _ => w.lower_opaque(node),
    }
}

/// What calls these is Ruby itself.
const HOOKS: &[&str] = &[
    "initialize",
    "inherited",
    "included",
    "extended",
    "prepended",
    "method_missing",
    "respond_to_missing?",
    "method_added",
    "const_missing",
];

/// A method, or a function when no class is around.
fn function(w: &mut Writer<'_>, node: Node<'_>, private: bool) -> usize {
    let name = w.field_text(node, "name").unwrap_or("").to_owned();
    let params = node.child_by_field_name("parameters").map(|list| parameters(w, list)).unwrap_or_default();
    let class = match node.child_by_field_name("object") {
        Some(object) if object.kind() == "constant" => Some(w.text(object).to_owned()),
        _ => w.class_name(),
    };
    let is_method = class.is_some();
    let function = Function {
        private: private || (name.starts_with('_') && !name.starts_with("__")),
        registered: HOOKS.contains(&name.as_str()),
        name: name.clone(),
        class,
        params,
        line: line(node),
        end_line: end_line(node),
        ..Function::default()
    };
    let index = w.in_function(function, |w| {
        if let Some(body) = node.child_by_field_name("body") {
            let value = w.lower(body);
            w.current().returns.push(value);
        }
    });
    if !is_method {
        w.bind(&name, Expr::Function(index), None, line(node));
    }
    index
}

fn parameters(w: &mut Writer<'_>, list: Node<'_>) -> Vec<Param> {
    let mut params = Vec::new();
    for node in named(list) {
        let name = match node.kind() {
            "identifier" => w.text(node),
            _ => w.field_text(node, "name").unwrap_or(""),
        };
        let default = node.child_by_field_name("value").map(|value| w.lower(value));
        let rest = node.kind().contains("splat");
        params.push(Param { name: name.to_owned(), default, kind: None, rest });
    }
    params
}

/// Whether an identifier is a variable here: it was assigned before, or is given.
fn is_local(w: &Writer<'_>, name: &str) -> bool {
    let mut at = w.function();
    while let Some(function) = w.facts.functions.get(at) {
        let bound = function.bindings.iter().any(|one| one.name == name && !matches!(one.value, Expr::Function(_)));
        if bound || function.params.iter().any(|param| param.name == name) {
            return true;
        }
        // Blocks see what is around them, methods do not.
        if at == 0 || !function.name.is_empty() {
            return false;
        }
        at = function.parent;
    }
    false
}

/// Both values, without what is none.
fn one_of(one: Expr, other: Expr) -> Expr {
    match (one, other) {
        (Expr::Nil, value) | (value, Expr::Nil) => value,
        (one, other) => either(one, other),
    }
}
