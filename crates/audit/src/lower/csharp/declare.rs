//! C#: namespaces, types and their members.

use crate::{
    facts::{Class, Expr, Param},
    lower::{
        functions::NewFunction,
        typed::{self, Modifiers, bind_local, member},
        words::{registers, type_name},
        writer::{Writer, find_kind, has_token, last_named, line, named, of_kind},
    },
};
use tree_sitter::Node;

/// Lowers declarations; `None` for any other node.
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
            w.bind(w.text_of(node, "name"), value, None, line(node));
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
        "accessor_declaration" => w.visit_field(node, "body"),
        "attribute_list" | "delegate_declaration" | "extern_alias_directive" => {}
        _ => return None,
    }
    Some(Expr::Nil)
}

pub(super) fn segments(path: &str) -> Vec<String> {
    typed::segments(path.trim_start_matches("global::"))
}

fn own_name(text: &str) -> Option<String> {
    text.split(['<', '(']).next()?.rsplit('.').next().map(|name| name.trim().to_owned())
}

fn using(w: &mut Writer<'_>, node: Node<'_>) {
    let alias = w.field_text(node, "name");
    let Some(path) = w.without_field(node, "name").pop() else { return };
    let mut module = segments(w.text(path));
    match alias {
        Some(alias) => {
            if let Some(item) = module.pop() {
                w.import(alias, module, Some(&item));
            }
        }
        None => w.import("*", module, Some("*")),
    }
    if has_token(node, "global") {
        w.facts.shared_imports.extend(w.facts.imports.last().cloned());
    }
}

fn namespace(w: &mut Writer<'_>, node: Node<'_>) {
    // Names of the enclosing namespaces are visible without `using`.
    let mut around = segments(w.text_of(node, "name"));
    while around.pop().is_some() && !around.is_empty() {
        w.import("*", around.clone(), Some("*"));
    }
    for child in w.without_field(node, "name") {
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
                for one in of_kind(child, "attribute") {
                    attribute(w, one, &mut found);
                }
            }
            _ => {}
        }
    }
    found
}

fn attribute(w: &mut Writer<'_>, node: Node<'_>, found: &mut Modifiers) {
    let name = own_name(w.text_of(node, "name")).unwrap_or_default();
    found.registered |= registers(name.strip_suffix("Attribute").unwrap_or(&name));
    let arguments = of_kind(node, "attribute_argument_list").into_iter().flat_map(named);
    for value in arguments.filter_map(last_named) {
        let text = w.lower(value).into_text();
        found.text = found.text.take().or(text);
    }
}

fn class(w: &mut Writer<'_>, node: Node<'_>) {
    let name = w.text_of(node, "name").to_owned();
    modifiers(w, node);
    let is_enum = node.kind() == "enum_declaration";
    let list = find_kind(node, "base_list").map(named).unwrap_or_default();
    let bases = list.iter().filter(|part| !is_enum && part.kind() != "argument_list");
    let bases = bases.filter_map(|part| own_name(w.text(*part))).collect();
    let class = Class { name: name.clone(), line: line(node), bases, is_enum, ..Class::default() };
    w.in_class(class, |w| {
        if let Some(params) = find_kind(node, "parameter_list") {
            primary(w, &name, params, &list);
        }
        w.lower_field(node, "body");
    });
}

/// Primary constructor, `class A(Bus bus) : B("x")`: its parameters are visible in the whole class.
fn primary(w: &mut Writer<'_>, name: &str, list: Node<'_>, bases: &[Node<'_>]) {
    let (params, _) = parameters(w, list);
    NewFunction::at(list).name(name).params(params).open_with_fields(w, |w| {
        for base in bases {
            let given = if base.kind() == "argument_list" { Some(*base) } else { find_kind(*base, "argument_list") };
            if let Some(given) = given {
                let args = super::arguments(w, given, None);
                w.call(given, Expr::Name("super".into()), args, false);
            }
        }
    });
}

fn function(w: &mut Writer<'_>, node: Node<'_>) {
    let name = w.text_of(node, "name").to_owned();
    let found = modifiers(w, node);
    let class = w.class_body();
    let list = w.child(node, "parameters");
    let (params, receiver) = list.map(|list| parameters(w, list)).unwrap_or_default();
    let is_constructor = node.kind() == "constructor_declaration";
    let explicit = find_kind(node, "explicit_interface_specifier").is_some();
    let has_body = w.child(node, "body").is_some();

    NewFunction::at(node)
        .name(&name)
        .bound(class.is_none() && !name.is_empty())
        // Without a modifier, a member of a class is private. A member of an interface has no body.
        .private(class.is_some() && (found.private || (found.silent && has_body && !explicit)) && !is_constructor)
        .registered(class.is_some() && (found.registered || is_constructor || explicit || name == "Main"))
        .return_kind(w.field_text(node, "returns").or(w.field_text(node, "type")).and_then(type_name))
        .params(params)
        .open(w, |w| {
            if let Some(receiver) = receiver {
                bind_local(w, &receiver.name, Expr::Name("#receiver".into()), receiver.kind, line(node));
            }
            for one in of_kind(node, "constructor_initializer") {
                let to_base = w.text(one).trim_start_matches(':').trim_start().starts_with("base");
                if let Some(list) = find_kind(one, "argument_list") {
                    let args = super::arguments(w, list, None);
                    w.call(one, Expr::Name(if to_base { "super" } else { "self" }.into()), args, false);
                }
            }
            if let Some(body) = w.child(node, "body").or(w.child(node, "accessors")) {
                w.lower(body);
            }
        });
}

/// Parameters, and the receiver of an extension method (`this`).
pub(super) fn parameters(w: &mut Writer<'_>, list: Node<'_>) -> (Vec<Param>, Option<Param>) {
    let mut params = Vec::new();
    let mut receiver = None;
    for node in of_kind(list, "parameter") {
        let kind = w.field_type(node, "type");
        let name = w.text_of(node, "name").to_owned();
        let parts = named(node);
        let after = parts.iter().skip_while(|part| Some(**part) != w.child(node, "name")).nth(1);
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
    for declaration in of_kind(node, "variable_declaration") {
        variables(w, declaration, |w, name, value, kind, line| member(w, constant, name, value, kind, line));
    }
}

/// A property is a field. The bodies of its accessors belong to a function with its name.
fn property(w: &mut Writer<'_>, node: Node<'_>) {
    let found = modifiers(w, node);
    let name = w.text_of(node, "name").to_owned();
    let kind = w.field_type(node, "type");
    let mut value = Expr::Nil;
    let given = w.child(node, "value");
    let accessors = w
        .child(node, "accessors")
        .filter(|list| named(*list).into_iter().any(|accessor| w.child(accessor, "body").is_some()));
    if let Some(given) = given.filter(|given| given.kind() != "arrow_expression_clause") {
        value = w.in_class_scope(|w| w.lower(given));
    }
    if let Some(body) = accessors.or(given.filter(|given| given.kind() == "arrow_expression_clause")) {
        let index =
            NewFunction::at(node).name(&name).registered(true).return_kind(kind.clone()).open(w, |w| w.lower(body));
        value = match w.answer(index) {
            Expr::Nil => value,
            answer => answer,
        };
    }
    // A property with a fixed value is a member of the class, because all objects return the same.
    let set = w.field_children(node, "accessors");
    let set = set.into_iter().any(|accessor| matches!(w.field_text(accessor, "name"), Some("set" | "init")));
    let fixed = !set && (accessors.is_some() || given.is_some());
    if found.constant || (fixed && matches!(value, Expr::Text(_) | Expr::Member(..))) {
        w.bind(&name, value, kind, line(node));
    } else {
        w.field(&name, value, kind, line(node));
    }
}

/// Calls `bind` for each variable of a declaration, with name, value, type and line.
pub(super) fn variables(
    w: &mut Writer<'_>,
    node: Node<'_>,
    mut bind: impl FnMut(&mut Writer<'_>, &str, Expr, Option<String>, u32),
) {
    let kind = w.field_text(node, "type").filter(|kind| *kind != "var").and_then(type_name);
    for one in of_kind(node, "variable_declarator") {
        let named_parts = named(one);
        let name = w.child(one, "name");
        let value = named_parts
            .iter()
            .rfind(|part| Some(**part) != name && !matches!(part.kind(), "bracketed_argument_list" | "tuple_pattern"));
        let mut value = w.in_class_scope(|w| value.map_or(Expr::Nil, |value| w.lower(*value)));
        // `Event e = new("a.b")` makes an object of the declared type.
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
