//! TypeScript and JavaScript. Their grammars use the same names, so one set of rules reads both.

mod calls;
mod classes;
mod exports;
mod functions;
mod imports;
mod newer;
mod patterns;
mod shapes;
mod types;
mod unions;
mod values;

use crate::{
    facts::{Expr, Facts},
    lower::writer::{Passes, Writer, first_named, last_named, line},
};
use tree_sitter::Node;

pub(super) use imports::module_path;
pub(super) use newer::{mend, newer};

pub(super) const BLOCKS: &[&str] =
    &["statement_block", "for_statement", "for_in_statement", "switch_body", "catch_clause"];

const PASSES: Passes = Passes {
    ignored: &[
        "function_signature",
        "jsx_closing_element",
        "jsx_text",
        "property_identifier",
        "private_property_identifier",
        "true",
        "false",
        "null",
        "undefined",
        "number",
    ],
    walked: &[
        "statement_block",
        "if_statement",
        "else_clause",
        "switch_statement",
        "switch_body",
        "switch_case",
        "switch_default",
        "try_statement",
        "finally_clause",
        "while_statement",
        "do_statement",
        "for_statement",
        "labeled_statement",
        "ambient_declaration",
    ],
    last: &[
        "parenthesized_expression",
        "await_expression",
        "expression_statement",
        "sequence_expression",
        "type_assertion",
    ],
    ..Passes::NONE
};

pub(super) fn place(facts: &mut Facts, _root: Node<'_>, _text: &str) {
    facts.module = imports::module_path(&facts.file);
}

pub(super) fn lower(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    match node.kind() {
        "program" => {
            w.lower_children(node);
            exports::hide_the_rest(w, node);
        }
        "import_statement" => imports::statement(w, node),
        "import_alias" => imports::alias(w, node),
        "export_statement" => exports::statement(w, node),
        "function_declaration" | "generator_function_declaration" => functions::declaration(w, node),
        "arrow_function" | "function_expression" | "generator_function" | "function" => {
            return Expr::Function(functions::value(w, node, functions::Shape::default()));
        }
        "class_declaration" | "abstract_class_declaration" | "class" => return classes::class(w, node, None),
        "enum_declaration" => classes::enumeration(w, node),
        "internal_module" | "module" => classes::namespace(w, node),
        "interface_declaration" | "type_alias_declaration" => shapes::declaration(w, node),
        "lexical_declaration" | "variable_declaration" => patterns::declaration(w, node),
        "assignment_expression" | "augmented_assignment_expression" => return patterns::assignment(w, node),
        "for_in_statement" => patterns::each(w, node),
        "return_statement" | "yield_expression" => w.lower_returns(node),
        "identifier" | "shorthand_property_identifier" => {
            let name = w.known(w.text(node));
            functions::mention(w, &name);
            return Expr::Name(name);
        }
        "this" => return Expr::receiver(),
        "super" => return Expr::Name("super".into()),
        "member_expression" => {
            let of = w.lower_field(node, "object");
            let name = w.text_of(node, "property");
            w.mention(name);
            return of.member(name);
        }
        "subscript_expression" => return w.lower_index(node, "object", "index"),
        "call_expression" => return calls::call(w, node),
        "new_expression" => return calls::made(w, node),
        "string" => return values::string(w, node),
        "template_string" => return values::template(w, node),
        "object" => return values::object(w, node, values::Holder::Value),
        "array" => return values::array(w, node),
        "binary_expression" => return values::binary(w, node),
        "ternary_expression" => return w.lower_conditional(node),
        "as_expression" | "satisfies_expression" | "non_null_expression" => return w.lower_first(node),
        "catch_clause" => {
            if let Some(pattern) = w.child(node, "parameter") {
                let value = w.opaque(pattern);
                patterns::bind(w, pattern, &value, None, patterns::How::Declared);
            }
            w.lower_field(node, "body");
        }
        "jsx_opening_element" | "jsx_self_closing_element" => {
            if let Some(name) = w.child(node, "name") {
                functions::mention(w, w.text(name));
            }
            for child in w.without_field(node, "name") {
                w.lower(child);
            }
        }
        kind if types::is_type(kind) => {}
        _ => return w.pass(node, &PASSES),
    }
    Expr::Nil
}

/// A property's own name, without quotes; `None` when it is computed.
fn key_text(w: &Writer<'_>, node: Node<'_>) -> Option<String> {
    match node.kind() {
        "property_identifier" | "private_property_identifier" | "identifier" | "number" | "type_identifier" => {
            Some(w.text(node).to_owned())
        }
        "string" => Some(values::plain(w, node)),
        "computed_property_name" => {
            let inner = first_named(node)?;
            (inner.kind() == "string").then(|| values::plain(w, inner))
        }
        _ => None,
    }
}

/// The name of a property in a field.
fn key_of(w: &Writer<'_>, node: Node<'_>, field: &'static str) -> Option<String> {
    w.child(node, field).and_then(|key| key_text(w, key))
}

/// An expression without parentheses and type assertions.
fn bare(mut node: Node<'_>) -> Node<'_> {
    loop {
        let inner = match node.kind() {
            "parenthesized_expression" | "as_expression" | "satisfies_expression" | "non_null_expression" => {
                first_named(node)
            }
            "type_assertion" => last_named(node),
            _ => None,
        };
        match inner {
            Some(inner) => node = inner,
            None => return node,
        }
    }
}

/// Returns whether the current position is at the top of the file, outside of functions and classes.
fn at_top(w: &Writer<'_>) -> bool {
    w.function() == 0 && w.class_body().is_none()
}

/// Binds a name at the line of a node.
fn bind_here(w: &mut Writer<'_>, name: &str, value: Expr, node: Node<'_>) {
    w.bind(name, value, None, line(node));
}
