//! Rust.

mod calls;
mod enums;
mod items;
mod macros;
mod newer;
mod paths;
mod patterns;
mod types;

use crate::{
    facts::{Expr, Facts},
    lower::{
        escapes,
        strings::{joined, summands},
        writer::{Passes, Writer, either, first_named, line, named},
    },
};
use tree_sitter::Node;

pub(super) use newer::{mend, newer};

pub(super) const BLOCKS: &[&str] = &["block", "for_expression", "while_expression"];

const PASSES: Passes = Passes {
    ignored: &[
        "attribute_item",
        "inner_attribute_item",
        "macro_definition",
        "visibility_modifier",
        "label",
        "integer_literal",
        "float_literal",
        "boolean_literal",
        "char_literal",
        "unit_expression",
        "continue_expression",
        "lifetime",
    ],
    last: &[
        "expression_statement",
        "parenthesized_expression",
        "try_expression",
        "await_expression",
        "unsafe_block",
        "async_block",
        "try_block",
        "else_clause",
        "let_chain",
    ],
    ..Passes::NONE
};

/// `src` is replaced by `crate`: `a/src/b/mod.rs` is the module `a, crate, b`.
pub(super) fn place(facts: &mut Facts, _root: Node<'_>, _text: &str) {
    let path = facts.file.strip_suffix(".rs").unwrap_or(&facts.file);
    let mut module: Vec<String> = path.split('/').map(str::to_owned).collect();
    if module.last().is_some_and(|last| matches!(last.as_str(), "mod" | "lib" | "main")) {
        module.pop();
    }
    if let Some(root) = module.iter_mut().rfind(|part| *part == "src") {
        "crate".clone_into(root);
    }
    facts.module = module;
}

pub(super) fn lower(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    match node.kind() {
        "source_file" => {
            paths::declare(w, node);
            items::list(w, node);
            w.open_fields();
        }
        "use_declaration"
        | "mod_item"
        | "function_item"
        | "function_signature_item"
        | "struct_item"
        | "enum_item"
        | "impl_item"
        | "trait_item"
        | "const_item"
        | "static_item"
        | "type_item" => items::item(w, node, &[]),
        "block" => return block(w, node),
        "let_declaration" => patterns::declared(w, node),
        "let_condition" => {
            let value = w.lower_field(node, "value");
            patterns::bind(w, w.child(node, "pattern"), value, None);
        }
        "assignment_expression" => assignment(w, node),
        "for_expression" => {
            let over = w.lower_field(node, "value");
            patterns::bind_each(w, w.child(node, "pattern"), over);
            w.lower_field(node, "body");
        }
        "return_expression" => {
            let value = first_named(node).map(|value| w.lower(value));
            w.current().returns.extend(value);
        }
        "while_expression" => {
            w.lower_field(node, "condition");
            w.lower_field(node, "body");
        }
        _ => return expression(w, node),
    }
    Expr::Nil
}

fn expression(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    match node.kind() {
        "identifier" | "shorthand_field_identifier" => {
            let name = w.known(w.text(node));
            w.mention(&name);
            Expr::Name(name)
        }
        "self" => Expr::receiver(),
        "scoped_identifier" | "generic_function" => {
            let path = paths::value(w, node);
            if let Some(last) = path.last_name() {
                let last = last.to_owned();
                w.mention(&last);
            }
            path
        }
        "field_expression" => calls::field(w, node),
        "index_expression" => {
            let mut parts = w.lower_all(node).into_iter();
            parts.next().unwrap_or(Expr::Nil).index(parts.next().unwrap_or(Expr::Nil))
        }
        "call_expression" => calls::call(w, node),
        "struct_expression" => calls::object(w, node),
        "macro_invocation" => macros::invocation(w, node),
        "closure_expression" => items::closure(w, node),
        "string_literal" | "raw_string_literal" => {
            let text = text(w, node);
            w.string(text, node)
        }
        "binary_expression" => binary(w, node),
        "if_expression" => {
            let yes = w.in_block(|w| {
                w.lower_field(node, "condition");
                w.lower_field(node, "consequence")
            });
            match w.child(node, "alternative") {
                Some(other) => either(yes, w.lower(other)),
                None => yes,
            }
        }
        "match_expression" => patterns::matched(w, node),
        "array_expression" | "tuple_expression" => {
            let items = named(node).into_iter().filter(|one| one.kind() != "attribute_item");
            Expr::List(items.map(|one| w.lower(one)).collect())
        }
        "unary_expression" => {
            let value = w.lower_first(node);
            if w.text(node).starts_with('*') { value } else { w.opaque(node) }
        }
        "reference_expression" | "type_cast_expression" => w.lower_field(node, "value"),
        "loop_expression" | "const_block" => w.lower_field(node, "body"),
        kind if kind.ends_with("_type") || kind.ends_with("_identifier") || kind.ends_with("_pattern") => Expr::Nil,
        _ => w.pass(node, &PASSES),
    }
}

/// The value of a block: its last expression.
fn block(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let mut last = Expr::Nil;
    let mut attributes = Vec::new();
    for child in named(node) {
        last = Expr::Nil;
        match child.kind() {
            "attribute_item" => attributes.push(child),
            _ if enums::for_tests(w, &attributes) => attributes.clear(),
            kind if kind.ends_with("_item") || kind == "use_declaration" => {
                items::item(w, child, &attributes);
                attributes.clear();
            }
            "expression_statement" => {
                let value = w.lower(child);
                if !w.text(child).ends_with(';') {
                    last = value;
                }
                attributes.clear();
            }
            _ => {
                last = w.lower(child);
                attributes.clear();
            }
        }
    }
    last
}

fn assignment(w: &mut Writer<'_>, node: Node<'_>) {
    let value = w.lower_field(node, "right");
    let Some(left) = w.child(node, "left") else { return };
    match left.kind() {
        "identifier" if w.text(left) != "_" => w.bind(&w.known(w.text(left)), value, None, line(left)),
        "field_expression" => {
            let of = w.child(left, "value").map_or("", |of| w.text(of));
            match w.field_text(left, "field") {
                Some(field) if of == "self" => w.field(field, value, None, line(left)),
                Some(field) => w.amend(&w.known(of), field, value, left),
                None => {}
            }
        }
        _ => w.visit(left),
    }
}

/// A string without its quotes.
pub(super) fn text(w: &Writer<'_>, node: Node<'_>) -> String {
    let text = w.text(node);
    let text = text.trim_start_matches(['b', 'c']);
    if let Some(raw) = text.strip_prefix('r') {
        let raw = raw.trim_matches('#');
        return raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"')).unwrap_or(raw).to_owned();
    }
    let text = text.strip_prefix('"').unwrap_or(text);
    let text = text.strip_suffix('"').unwrap_or(text);
    escapes::RUST.unescape(text)
}

fn binary(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    if w.field_text(node, "operator") != Some("+") {
        return w.lower_opaque(node);
    }
    let parts = summands(w, node).into_iter().map(|one| w.lower(one)).collect();
    joined(w, parts, node)
}
