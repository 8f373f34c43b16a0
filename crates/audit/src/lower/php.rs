//! PHP, with text around the tags.

mod calls;
mod classes;
mod names;
mod newer;
mod strings;
mod values;

use crate::{
    facts::{Expr, Param},
    lower::{
        functions::NewFunction,
        strings::joined_flat,
        writer::{Passes, Writer, either, line, named, of_kind},
    },
};
pub(super) use names::place;
pub(super) use newer::newer;
use tree_sitter::Node;

const PASSES: Passes = Passes {
    ignored: &[
        // Text around the tags, and statements without values.
        "comment",
        "text",
        "php_tag",
        "text_interpolation",
        "declare_statement",
        "global_declaration",
        "goto_statement",
        "named_label_statement",
        "integer",
        "float",
        "boolean",
        "null",
    ],
    last: &[
        "parenthesized_expression",
        "error_suppression_expression",
        "clone_expression",
        "by_ref",
        "expression_statement",
    ],
    ..Passes::NONE
};

pub(super) fn lower(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    match node.kind() {
        "namespace_definition" => w.visit_field(node, "body"),
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
        "return_statement" | "yield_expression" => w.lower_returns(node),
        "static_variable_declaration" => {
            let value = w.lower_field(node, "value");
            if let Some(name) = w.child(node, "name") {
                w.bind(names::variable(w.text(name)), value, None, line(node));
            }
        }
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
        "member_call_expression" | "nullsafe_member_call_expression" | "scoped_call_expression" => {
            calls::method_call(w, node)
        }
        "object_creation_expression" => calls::creation(w, node),
        "string" | "encapsed_string" | "heredoc" | "nowdoc" => strings::string(w, node),
        "binary_expression" => binary(w, node),
        "conditional_expression" => {
            let condition = w.lower_field(node, "condition");
            let yes = w.child(node, "body").map_or(condition, |body| w.lower(body));
            either(yes, w.lower_field(node, "alternative"))
        }
        "match_expression" => matching(w, node),
        "cast_expression" => w.lower_field(node, "value"),
        _ => w.pass(node, &PASSES),
    }
}

fn binary(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let (left, right) = (w.lower_field(node, "left"), w.lower_field(node, "right"));
    match w.field_text(node, "operator") {
        Some(".") => joined_flat(w, vec![left, right], node),
        Some("??") => either(left, right),
        // The union of two arrays.
        Some("+") if matches!(left, Expr::Map(_)) || matches!(right, Expr::Map(_)) => either(left, right),
        _ => w.opaque(node),
    }
}

fn matching(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    w.lower_field(node, "condition");
    let mut arms = Expr::Any(Vec::new());
    for arm in w.field_children(node, "body") {
        if let Some(conditions) = w.child(arm, "conditional_expressions") {
            w.lower_children(conditions);
        }
        arms = either(arms, w.lower_field(arm, "return_expression"));
    }
    arms
}

/// `const A = 'x', B = 'y';` in a class or outside of one.
fn constants(w: &mut Writer<'_>, node: Node<'_>) {
    for element in of_kind(node, "const_element") {
        let parts = named(element);
        if let [name, value] = parts[..] {
            let value = match (w.lower(value), w.class_body().and(w.class_name())) {
                // A constant of the class has no receiver: `self::A` is `Class::A`.
                (Expr::Member(of, member), Some(class)) if of.is_receiver() => Expr::Name(class).member(member),
                (value, _) => value,
            };
            w.bind(w.text(name), value, None, line(element));
        }
    }
}

fn function(w: &mut Writer<'_>, node: Node<'_>) {
    let name = w.text_of(node, "name").to_owned();
    let is_method = w.class_body().is_some();
    let attribute = w.child(node, "attributes").is_some_and(|list| names::attributes(w, list));
    let params = parameters(w, node);
    let dunder = name.starts_with("__");
    let says_private = |one: &Node<'_>| w.text(*one).eq_ignore_ascii_case("private");
    let private = of_kind(node, "visibility_modifier").iter().any(says_private);

    NewFunction::at(node)
        .name(&name)
        .bound(!is_method)
        .private(private || (name.starts_with('_') && !dunder))
        .registered(attribute || dunder || (name == "main" && !is_method))
        .return_kind(names::type_in(w, node, "return_type"))
        .params(params)
        .open(w, |w| {
            promoted(w, node);
            if let Some(body) = w.child(node, "body") {
                w.lower(body);
                if name == "getSubscribedEvents" {
                    names::mention_texts(w, body, 0);
                }
            }
        });
}

fn closure(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let function = NewFunction::at(node).params(parameters(w, node));
    function.return_kind(names::type_in(w, node, "return_type")).value(w, |w| {
        let value = w.lower_field(node, "body");
        if node.kind() == "arrow_function" {
            w.returns(value);
        }
    })
}

fn parameters(w: &mut Writer<'_>, function: Node<'_>) -> Vec<Param> {
    let mut params = Vec::new();
    for node in w.field_children(function, "parameters") {
        let Some(name) = w.child(node, "name") else { continue };
        let default = w.child(node, "default_value").map(|value| w.lower(value));
        params.push(Param {
            name: names::variable(w.text(name)).to_owned(),
            default,
            kind: names::type_in(w, node, "type"),
            rest: node.kind() == "variadic_parameter",
        });
    }
    params
}

/// Promoted parameters of a constructor, which are fields too.
fn promoted(w: &mut Writer<'_>, function: Node<'_>) {
    let params = w.field_children(function, "parameters").into_iter();
    for node in params.filter(|one| one.kind() == "property_promotion_parameter") {
        let Some(name) = w.child(node, "name") else { continue };
        let name = names::variable(w.text(name));
        let kind = names::type_in(w, node, "type");
        w.field(name, Expr::Name(name.to_owned()), kind, line(node));
    }
}
