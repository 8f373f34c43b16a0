//! Rust.

mod calls;
mod enums;
mod items;
mod macros;
mod paths;
mod patterns;
mod types;

use super::{
    formats::{joined, unescape},
    writer::{Writer, either, line, named},
};
use crate::facts::{Expr, Facts};
use tree_sitter::Node;

pub(super) const BLOCKS: &[&str] = &["block", "for_expression", "while_expression"];

/// Modules begin at `crate`, below the folder of the package: `a/src/b/mod.rs` is `a, crate, b`.
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
            items::finish(w);
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
        "attribute_item" | "inner_attribute_item" | "macro_definition" | "visibility_modifier" | "label" => {}
        "block" => return block(w, node),
        "let_declaration" => patterns::declared(w, node),
        "let_condition" => {
            let value = w.lower_field(node, "value");
            patterns::bind(w, node.child_by_field_name("pattern"), value, None);
        }
        "assignment_expression" => assignment(w, node),
        "for_expression" => {
            let over = w.lower_field(node, "value");
            patterns::bind_each(w, node.child_by_field_name("pattern"), over);
            w.lower_field(node, "body");
        }
        "return_expression" => {
            let value = named(node).into_iter().next().map(|value| w.lower(value));
            w.current().returns.extend(value);
        }
        "identifier" | "shorthand_field_identifier" => {
            let name = w.known(w.text(node));
            w.mention(&name);
            return Expr::Name(name);
        }
        "self" => return Expr::Name("self".into()),
        "scoped_identifier" | "generic_function" => {
            let path = paths::value(w, node);
            if let Some(last) = path.last_name() {
                let last = last.to_owned();
                w.mention(&last);
            }
            return path;
        }
        "field_expression" => return calls::field(w, node),
        "index_expression" => {
            let parts: Vec<Expr> = named(node).into_iter().map(|part| w.lower(part)).collect();
            let mut parts = parts.into_iter();
            let (of, key) = (parts.next().unwrap_or(Expr::Nil), parts.next().unwrap_or(Expr::Nil));
            return Expr::Index(Box::new(of), Box::new(key));
        }
        "call_expression" => return calls::call(w, node),
        "struct_expression" => return calls::object(w, node),
        "macro_invocation" => return macros::invocation(w, node),
        "closure_expression" => return items::closure(w, node),
        "string_literal" | "raw_string_literal" => {
            let text = text(w, node);
            return w.string(text, node);
        }
        "binary_expression" => return binary(w, node),
        "if_expression" => {
            let yes = w.in_block(|w| {
                w.lower_field(node, "condition");
                w.lower_field(node, "consequence")
            });
            return match node.child_by_field_name("alternative") {
                Some(other) => either(yes, w.lower(other)),
                None => yes,
            };
        }
        "match_expression" => return patterns::matched(w, node),
        "array_expression" | "tuple_expression" => {
            let items = named(node).into_iter().filter(|one| one.kind() != "attribute_item");
            return Expr::List(items.map(|one| w.lower(one)).collect());
        }
        "unary_expression" => {
            let value = named(node).into_iter().next().map_or(Expr::Nil, |inner| w.lower(inner));
            return if w.text(node).starts_with('*') { value } else { w.opaque(node) };
        }
        "reference_expression" | "type_cast_expression" => return w.lower_field(node, "value"),
        "while_expression" => {
            w.lower_field(node, "condition");
            w.lower_field(node, "body");
        }
        "loop_expression" | "const_block" => return w.lower_field(node, "body"),
        "expression_statement"
        | "parenthesized_expression"
        | "try_expression"
        | "await_expression"
        | "unsafe_block"
        | "async_block"
        | "try_block"
        | "else_clause"
        | "let_chain" => {
            let mut last = Expr::Nil;
            for child in named(node).into_iter().filter(|one| !matches!(one.kind(), "label" | "lifetime")) {
                last = w.lower(child);
            }
            return last;
        }
        "integer_literal"
        | "float_literal"
        | "boolean_literal"
        | "char_literal"
        | "unit_expression"
        | "continue_expression"
        | "lifetime" => {}
        kind if kind.ends_with("_type") || kind.ends_with("_identifier") || kind.ends_with("_pattern") => {}
        _ => return w.lower_opaque(node),
    }
    Expr::Nil
}

/// What a block comes to: its last expression.
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
    let Some(left) = node.child_by_field_name("left") else { return };
    match left.kind() {
        "identifier" if w.text(left) != "_" => w.bind(&w.known(w.text(left)), value, None, line(left)),
        "field_expression" => {
            let of = left.child_by_field_name("value").map_or("", |of| w.text(of));
            match w.field_text(left, "field") {
                Some(field) if of == "self" => w.field(field, value, None, line(left)),
                Some(field) => calls::amend(w, &w.known(of), field, value),
                None => {}
            }
        }
        _ => {
            w.lower(left);
        }
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
    // A line that ends with a backslash goes on at the next word.
    let mut whole = String::new();
    let mut pieces = text.split("\\\n");
    whole.push_str(pieces.next().unwrap_or(""));
    pieces.for_each(|piece| whole.push_str(piece.trim_start()));
    unescape(&whole)
}

fn binary(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let mut nodes = Vec::new();
    let mut at = node;
    while at.kind() == "binary_expression"
        && w.field_text(at, "operator") == Some("+")
        && let (Some(left), Some(right)) = (at.child_by_field_name("left"), at.child_by_field_name("right"))
    {
        nodes.push(right);
        at = left;
    }
    if nodes.is_empty() {
        return w.lower_opaque(node);
    }
    nodes.push(at);
    let parts = nodes.into_iter().rev().map(|one| w.lower(one)).collect();
    joined(w, parts, node)
}
