//! PHP, with text around the tags.

mod calls;
mod classes;
mod names;
mod strings;
mod values;

use super::{
    texts::joined,
    writer::{Writer, either, end_line, line, named},
};
use crate::facts::{Expr, Function, Param};
pub(super) use names::place;
use tree_sitter::Node;

pub(super) fn lower(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    match node.kind() {
        "namespace_definition" => {
            if let Some(body) = node.child_by_field_name("body") {
                w.lower(body);
            }
        }
        "namespace_use_declaration" => names::use_declaration(w, node),
        "class_declaration" | "interface_declaration" | "trait_declaration" | "enum_declaration" => {
            classes::class(w, node);
        }
        "use_declaration" | "property_declaration" | "enum_case" => classes::member(w, node),
        "const_declaration" => constants(w, node),
        "function_definition" | "method_declaration" => function(w, node),
        "anonymous_function" | "arrow_function" => return closure(w, node),
        "attribute_list" => {
            names::attributes(w, node);
        }
        "foreach_statement" => values::foreach(w, node),
        "return_statement" | "yield_expression" => {
            let values: Vec<Expr> = named(node).into_iter().map(|child| w.lower(child)).collect();
            w.current().returns.extend(values);
        }
        "static_variable_declaration" => {
            let value = w.lower_field(node, "value");
            if let Some(name) = node.child_by_field_name("name") {
                w.bind(names::variable(w.text(name)), value, None, line(node));
            }
        }
        // What is not looked at: text around the tags, names that say nothing here.
        "comment" | "text" | "php_tag" | "text_interpolation" | "declare_statement" | "global_declaration" => {}
        "goto_statement" | "named_label_statement" => {}
        _ => return expression(w, node),
    }
    Expr::Nil
}

fn expression(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    match node.kind() {
        "variable_name" => names::variable_value(w.text(node)),
        "name" | "qualified_name" | "relative_name" | "relative_scope" => names::class_or_constant(w, node),
        "class_constant_access_expression" => values::class_constant(w, node),
        "member_access_expression" | "nullsafe_member_access_expression" => values::member_access(w, node),
        "scoped_property_access_expression" => values::static_property(w, node),
        "subscript_expression" => values::subscript(w, node),
        "assignment_expression" | "reference_assignment_expression" => values::assignment(w, node),
        "augmented_assignment_expression" => values::augmented(w, node),
        "array_creation_expression" => values::array(w, node),
        "function_call_expression" => calls::function_call(w, node),
        "member_call_expression" | "nullsafe_member_call_expression" => calls::member_call(w, node),
        "scoped_call_expression" => calls::scoped_call(w, node),
        "object_creation_expression" => calls::creation(w, node),
        "string" | "encapsed_string" | "heredoc" | "nowdoc" => strings::string(w, node),
        "binary_expression" => binary(w, node),
        "conditional_expression" => {
            let condition = w.lower_field(node, "condition");
            let yes = match node.child_by_field_name("body") {
                Some(body) => w.lower(body),
                None => condition,
            };
            let no = w.lower_field(node, "alternative");
            either(yes, no)
        }
        "match_expression" => matching(w, node),
        "cast_expression" => w.lower_field(node, "value"),
        "parenthesized_expression"
        | "error_suppression_expression"
        | "clone_expression"
        | "by_ref"
        | "expression_statement" => {
            let mut last = Expr::Nil;
            for child in named(node) {
                last = w.lower(child);
            }
            last
        }
        "integer" | "float" | "boolean" | "null" => Expr::Nil,
        _ => w.lower_opaque(node),
    }
}

fn binary(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let (left, right) = (w.lower_field(node, "left"), w.lower_field(node, "right"));
    match w.field_text(node, "operator") {
        Some(".") => joined(w, vec![left, right], node),
        Some("??") => either(left, right),
        // Arrays put together.
        Some("+") if matches!(left, Expr::Map(_)) || matches!(right, Expr::Map(_)) => either(left, right),
        _ => w.opaque(node),
    }
}

fn matching(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    w.lower_field(node, "condition");
    let mut arms = Expr::Any(Vec::new());
    for arm in node.child_by_field_name("body").map(named).unwrap_or_default() {
        if let Some(conditions) = arm.child_by_field_name("conditional_expressions") {
            w.lower_children(conditions);
        }
        let value = w.lower_field(arm, "return_expression");
        arms = either(arms, value);
    }
    arms
}

/// `const A = 'x', B = 'y';` in a class or outside of one.
fn constants(w: &mut Writer<'_>, node: Node<'_>) {
    for element in named(node).into_iter().filter(|child| child.kind() == "const_element") {
        let parts = named(element);
        if let [name, value] = parts[..] {
            let value = match (w.lower(value), w.class_body().and(w.class_name())) {
                // What a class says about itself stands in no function that has a receiver.
                (Expr::Member(of, member), Some(class)) if *of == Expr::Name("self".into()) => {
                    Expr::Name(class).member(member)
                }
                (value, _) => value,
            };
            w.bind(w.text(name), value, None, line(element));
        }
    }
}

fn function(w: &mut Writer<'_>, node: Node<'_>) {
    let name = w.field_text(node, "name").unwrap_or("").to_owned();
    let is_method = w.class_body().is_some();
    let attribute = node.child_by_field_name("attributes").is_some_and(|list| names::attributes(w, list));
    let list = node.child_by_field_name("parameters");
    let params = list.map(|list| parameters(w, list)).unwrap_or_default();
    let dunder = name.starts_with("__");
    let function = Function {
        private: (name.starts_with('_') && !dunder)
            || named(node)
                .into_iter()
                .any(|child| child.kind() == "visibility_modifier" && w.text(child).eq_ignore_ascii_case("private")),
        registered: attribute || dunder || (name == "main" && !is_method),
        return_kind: node.child_by_field_name("return_type").and_then(|kind| names::type_of(w, kind)),
        name: name.clone(),
        params,
        line: line(node),
        end_line: end_line(node),
        ..Function::default()
    };
    let index = w.in_function(function, |w| {
        if let Some(list) = list {
            promoted(w, list);
        }
        if let Some(body) = node.child_by_field_name("body") {
            w.lower(body);
            if name == "getSubscribedEvents" {
                names::mention_texts(w, body, 0);
            }
        }
    });
    if !is_method {
        w.bind(&name, Expr::Function(index), None, line(node));
    }
}

fn closure(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let params = node.child_by_field_name("parameters").map(|list| parameters(w, list)).unwrap_or_default();
    let function = Function {
        params,
        line: line(node),
        end_line: end_line(node),
        return_kind: node.child_by_field_name("return_type").and_then(|kind| names::type_of(w, kind)),
        ..Function::default()
    };
    let is_arrow = node.kind() == "arrow_function";
    Expr::Function(w.in_function(function, |w| {
        let value = w.lower_field(node, "body");
        if is_arrow {
            w.current().returns.push(value);
        }
    }))
}

fn parameters(w: &mut Writer<'_>, list: Node<'_>) -> Vec<Param> {
    let mut params = Vec::new();
    for node in named(list) {
        let Some(name) = node.child_by_field_name("name") else { continue };
        let default = node.child_by_field_name("default_value").map(|value| w.lower(value));
        params.push(Param {
            name: names::variable(w.text(name)).to_owned(),
            default,
            kind: node.child_by_field_name("type").and_then(|kind| names::type_of(w, kind)),
            rest: node.kind() == "variadic_parameter",
        });
    }
    params
}

/// Parameters of a constructor that are fields too.
fn promoted(w: &mut Writer<'_>, list: Node<'_>) {
    for node in named(list).into_iter().filter(|node| node.kind() == "property_promotion_parameter") {
        let Some(name) = node.child_by_field_name("name") else { continue };
        let name = names::variable(w.text(name));
        let kind = node.child_by_field_name("type").and_then(|kind| names::type_of(w, kind));
        w.field(name, Expr::Name(name.to_owned()), kind, line(node));
    }
}
