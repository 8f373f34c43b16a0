//! Java: types, members and imports.

use super::super::{
    words::{registers, type_name},
    writer::{Writer, end_line, line, named},
};
use crate::facts::{Class, Expr, Function, Param};
use tree_sitter::Node;

/// What stands before a declaration.
#[derive(Default)]
struct Modifiers {
    private: bool,
    constant: bool,
    registered: bool,
    /// A text that an annotation gives, such as `@JsonProperty("a.b")`.
    text: Option<String>,
}

/// Handles what declares something.
pub(super) fn lower(w: &mut Writer<'_>, node: Node<'_>) -> Option<Expr> {
    match node.kind() {
        "import_declaration" => import(w, node),
        "package_declaration" | "module_declaration" => {}
        "class_declaration"
        | "interface_declaration"
        | "enum_declaration"
        | "record_declaration"
        | "annotation_type_declaration" => class(w, node),
        "enum_body" => w.lower_children(node),
        "enum_constant" => enum_constant(w, node),
        "method_declaration" => method(w, node),
        "constructor_declaration" | "compact_constructor_declaration" => constructor(w, node),
        "field_declaration" => field(w, node),
        "constant_declaration" => variables(w, node, |w, name, value, kind, line| w.bind(name, value, kind, line)),
        _ => return None,
    }
    Some(Expr::Nil)
}

pub(super) fn segments(path: &str) -> Vec<String> {
    path.split('.').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// A type's name, whatever it is: also `List` and `Map`.
pub(super) fn own_name(text: &str) -> Option<String> {
    let path = text.split('<').next()?;
    path.rsplit('.').next().map(|name| name.trim().to_owned())
}

fn import(w: &mut Writer<'_>, node: Node<'_>) {
    let Some(path) = named(node).into_iter().find(|child| child.kind().ends_with("identifier")) else { return };
    let mut module = segments(w.text(path));
    if named(node).into_iter().any(|child| child.kind() == "asterisk") {
        w.import("*", module, Some("*"));
    } else if let Some(item) = module.pop() {
        w.import(&item, module, Some(&item));
    }
}

fn modifiers(w: &mut Writer<'_>, node: Node<'_>) -> Modifiers {
    let mut found = Modifiers::default();
    let Some(list) = named(node).into_iter().find(|child| child.kind() == "modifiers") else { return found };
    let mut cursor = list.walk();
    for child in list.children(&mut cursor) {
        match child.kind() {
            "private" => found.private = true,
            "static" => found.constant = true,
            "annotation" | "marker_annotation" => {
                let name = w.field_text(child, "name").unwrap_or("");
                let name = name.rsplit('.').next().unwrap_or(name);
                found.registered |= registers(name) || name == "Override";
                for one in child.child_by_field_name("arguments").map(named).unwrap_or_default() {
                    let value = match one.child_by_field_name("value") {
                        Some(value) => w.lower(value),
                        None => w.lower(one),
                    };
                    if let (Expr::Text(text), None) = (value, &found.text) {
                        found.text = Some(text);
                    }
                }
            }
            _ => {}
        }
    }
    found
}

fn class(w: &mut Writer<'_>, node: Node<'_>) {
    let name = w.field_text(node, "name").unwrap_or("").to_owned();
    modifiers(w, node);
    let mut bases = Vec::new();
    for child in named(node) {
        match child.kind() {
            "superclass" => bases.extend(named(child).into_iter().filter_map(|one| own_name(w.text(one)))),
            "super_interfaces" | "extends_interfaces" => {
                let types = named(child).into_iter().flat_map(named);
                bases.extend(types.filter_map(|one| own_name(w.text(one))));
            }
            _ => {}
        }
    }
    let is_enum = node.kind() == "enum_declaration";
    let class = Class { name: name.clone(), line: line(node), bases, is_enum, ..Class::default() };
    w.in_class(class, |w| {
        if let Some(list) = node.child_by_field_name("parameters") {
            record_parts(w, &name, list);
        }
        if let Some(body) = node.child_by_field_name("body") {
            w.lower(body);
        }
    });
}

/// A record's parts are its fields and its constructor's parameters.
fn record_parts(w: &mut Writer<'_>, name: &str, list: Node<'_>) {
    let params = parameters(w, list);
    let fields = params.clone();
    let function = Function {
        name: name.to_owned(),
        params,
        line: line(list),
        end_line: end_line(list),
        registered: true,
        ..Function::default()
    };
    w.in_function(function, |w| {
        for field in fields {
            w.field(&field.name, Expr::Name(field.name.clone()), field.kind, line(list));
        }
    });
}

fn enum_constant(w: &mut Writer<'_>, node: Node<'_>) {
    let name = w.field_text(node, "name").unwrap_or("").to_owned();
    let annotated = modifiers(w, node).text;
    let list = node.child_by_field_name("arguments").map(named).unwrap_or_default();
    let args: Vec<Expr> = list.into_iter().map(|one| w.lower(one)).collect();
    let before = w.facts.functions.len();
    if let Some(body) = node.child_by_field_name("body") {
        anonymous(w, body);
    }
    let own = w.facts.functions.get(before..).unwrap_or_default();
    let said = own.iter().flat_map(|function| &function.returns).find(|value| matches!(value, Expr::Text(_))).cloned();
    let value = match (args.is_empty(), annotated, said) {
        (false, ..) => Expr::List(args),
        (true, Some(text), _) => Expr::Text(text),
        (true, None, Some(said)) => said,
        (true, None, None) => Expr::Nil,
    };
    w.bind(&name, value, None, line(node));
}

/// The body of a class without a name: its methods belong to the function around, which hands them to somebody.
pub(super) fn anonymous(w: &mut Writer<'_>, body: Node<'_>) {
    let around = Function { line: line(body), end_line: end_line(body), ..Function::default() };
    w.in_function(around, |w| w.lower_children(body));
}

fn method(w: &mut Writer<'_>, node: Node<'_>) {
    let name = w.field_text(node, "name").unwrap_or("").to_owned();
    let found = modifiers(w, node);
    let is_method = w.class_body().is_some();
    let params = node.child_by_field_name("parameters").map(|list| parameters(w, list)).unwrap_or_default();
    if !is_method {
        w.mention(&name);
    }
    let function = Function {
        private: found.private,
        registered: is_method && (found.registered || name == "main"),
        return_kind: w.field_text(node, "type").and_then(type_name),
        name,
        params,
        line: line(node),
        end_line: end_line(node),
        ..Function::default()
    };
    w.in_function(function, |w| {
        if let Some(body) = node.child_by_field_name("body") {
            w.lower(body);
        }
    });
}

fn constructor(w: &mut Writer<'_>, node: Node<'_>) {
    modifiers(w, node);
    let params = node.child_by_field_name("parameters").map(|list| parameters(w, list)).unwrap_or_default();
    let function = Function {
        name: w.field_text(node, "name").unwrap_or("").to_owned(),
        registered: true,
        params,
        line: line(node),
        end_line: end_line(node),
        ..Function::default()
    };
    w.in_function(function, |w| {
        if let Some(body) = node.child_by_field_name("body") {
            w.lower(body);
        }
    });
}

pub(super) fn parameters(w: &mut Writer<'_>, list: Node<'_>) -> Vec<Param> {
    let mut params = Vec::new();
    for node in named(list) {
        match node.kind() {
            "formal_parameter" => {
                modifiers(w, node);
                let kind = w.field_text(node, "type").and_then(type_name);
                let name = w.field_text(node, "name").unwrap_or("").to_owned();
                params.push(Param { name, kind, ..Param::default() });
            }
            "spread_parameter" => {
                let parts = named(node);
                let name = parts.iter().find(|part| part.kind() == "variable_declarator");
                let name = name.and_then(|part| w.field_text(*part, "name")).unwrap_or("").to_owned();
                params.push(Param { name, rest: true, ..Param::default() });
            }
            "identifier" => params.push(Param { name: w.text(node).to_owned(), ..Param::default() }),
            _ => {}
        }
    }
    params
}

fn field(w: &mut Writer<'_>, node: Node<'_>) {
    let constant = modifiers(w, node).constant;
    let in_class = w.class_body().is_some();
    variables(w, node, |w, name, value, kind, line| {
        if constant || !in_class {
            w.bind(name, value, kind, line);
        } else {
            w.field(name, value, kind, line);
        }
    });
}

/// Every name of a declaration, with what it holds.
pub(super) fn variables(
    w: &mut Writer<'_>,
    node: Node<'_>,
    mut bind: impl FnMut(&mut Writer<'_>, &str, Expr, Option<String>, u32),
) {
    let kind = w.field_text(node, "type").and_then(type_name);
    let mut cursor = node.walk();
    let declared: Vec<Node<'_>> = node.children_by_field_name("declarator", &mut cursor).collect();
    for one in declared {
        let value = w.in_class_scope(|w| w.lower_field(one, "value"));
        let name = w.field_text(one, "name").unwrap_or("").to_owned();
        bind(w, &name, value, kind.clone(), line(one));
    }
}
