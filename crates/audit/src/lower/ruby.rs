//! Ruby.

mod blocks;
pub(super) mod calls;
mod classes;
mod newer;
mod strings;
mod values;

use crate::{
    facts::{Arg, Expr, Facts, Param},
    lower::{
        functions::NewFunction,
        strings::joined_flat,
        writer::{Passes, Writer, either, named},
    },
};
use tree_sitter::Node;

pub(super) use newer::mend;

/// All files have the same package: constants are visible everywhere, without imports.
pub(super) fn place(facts: &mut Facts, _root: Node<'_>, _text: &str) {
    facts.package = "ruby:".into();
}

const PASSES: Passes = Passes {
    ignored: &[
        "comment",
        "uninterpreted",
        "undef",
        "empty_statement",
        "integer",
        "float",
        "complex",
        "rational",
        "true",
        "false",
        "nil",
        "line",
    ],
    ..Passes::NONE
};

pub(super) fn lower(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    match node.kind() {
        "program" => classes::items(w, node),
        "class" | "module" | "singleton_class" => classes::class(w, node),
        "method" | "singleton_method" => function(w, node, false),
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
            w.returns(value.clone());
            return value;
        }
        "exception_variable" | "as_pattern" | "keyword_pattern" => values::pattern(w, node),
        _ => return expression(w, node),
    }
    Expr::Nil
}

fn expression(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    match node.kind() {
        "identifier" => calls::bare(w, node),
        "constant" | "scope_resolution" => values::constant(w, node),
        "instance_variable" | "class_variable" => Expr::receiver().member(w.text(node).trim_start_matches('@')),
        "global_variable" => Expr::Name(w.text(node).to_owned()),
        "self" => Expr::receiver(),
        "super" => calls::bare_super(w, node),
        "call" => calls::call(w, node),
        "yield" => {
            values::of_arguments(w, node);
            w.opaque(node)
        }
        "element_reference" => values::element(w, node),
        "hash" => values::hash(w, node),
        "array" => Expr::List(Arg::values(&calls::arguments(w, node))),
        "string_array" | "symbol_array" => {
            Expr::List(named(node).into_iter().map(|part| strings::string(w, part)).collect())
        }
        "string" | "delimited_symbol" | "bare_string" | "bare_symbol" => strings::string(w, node),
        "heredoc_beginning" => strings::heredoc(w, node),
        "chained_string" => {
            let parts = w.lower_all(node);
            joined_flat(w, parts, node)
        }
        "simple_symbol" | "hash_key_symbol" => Expr::Text(w.text(node).trim_start_matches(':').to_owned()),
        "lambda" | "block" | "do_block" => blocks::block(w, node),
        "binary" => values::binary(w, node),
        "conditional" | "if" | "unless" | "elsif" | "case" | "case_match" | "begin" | "if_modifier"
        | "unless_modifier" | "rescue_modifier" => values::branches(w, node),
        "parenthesized_statements" | "then" | "else" | "body_statement" | "block_body" | "do" | "ensure" => {
            values::last(w, node)
        }
        _ => w.pass(node, &PASSES),
    }
}

/// Methods that Ruby itself calls.
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

/// A method; a function when there is no enclosing class.
fn function(w: &mut Writer<'_>, node: Node<'_>, private: bool) {
    let name = w.text_of(node, "name").to_owned();
    let params = parameters(w, node);
    let class = match w.child(node, "object") {
        Some(object) if object.kind() == "constant" => Some(w.text(object).to_owned()),
        _ => w.class_name(),
    };

    NewFunction::at(node)
        .name(&name)
        .bound(class.is_none())
        .private(private || (name.starts_with('_') && !name.starts_with("__")))
        .registered(HOOKS.contains(&name.as_str()))
        .class(class)
        .params(params)
        .open(w, |w| {
            answer_body(w, node);
        });
}

/// A body returns the value of its last expression.
fn answer_body(w: &mut Writer<'_>, node: Node<'_>) {
    if let Some(body) = w.child(node, "body") {
        let value = w.lower(body);
        w.returns(value);
    }
}

fn parameters(w: &mut Writer<'_>, function: Node<'_>) -> Vec<Param> {
    let mut params = Vec::new();
    for node in w.field_children(function, "parameters") {
        let name = match node.kind() {
            "identifier" => w.text(node),
            _ => w.text_of(node, "name"),
        };
        let default = w.child(node, "value").map(|value| w.lower(value));
        let rest = node.kind().contains("splat");
        params.push(Param { name: name.to_owned(), default, kind: None, rest });
    }
    params
}

/// Returns whether an identifier is a variable here: assigned before, or a parameter.
fn is_local(w: &Writer<'_>, name: &str) -> bool {
    for (at, function) in w.enclosing() {
        let bound = function.bindings.iter().any(|one| one.name == name && !matches!(one.value, Expr::Function(_)));
        if bound || function.params.iter().any(|param| param.name == name) {
            return true;
        }
        // Blocks see the variables around them, methods do not.
        if at == 0 || !function.name.is_empty() {
            break;
        }
    }
    false
}

/// Either value. `Nil` is left out.
fn one_of(one: Expr, other: Expr) -> Expr {
    match (one, other) {
        (Expr::Nil, value) | (value, Expr::Nil) => value,
        (one, other) => either(one, other),
    }
}
