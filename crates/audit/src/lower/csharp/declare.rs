//! C#: namespaces, types and their members.

use super::super::{
    typed::bind_local,
    words::{registers, type_name},
    writer::{Writer, end_line, line, named},
};
use crate::facts::{Class, Expr, Function, Param};
use tree_sitter::Node;

/// What stands before a declaration.
#[derive(Default)]
struct Modifiers {
    /// None of `public`, `internal`, `protected` or `private` is there.
    silent: bool,
    private: bool,
    constant: bool,
    registered: bool,
    /// A text that an attribute gives, such as `[EnumMember(Value = "a.b")]`.
    text: Option<String>,
}

/// Handles what declares something.
pub(super) fn lower(w: &mut Writer<'_>, node: Node<'_>) -> Option<Expr> {
    match node.kind() {
        "using_directive" => using(w, node),
        "namespace_declaration" | "file_scoped_namespace_declaration" => namespace(w, node),
        "class_declaration"
        | "interface_declaration"
        | "struct_declaration"
        | "record_declaration"
        | "enum_declaration" => class(w, node),
        "enum_member_declaration_list" => w.lower_children(node),
        "enum_member_declaration" => {
            let value = modifiers(w, node).text.map_or(Expr::Nil, Expr::Text);
            w.bind(w.field_text(node, "name").unwrap_or(""), value, None, line(node));
        }
        "method_declaration"
        | "constructor_declaration"
        | "local_function_statement"
        | "operator_declaration"
        | "destructor_declaration"
        | "conversion_operator_declaration"
        | "indexer_declaration" => function(w, node),
        "field_declaration" | "event_field_declaration" => field(w, node),
        "property_declaration" => property(w, node),
        "accessor_declaration" => {
            if let Some(body) = node.child_by_field_name("body") {
                w.lower(body);
            }
        }
        "attribute_list" | "delegate_declaration" | "extern_alias_directive" => {}
        _ => return None,
    }
    Some(Expr::Nil)
}

pub(super) fn segments(path: &str) -> Vec<String> {
    let path = path.trim_start_matches("global::");
    path.split('.').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

fn own_name(text: &str) -> Option<String> {
    text.split(['<', '(']).next()?.rsplit('.').next().map(|name| name.trim().to_owned())
}

fn using(w: &mut Writer<'_>, node: Node<'_>) {
    let alias = w.field_text(node, "name");
    let path = named(node).into_iter().rfind(|part| Some(*part) != node.child_by_field_name("name"));
    let Some(path) = path else { return };
    let mut module = segments(w.text(path));
    match alias {
        Some(alias) => {
            if let Some(item) = module.pop() {
                w.import(alias, module, Some(&item));
            }
        }
        None => w.import("*", module, Some("*")),
    }
}

fn namespace(w: &mut Writer<'_>, node: Node<'_>) {
    // What lies in the namespaces around is known without being named.
    let mut around = segments(w.field_text(node, "name").unwrap_or(""));
    while around.pop().is_some() && !around.is_empty() {
        w.import("*", around.clone(), Some("*"));
    }
    for child in named(node).into_iter().filter(|child| Some(*child) != node.child_by_field_name("name")) {
        w.lower(child);
    }
}

fn modifiers(w: &mut Writer<'_>, node: Node<'_>) -> Modifiers {
    let mut found = Modifiers { silent: true, ..Modifiers::default() };
    for child in named(node) {
        match child.kind() {
            "modifier" => match w.text(child) {
                "private" => (found.private, found.silent) = (true, false),
                "public" | "internal" | "protected" => found.silent = false,
                "const" | "static" => found.constant = true,
                "override" => found.registered = true,
                _ => {}
            },
            "attribute_list" => {
                for attribute in named(child).into_iter().filter(|one| one.kind() == "attribute") {
                    let name = own_name(w.field_text(attribute, "name").unwrap_or("")).unwrap_or_default();
                    found.registered |= registers(name.strip_suffix("Attribute").unwrap_or(&name));
                    for list in named(attribute).into_iter().filter(|one| one.kind() == "attribute_argument_list") {
                        let values = named(list).into_iter().filter_map(|one| named(one).into_iter().last());
                        for value in values.collect::<Vec<_>>() {
                            if let (Expr::Text(text), None) = (w.lower(value), &found.text) {
                                found.text = Some(text);
                            }
                        }
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
    let parts = named(node);
    modifiers(w, node);
    let is_enum = node.kind() == "enum_declaration";
    let list = parts.iter().find(|part| part.kind() == "base_list").map(|list| named(*list)).unwrap_or_default();
    let bases = list.iter().filter(|part| !is_enum && part.kind() != "argument_list");
    let bases = bases.filter_map(|part| own_name(w.text(*part))).collect();
    let class = Class { name: name.clone(), line: line(node), bases, is_enum, ..Class::default() };
    w.in_class(class, |w| {
        if let Some(params) = parts.iter().find(|part| part.kind() == "parameter_list") {
            primary(w, &name, *params, &list);
        }
        if let Some(body) = node.child_by_field_name("body") {
            w.lower(body);
        }
    });
}

/// `class A(Bus bus) : B("x")`: its parameters are known everywhere in the class.
fn primary(w: &mut Writer<'_>, name: &str, list: Node<'_>, bases: &[Node<'_>]) {
    let (params, _) = parameters(w, list);
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
        for base in bases {
            let given = match base.kind() {
                "argument_list" => Some(*base),
                _ => named(*base).into_iter().find(|part| part.kind() == "argument_list"),
            };
            if let Some(given) = given {
                let args = super::arguments(w, given, None);
                w.call(given, Expr::Name("super".into()), args, false);
            }
        }
    });
}

fn function(w: &mut Writer<'_>, node: Node<'_>) {
    let name = w.field_text(node, "name").unwrap_or("").to_owned();
    let found = modifiers(w, node);
    let class = w.class_body();
    let list = node.child_by_field_name("parameters");
    let (params, receiver) = list.map(|list| parameters(w, list)).unwrap_or_default();
    let is_constructor = node.kind() == "constructor_declaration";
    let parts = named(node);
    let explicit = parts.iter().any(|part| part.kind() == "explicit_interface_specifier");
    let has_body = node.child_by_field_name("body").is_some();
    let function = Function {
        // Without a word about it, a member of a class is private; one of an interface has no body.
        private: class.is_some() && (found.private || (found.silent && has_body && !explicit)) && !is_constructor,
        registered: class.is_some() && (found.registered || is_constructor || explicit || name == "Main"),
        return_kind: w.field_text(node, "returns").or(w.field_text(node, "type")).and_then(type_name),
        name: name.clone(),
        params,
        line: line(node),
        end_line: end_line(node),
        ..Function::default()
    };
    let index = w.in_function(function, |w| {
        if let Some(receiver) = receiver {
            bind_local(w, &receiver.name, Expr::Name("#receiver".into()), receiver.kind, line(node));
        }
        for one in parts.iter().filter(|part| part.kind() == "constructor_initializer") {
            let to_base = w.text(*one).trim_start_matches(':').trim_start().starts_with("base");
            if let Some(list) = named(*one).into_iter().find(|part| part.kind() == "argument_list") {
                let args = super::arguments(w, list, None);
                w.call(*one, Expr::Name(if to_base { "super" } else { "self" }.into()), args, false);
            }
        }
        if let Some(body) = node.child_by_field_name("body").or(node.child_by_field_name("accessors")) {
            w.lower(body);
        }
    });
    if class.is_none() && !name.is_empty() {
        w.bind(&name, Expr::Function(index), None, line(node));
    }
}

/// Parameters, and the one that says `this`.
pub(super) fn parameters(w: &mut Writer<'_>, list: Node<'_>) -> (Vec<Param>, Option<Param>) {
    let mut params = Vec::new();
    let mut receiver = None;
    for node in named(list).into_iter().filter(|node| node.kind() == "parameter") {
        let kind = w.field_text(node, "type").and_then(type_name);
        let name = w.field_text(node, "name").unwrap_or("").to_owned();
        let parts = named(node);
        let after = parts.iter().skip_while(|part| Some(**part) != node.child_by_field_name("name")).nth(1);
        let default = after.map(|value| w.lower(*value));
        let param = Param { name, kind, default, rest: false };
        if parts.iter().any(|part| part.kind() == "modifier" && w.text(*part) == "this") {
            receiver = Some(param);
        } else {
            params.push(param);
        }
    }
    // `params string[] names`
    if let Some(name) = w.field_text(list, "name") {
        params.push(Param { name: name.to_owned(), rest: true, ..Param::default() });
    }
    (params, receiver)
}

fn field(w: &mut Writer<'_>, node: Node<'_>) {
    let constant = modifiers(w, node).constant;
    let in_class = w.class_body().is_some();
    for declaration in named(node).into_iter().filter(|part| part.kind() == "variable_declaration") {
        variables(w, declaration, |w, name, value, kind, line| {
            if constant || !in_class {
                w.bind(name, value, kind, line);
            } else {
                w.field(name, value, kind, line);
            }
        });
    }
}

/// A property is a field; what its accessors do belongs to a function of its name.
fn property(w: &mut Writer<'_>, node: Node<'_>) {
    let found = modifiers(w, node);
    let name = w.field_text(node, "name").unwrap_or("").to_owned();
    let kind = w.field_text(node, "type").and_then(type_name);
    let mut value = Expr::Nil;
    let given = node.child_by_field_name("value");
    let accessors = node
        .child_by_field_name("accessors")
        .filter(|list| named(*list).into_iter().any(|accessor| accessor.child_by_field_name("body").is_some()));
    if let Some(given) = given.filter(|given| given.kind() != "arrow_expression_clause") {
        value = w.in_class_scope(|w| w.lower(given));
    }
    if let Some(body) = accessors.or(given.filter(|given| given.kind() == "arrow_expression_clause")) {
        let function = Function {
            name: name.clone(),
            registered: true,
            return_kind: kind.clone(),
            line: line(node),
            end_line: end_line(node),
            ..Function::default()
        };
        let index = w.in_function(function, |w| {
            w.lower(body);
        });
        let mut returns = w.facts.functions.get(index).map(|one| one.returns.clone()).unwrap_or_default();
        value = match returns.pop() {
            Some(only) if returns.is_empty() => only,
            Some(last) => Expr::Any(returns.into_iter().chain([last]).collect()),
            None => value,
        };
    }
    // What all objects of a class answer alike says something about the class.
    let set = node.child_by_field_name("accessors").map(named).unwrap_or_default();
    let set = set.into_iter().any(|accessor| matches!(w.field_text(accessor, "name"), Some("set" | "init")));
    let fixed = !set && (accessors.is_some() || given.is_some());
    if found.constant || (fixed && matches!(value, Expr::Text(_) | Expr::Member(..))) {
        w.bind(&name, value, kind, line(node));
    } else {
        w.field(&name, value, kind, line(node));
    }
}

/// Every name of a declaration, with what it holds.
pub(super) fn variables(
    w: &mut Writer<'_>,
    node: Node<'_>,
    mut bind: impl FnMut(&mut Writer<'_>, &str, Expr, Option<String>, u32),
) {
    let kind = w.field_text(node, "type").filter(|kind| *kind != "var").and_then(type_name);
    for one in named(node).into_iter().filter(|part| part.kind() == "variable_declarator") {
        let named_parts = named(one);
        let name = one.child_by_field_name("name");
        let value = named_parts
            .iter()
            .rfind(|part| Some(**part) != name && !matches!(part.kind(), "bracketed_argument_list" | "tuple_pattern"));
        let mut value = w.in_class_scope(|w| value.map_or(Expr::Nil, |value| w.lower(*value)));
        // `Event e = new("a.b")` makes what it is declared as.
        if let (Expr::Call(call), Some(kind)) = (&value, &kind)
            && call.makes
            && call.target == Expr::Name("new".into())
        {
            let mut made = (**call).clone();
            made.target = Expr::Name(kind.clone());
            value = Expr::Call(made.into());
        }
        if let Some(name) = name {
            bind(w, w.text(name), value, kind.clone(), line(one));
        }
    }
}
