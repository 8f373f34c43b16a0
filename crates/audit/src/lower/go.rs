//! Go.

mod literals;
mod names;
mod newer;
mod types;

use crate::{
    facts::{Arg, Expr, Facts},
    lower::{
        functions::NewFunction,
        strings::{joined, summands},
        writer::{Passes, Writer, arg, first_named, has_token, line, named, spread_arg},
    },
};
use tree_sitter::Node;

pub(super) use newer::mend;

pub(super) const BLOCKS: &[&str] = &[
    "block",
    "if_statement",
    "for_statement",
    "expression_switch_statement",
    "type_switch_statement",
    "expression_case",
    "type_case",
    "default_case",
    "communication_case",
];

const PASSES: Passes = Passes {
    ignored: &[
        "package_clause",
        "comment",
        "label_name",
        "true",
        "false",
        "nil",
        "iota",
        "int_literal",
        "float_literal",
        "imaginary_literal",
        "rune_literal",
        "blank_identifier",
        "type_identifier",
    ],
    walked: &[
        "block",
        "statement_list",
        "if_statement",
        "for_statement",
        "for_clause",
        "expression_switch_statement",
        "expression_case",
        "default_case",
        "expression_list",
        "import_declaration",
        "import_spec_list",
        "var_declaration",
        "var_spec_list",
        "type_declaration",
        "go_statement",
        "defer_statement",
        "select_statement",
        "communication_case",
    ],
    last: &["parenthesized_expression", "expression_statement", "literal_element", "variadic_argument"],
    ..Passes::NONE
};

pub(super) fn place(facts: &mut Facts, _root: Node<'_>, _text: &str) {
    let mut module: Vec<String> = facts.file.split('/').map(str::to_owned).collect();
    module.pop();
    facts.package = format!("go:{}", module.join("/"));
    facts.module = module;
}

pub(super) fn lower(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    match node.kind() {
        "source_file" => source_file(w, node),
        "import_spec" => names::import(w, node),
        "function_declaration" => function(w, node, None),
        "method_declaration" => method(w, node),
        "func_literal" => return types::closure(w, node),
        "type_spec" | "type_alias" => types::declared(w, node),
        "const_declaration" => types::constants(w, node),
        "var_spec" => variables(w, node),
        "short_var_declaration" | "assignment_statement" => assignment(w, node),
        "range_clause" => range(w, node),
        "receive_statement" => {
            let value = w.lower_field(node, "right");
            let declares = has_token(node, ":=");
            for left in w.field_children(node, "left") {
                assign(w, left, value.clone(), declares);
            }
        }
        "type_switch_statement" => type_switch(w, node),
        "return_statement" => returned(w, node),
        "identifier" => return names::value(w, node),
        "selector_expression" => {
            let name = w.text_of(node, "field");
            w.mention(name);
            return w.lower_field(node, "operand").member(name);
        }
        "index_expression" => return w.lower_index(node, "operand", "index"),
        "slice_expression" | "type_assertion_expression" | "type_conversion_expression" => {
            return w.lower_field(node, "operand");
        }
        "call_expression" => return call(w, node),
        "composite_literal" => return literals::composite(w, node),
        "interpreted_string_literal" | "raw_string_literal" => {
            let text = literals::text(w, node);
            return w.string(text, node);
        }
        "binary_expression" => return binary(w, node),
        "unary_expression" => {
            let value = w.lower_field(node, "operand");
            let operator = w.field_text(node, "operator");
            if let (Some("&"), Expr::Name(name)) = (operator, &value) {
                names::filled(w, name);
            }
            return if matches!(operator, Some("&" | "*")) { value } else { w.opaque(node) };
        }
        kind if kind.ends_with("_type") => {}
        _ => return w.pass(node, &PASSES),
    }
    Expr::Nil
}

/// Types and constants are lowered first, so that functions find them.
fn source_file(w: &mut Writer<'_>, node: Node<'_>) {
    let order = |node: &Node<'_>| match node.kind() {
        "import_declaration" => 0,
        "type_declaration" => 1,
        "const_declaration" => 2,
        "var_declaration" => 3,
        _ => 4,
    };
    let mut children = named(node);
    children.sort_by_key(order);
    for child in children {
        w.lower(child);
    }
    types::finish(w);
}

fn method(w: &mut Writer<'_>, node: Node<'_>) {
    let receiver = w.child(node, "receiver").and_then(first_named);
    function(w, node, receiver);
}

fn function(w: &mut Writer<'_>, node: Node<'_>, receiver: Option<Node<'_>>) {
    let name = w.text_of(node, "name").to_owned();
    let class = receiver.and_then(|one| w.child(one, "type")).and_then(|kind| types::name(w, kind));
    let is_method = node.kind() == "method_declaration";

    NewFunction::at(node)
        .name(&name)
        .bound(!is_method && !matches!(name.as_str(), "init" | "_"))
        .private(!name.starts_with(char::is_uppercase))
        .registered(!is_method && matches!(name.as_str(), "main" | "init"))
        .return_kind(types::result(w, node))
        .params(types::parameters(w, node))
        .class(class)
        .open(w, |w| {
            if let Some(one) = receiver.and_then(|one| w.child(one, "name")) {
                let name = w.declare(w.text(one));
                w.bind(&name, Expr::receiver(), None, line(one));
            }
            types::declare_results(w, node);
            w.lower_field(node, "body");
            if is_method {
                types::switched_texts(w, node);
            }
        });
}

/// `var a, b T = x, y`; `const` in functions too.
fn variables(w: &mut Writer<'_>, node: Node<'_>) {
    let kind = w.child(node, "type").and_then(|kind| types::name(w, kind));
    let values = w.field_children(node, "value");
    let lefts = w.children(node, "name");
    let values = spread(w, &values, lefts.len());
    for (at, left) in lefts.into_iter().enumerate() {
        let value = values.get(at).cloned().unwrap_or(Expr::Nil);
        if w.text(left) != "_" {
            let name = w.declare(w.text(left));
            w.bind(&name, value, kind.clone(), line(left));
        }
    }
}

/// The values on the right for `count` names on the left. A single call returns them all.
fn spread(w: &mut Writer<'_>, rights: &[Node<'_>], count: usize) -> Vec<Expr> {
    let mut values: Vec<Expr> = rights.iter().map(|right| w.lower(*right)).collect();
    if let ([value], true) = (&values[..], count > 1) {
        let value = value.clone();
        values = match &value {
            Expr::Call(_) => (0..count).map(|at| value.part(at)).collect(),
            _ => vec![value, Expr::Nil],
        };
    }
    values
}

fn assignment(w: &mut Writer<'_>, node: Node<'_>) {
    let lefts = w.field_children(node, "left");
    let rights = w.field_children(node, "right");
    let values = spread(w, &rights, lefts.len());
    let plain = matches!(w.field_text(node, "operator"), None | Some("="));
    for (at, left) in lefts.into_iter().enumerate() {
        let value = values.get(at).cloned().unwrap_or(Expr::Nil);
        let value = if plain { value } else { Expr::Join(vec![names::plain(w, left), value]) };
        assign(w, left, value, node.kind() == "short_var_declaration");
    }
}

fn assign(w: &mut Writer<'_>, left: Node<'_>, value: Expr, declares: bool) {
    match left.kind() {
        "identifier" => {
            let name = w.text(left);
            if name != "_" {
                let name = if declares { w.declare(name) } else { w.known(name) };
                names::bind_in(w, declares, &name, value, line(left));
            }
        }
        "selector_expression" => {
            let of = w.child(left, "operand").map_or(Expr::Nil, |of| names::plain(w, of));
            let field = w.text_of(left, "field");
            match of {
                Expr::Name(name) if name == "self" => {
                    let class = names::class_around(w);
                    types::field_of(w, class.as_deref(), field, value, line(left));
                }
                Expr::Name(name) => w.amend(&name, field, value, left),
                _ => w.visit(left),
            }
        }
        _ => w.visit(left),
    }
}

fn range(w: &mut Writer<'_>, node: Node<'_>) {
    let over = w.lower_field(node, "right");
    let declares = has_token(node, ":=");
    let lefts = w.field_children(node, "left");
    for (at, left) in lefts.into_iter().enumerate() {
        let value = if at == 0 { over.clone().each() } else { w.each_value(&over, node) };
        if left.kind() == "identifier" && w.text(left) != "_" {
            let name = if declares { w.declare(w.text(left)) } else { w.known(w.text(left)) };
            w.bind(&name, value, None, line(left));
        }
    }
}

fn type_switch(w: &mut Writer<'_>, node: Node<'_>) {
    let value = w.lower_field(node, "value");
    if let Some(alias) = w.child(node, "alias").and_then(first_named) {
        let name = w.declare(w.text(alias));
        w.bind(&name, value, None, line(alias));
    }
    let alias = w.child(node, "alias");
    for child in w.without_field(node, "value").into_iter().filter(|child| Some(*child) != alias) {
        w.lower(child);
    }
}

fn returned(w: &mut Writer<'_>, node: Node<'_>) {
    let values = named(node).first().map(|list| named(*list)).unwrap_or_default();
    let mut values: Vec<Expr> = values.into_iter().map(|value| w.lower(value)).collect();
    let value = if values.len() > 1 { Some(Expr::List(values)) } else { values.pop() };
    w.current().returns.extend(value);
}

fn binary(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    if w.field_text(node, "operator") != Some("+") {
        return w.lower_opaque(node);
    }
    let operands = summands(w, node).into_iter();
    let parts = operands
        .map(|one| if literals::is_text(one) { Expr::Text(literals::text(w, one)) } else { w.lower(one) })
        .collect();
    joined(w, parts, node)
}

fn call(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let Some(function) = w.child(node, "function") else { return w.lower_opaque(node) };
    let list = w.field_children(node, "arguments");
    if let Some(made) = literals::made_of_parts(w, node, function, &list) {
        return made;
    }
    let target = match function.kind() {
        // A called name is not noted as a mention.
        "identifier" => names::plain(w, function),
        "selector_expression" => w.lower_member(function, "operand", "field"),
        _ => w.lower(function),
    };
    let args: Vec<Arg> = list
        .into_iter()
        .map(|one| {
            let value = w.lower(one);
            if one.kind() == "variadic_argument" { spread_arg(value) } else { arg(value) }
        })
        .collect();
    w.call(node, target, args, false)
}
