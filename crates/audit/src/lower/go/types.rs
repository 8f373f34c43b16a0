//! Go: structs, interfaces, named types with their constants, and parameters.

use super::{literals, names, variables};
use crate::{
    facts::{Binding, Class, Expr, Param},
    lower::{
        functions::NewFunction,
        writer::{Writer, first_named, line, named, of_kind},
    },
};
use tree_sitter::Node;

/// Built-in types, which have no members of their own.
const PLAIN: &[&str] = &[
    "any", "bool", "byte", "error", "float32", "float64", "int", "int16", "int32", "int64", "int8", "rune", "string",
    "uint", "uint16", "uint32", "uint64", "uint8", "uintptr",
];

/// A type's own name: `Bus` for `*events.Bus`, the element type for a list.
pub(super) fn name(w: &Writer<'_>, node: Node<'_>) -> Option<String> {
    let mut node = node;
    loop {
        node = match node.kind() {
            "type_identifier" => return Some(w.text(node).to_owned()),
            "qualified_type" => return w.field_text(node, "name").map(str::to_owned),
            "pointer_type" | "parenthesized_type" => first_named(node)?,
            "generic_type" => w.child(node, "type")?,
            "slice_type" | "array_type" => w.child(node, "element")?,
            _ => return None,
        };
    }
}

/// The return type of a function; the first of several.
pub(super) fn result(w: &Writer<'_>, node: Node<'_>) -> Option<String> {
    let result = w.child(node, "result")?;
    if result.kind() != "parameter_list" {
        return name(w, result);
    }
    name(w, w.child(first_named(result)?, "type")?)
}

pub(super) fn parameters(w: &Writer<'_>, function: Node<'_>) -> Vec<Param> {
    let mut params = Vec::new();
    for node in w.field_children(function, "parameters") {
        let kind = w.child(node, "type").and_then(|kind| name(w, kind));
        let rest = node.kind() == "variadic_parameter_declaration";
        let own = w.children(node, "name");
        if own.is_empty() {
            params.push(Param { kind: kind.clone(), rest, ..Param::default() });
        }
        for one in own {
            params.push(Param { name: w.text(one).to_owned(), kind: kind.clone(), rest, default: None });
        }
    }
    params
}

pub(super) fn closure(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    NewFunction::at(node).params(parameters(w, node)).return_kind(result(w, node)).value(w, |w| {
        declare_results(w, node);
        w.lower_field(node, "body");
    })
}

/// Named results are variables of the function.
pub(super) fn declare_results(w: &mut Writer<'_>, function: Node<'_>) {
    let list = w.child(function, "result").filter(|list| list.kind() == "parameter_list");
    for result in list.map(named).unwrap_or_default() {
        for name in w.children(result, "name") {
            w.declare(w.text(name));
        }
    }
}

/// `type X struct {…}`, `type X interface {…}`, `type X string`, `type X = other.Y`
pub(super) fn declared(w: &mut Writer<'_>, node: Node<'_>) {
    let (Some(own), Some(kind)) = (w.field_text(node, "name"), w.child(node, "type")) else { return };
    let class = Class { name: own.to_owned(), line: line(node), ..Class::default() };
    match kind.kind() {
        "struct_type" => w.in_class(class, |w| fields(w, kind)),
        "interface_type" => w.in_class(class, |w| methods(w, kind)),
        "type_identifier" if matches!(w.text(kind), "string" | "int" | "uint8" | "int32" | "uint" | "byte") => {
            w.in_class(Class { is_enum: true, ..class }, |_| {});
        }
        "type_identifier" | "qualified_type" | "generic_type" => {
            let path = literals::type_path(w, kind);
            if node.kind() == "type_alias" {
                w.bind(own, path, None, line(node));
            } else {
                let bases = path.last_name().map(str::to_owned).into_iter().collect();
                w.in_class(Class { bases, ..class }, |_| {});
            }
        }
        _ => {}
    }
}

fn fields(w: &mut Writer<'_>, node: Node<'_>) {
    for one in named(node).into_iter().flat_map(named).filter(|one| one.kind() == "field_declaration") {
        let kind = w.child(one, "type").and_then(|kind| name(w, kind));
        let own = w.children(one, "name");
        if own.is_empty()
            && let Some(kind) = &kind
        {
            // An embedded type is a base: its methods are promoted.
            w.field(kind, Expr::Nil, Some(kind.clone()), line(one));
            w.add_base(kind.clone());
        }
        for field in own {
            w.field(w.text(field), Expr::Nil, kind.clone(), line(field));
        }
    }
}

fn methods(w: &mut Writer<'_>, node: Node<'_>) {
    for one in named(node) {
        if one.kind() == "method_elem" {
            NewFunction::at(one)
                .name(w.text_of(one, "name"))
                .params(parameters(w, one))
                .return_kind(result(w, one))
                .without_body()
                .open(w, |_| {});
        } else if let Some(base) = first_named(one).and_then(|kind| name(w, kind)) {
            w.add_base(base);
        }
    }
}

/// Constants of a named type are members of that type. Each is bound under its own name too.
pub(super) fn constants(w: &mut Writer<'_>, node: Node<'_>) {
    let mut kind_before = None;
    for spec in of_kind(node, "const_spec") {
        let typed = w.child(spec, "type");
        let counted = w.child(spec, "value").is_none();
        let kind = typed.filter(|kind| kind.kind() == "type_identifier").map(|kind| w.text(kind).to_owned());
        let kind = kind.or_else(|| if counted { kind_before.clone() } else { converted(w, spec) });
        let kind = kind.filter(|kind| !PLAIN.contains(&kind.as_str()) && w.function() == 0);
        kind_before.clone_from(&kind);
        let Some(kind) = kind else {
            variables(w, spec);
            continue;
        };
        let values = w.field_children(spec, "value");
        let class = Class { name: kind.clone(), line: line(node), is_enum: true, ..Class::default() };
        for (at, one) in w.children(spec, "name").into_iter().enumerate() {
            let value = values.get(at).map_or(Expr::Nil, |value| unconverted(w, *value));
            let own = w.text(one);
            w.in_class(class.clone(), |w| w.bind(own, value, None, line(one)));
            w.bind(own, Expr::Name(kind.clone()).member(own), None, line(one));
        }
    }
}

/// `const X = Event("a.b")`: the type of this file that the value is converted to.
fn converted(w: &Writer<'_>, spec: Node<'_>) -> Option<String> {
    let value = named(w.child(spec, "value")?).into_iter().next()?;
    let function = w.child(value, "function").filter(|one| one.kind() == "identifier")?;
    let own = w.text(function);
    w.facts.classes.iter().any(|class| class.is_enum && class.name == own).then(|| own.to_owned())
}

fn unconverted(w: &mut Writer<'_>, value: Node<'_>) -> Expr {
    let inner = w.child(value, "arguments").filter(|_| value.kind() == "call_expression").and_then(first_named);
    w.lower(inner.unwrap_or(value))
}

/// Notes the value of a field of a type in this file.
pub(super) fn field_of(w: &mut Writer<'_>, class: Option<&str>, field: &str, value: Expr, line: u32) {
    let function = w.function();
    if let Some(class) = w.facts.classes.iter_mut().find(|one| Some(one.name.as_str()) == class && !one.is_enum) {
        class.fields.push((Binding { name: field.to_owned(), value, kind: None, line }, function));
    }
}

/// `switch e { case Created: return "a.b" }` in a method gives numbered constants their texts.
pub(super) fn switched_texts(w: &mut Writer<'_>, node: Node<'_>) {
    let Some(class) = names::class_around(w) else { return };
    let statements = w.field_children(node, "body");
    let statements =
        statements.into_iter().flat_map(|one| if one.kind() == "statement_list" { named(one) } else { vec![one] });
    let mut texts = Vec::new();
    for switch in statements.filter(|one| one.kind() == "expression_switch_statement") {
        for case in of_kind(switch, "expression_case") {
            let mut inside = named(case);
            inside.extend(of_kind(case, "statement_list").into_iter().flat_map(named));
            let text = inside.into_iter().filter(|one| one.kind() == "return_statement").find_map(|one| {
                let value = first_named(one).and_then(first_named)?;
                literals::is_text(value).then(|| literals::text(w, value))
            });
            let cases = w.field_children(case, "value");
            if let (Some(text), [only]) = (text, &cases[..]) {
                texts.push((w.text(*only).to_owned(), text));
            }
        }
    }
    give_texts(w, &class, &texts);
}

fn give_texts(w: &mut Writer<'_>, class: &str, texts: &[(String, String)]) {
    let Some(class) = w.facts.classes.iter_mut().find(|one| one.name == class && one.is_enum) else { return };
    for member in class.members.iter_mut().filter(|one| !matches!(one.value, Expr::Text(_))) {
        if let Some((_, text)) = texts.iter().find(|(own, _)| *own == member.name) {
            member.value = Expr::Text(text.clone());
        }
    }
}

/// The texts of numbered constants in `names[e]`, where `names` is a map, or a list in the order of the constants.
fn table(w: &Writer<'_>, class: &str, of: &Expr) -> Option<Vec<(String, String)>> {
    let top = w.facts.functions.first()?;
    let value = match of {
        Expr::Name(name) => &top.bindings.iter().find(|one| one.name == *name)?.value,
        value => value,
    };
    let pair = |own: &str, value: &Expr| Some((own.to_owned(), value.as_text()?.to_owned()));
    match value {
        Expr::Map(pairs) => {
            let texts = pairs.iter().filter_map(|(key, value)| match key {
                Expr::Name(own) => pair(own, value),
                _ => None,
            });
            Some(texts.collect())
        }
        Expr::List(items) => {
            let constants = &w.facts.classes.iter().find(|one| one.name == class && one.is_enum)?.members;
            // `iota + 1` begins elsewhere. Other numbers do too, but then the list has another length.
            let from_zero = constants.first().is_some_and(|first| first.value == Expr::Nil);
            let all = constants.iter().zip(items).map(|(own, value)| pair(&own.name, value));
            all.collect::<Option<Vec<_>>>().filter(|_| from_zero && constants.len() == items.len())
        }
        _ => None,
    }
}

/// Facts that need the whole file.
pub(super) fn finish(w: &mut Writer<'_>) {
    // `func (e Event) String() string { return names[e] }`
    let mut tables = Vec::new();
    for function in &w.facts.functions {
        for value in &function.returns {
            if let (Some(class), Expr::Index(of, key)) = (&function.class, value)
                && matches!(&**key, Expr::Name(name) if name == "self")
                && let Some(texts) = table(w, class, of)
            {
                tables.push((class.clone(), texts));
            }
        }
    }
    for (class, texts) in tables {
        give_texts(w, &class, &texts);
    }
    w.open_fields();
}
