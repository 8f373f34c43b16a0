//! Java: types, members and imports.

use crate::{
    facts::{Class, Expr, Param},
    lower::{
        functions::NewFunction,
        typed::{Modifiers, member, segments},
        words::registers,
        writer::{Writer, find_kind, line, named, tokens},
    },
};
use tree_sitter::Node;

/// Lowers declarations; `None` for any other node.
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

/// The last name of a type, also of `List` and `Map`.
pub(super) fn own_name(text: &str) -> Option<String> {
    let path = text.split('<').next()?;
    path.rsplit('.').next().map(|name| name.trim().to_owned())
}

fn import(w: &mut Writer<'_>, node: Node<'_>) {
    let Some(path) = named(node).into_iter().find(|child| child.kind().ends_with("identifier")) else { return };
    let mut module = segments(w.text(path));
    if find_kind(node, "asterisk").is_some() {
        w.import("*", module, Some("*"));
    } else if let Some(item) = module.pop() {
        w.import(&item, module, Some(&item));
    }
}

fn modifiers(w: &mut Writer<'_>, node: Node<'_>) -> Modifiers {
    let mut found = Modifiers::default();
    let Some(list) = find_kind(node, "modifiers") else { return found };
    for child in tokens(list) {
        match child.kind() {
            "private" => found.private = true,
            "static" => found.constant = true,
            "annotation" | "marker_annotation" => {
                let name = w.text_of(child, "name");
                let name = name.rsplit('.').next().unwrap_or(name);
                found.registered |= registers(name) || name == "Override";
                for one in w.field_children(child, "arguments") {
                    let value = w.lower(w.child(one, "value").unwrap_or(one));
                    found.text = found.text.or_else(|| value.into_text());
                }
            }
            _ => {}
        }
    }
    found
}

fn class(w: &mut Writer<'_>, node: Node<'_>) {
    let name = w.text_of(node, "name").to_owned();
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
        // The components of a record are fields and parameters of its constructor.
        if let Some(list) = w.child(node, "parameters") {
            NewFunction::at(list).name(&name).params(parameters(w, node)).open_with_fields(w, |_| {});
        }
        w.lower_field(node, "body");
    });
}

fn enum_constant(w: &mut Writer<'_>, node: Node<'_>) {
    let name = w.text_of(node, "name").to_owned();
    let annotated = modifiers(w, node).text;
    let args = w.child(node, "arguments").map(|list| w.lower_all(list)).unwrap_or_default();
    let before = w.facts.functions.len();
    if let Some(body) = w.child(node, "body") {
        anonymous(w, body);
    }
    let own = w.facts.functions.get(before..).unwrap_or_default();
    let said = own.iter().flat_map(|function| &function.returns).find(|value| matches!(value, Expr::Text(_))).cloned();
    let alone = || annotated.map(Expr::Text).or(said).unwrap_or(Expr::Nil);
    let value = if args.is_empty() { alone() } else { Expr::List(args) };
    w.bind(&name, value, None, line(node));
}

/// The body of an anonymous class. Its methods belong to an unnamed function in the one around.
pub(super) fn anonymous(w: &mut Writer<'_>, body: Node<'_>) {
    NewFunction::at(body).open(w, |w| w.lower_children(body));
}

fn method(w: &mut Writer<'_>, node: Node<'_>) {
    let name = w.text_of(node, "name").to_owned();
    let found = modifiers(w, node);
    let is_method = w.class_body().is_some();
    let params = parameters(w, node);
    if !is_method {
        w.mention(&name);
    }
    NewFunction::at(node)
        .name(&name)
        .private(found.private)
        .registered(is_method && (found.registered || name == "main"))
        .return_kind(w.field_type(node, "type"))
        .params(params)
        .open_body(w);
}

fn constructor(w: &mut Writer<'_>, node: Node<'_>) {
    modifiers(w, node);
    NewFunction::at(node).name(w.text_of(node, "name")).registered(true).params(parameters(w, node)).open_body(w);
}

pub(super) fn parameters(w: &mut Writer<'_>, function: Node<'_>) -> Vec<Param> {
    let mut params = Vec::new();
    for node in w.field_children(function, "parameters") {
        match node.kind() {
            "formal_parameter" => {
                modifiers(w, node);
                let kind = w.field_type(node, "type");
                let name = w.text_of(node, "name").to_owned();
                params.push(Param { name, kind, ..Param::default() });
            }
            "spread_parameter" => {
                let parts = named(node);
                let name = parts.iter().find(|part| part.kind() == "variable_declarator");
                let name = name.and_then(|part| w.field_text(*part, "name")).unwrap_or("").to_owned();
                params.push(Param { name, rest: true, ..Param::default() });
            }
            "identifier" => params.push(Param::named(w.text(node))),
            _ => {}
        }
    }
    params
}

fn field(w: &mut Writer<'_>, node: Node<'_>) {
    let constant = modifiers(w, node).constant;
    variables(w, node, |w, name, value, kind, line| member(w, constant, name, value, kind, line));
}

/// Calls `bind` for each variable of a declaration, with name, value, type and line.
pub(super) fn variables(
    w: &mut Writer<'_>,
    node: Node<'_>,
    mut bind: impl FnMut(&mut Writer<'_>, &str, Expr, Option<String>, u32),
) {
    let kind = w.field_type(node, "type");
    for one in w.children(node, "declarator") {
        let value = w.in_class_scope(|w| w.lower_field(one, "value"));
        let name = w.text_of(one, "name").to_owned();
        bind(w, &name, value, kind.clone(), line(one));
    }
}
