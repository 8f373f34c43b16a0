//! PHP: members, arrays, assignments and loops.

use super::names;
use crate::{
    facts::Expr,
    lower::{
        strings::{formatted, separated},
        writer::{Writer, either, first_named, line, named},
    },
};
use tree_sitter::Node;

/// Largest number of parts of a string that grows with `.=`.
const PARTS_MAX: usize = 8;

/// `Foo::BAR`. `Foo::class` is the class itself.
pub(super) fn class_constant(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let parts = named(node);
    let [of, name] = parts[..] else { return w.lower_opaque(node) };
    let of = w.lower(of);
    match w.text(name) {
        "class" => of,
        text if !text.contains(|c: char| !(c.is_alphanumeric() || c == '_')) => of.member(text),
        // `Foo::{$name}`
        _ => {
            let key = w.lower(name);
            of.index(key)
        }
    }
}

pub(super) fn member_access(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let of = w.lower_field(node, "object");
    match w.child(node, "name") {
        Some(name) if name.kind() == "name" => of.member(w.text(name)),
        Some(name) => {
            let key = w.lower(name);
            of.index(key)
        }
        None => w.opaque(node),
    }
}

pub(super) fn static_property(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let of = w.lower_field(node, "scope");
    of.member(names::variable(w.text_of(node, "name")))
}

pub(super) fn subscript(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let parts = named(node);
    let Some(of) = parts.first().map(|of| w.lower(*of)) else { return w.opaque(node) };
    let key = match parts.get(1) {
        // "$row[name]" in a string
        Some(key) if key.kind() == "name" && in_string(node) => Expr::Text(w.text(*key).to_owned()),
        Some(key) => w.lower(*key),
        None => Expr::Nil,
    };
    of.index(key)
}

fn in_string(node: Node<'_>) -> bool {
    node.parent().is_some_and(|parent| matches!(parent.kind(), "encapsed_string" | "heredoc_body"))
}

/// `[a, b]` is a list, `['key' => a]` a map.
pub(super) fn array(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let mut pairs = Vec::new();
    let mut has_keys = false;
    for element in named(node) {
        match named(element)[..] {
            [key, value] => {
                has_keys = true;
                let key = w.lower(key);
                let value = w.lower(value);
                pairs.push((key, value));
            }
            [value] if value.kind() == "variadic_unpacking" => {
                pairs.push((Expr::Nil, w.lower_first(value).each()));
            }
            [value] => pairs.push((Expr::Nil, w.lower(value))),
            _ => {}
        }
    }
    if has_keys {
        return Expr::Map(pairs);
    }
    let items: Vec<Expr> = pairs.into_iter().map(|(_, value)| value).collect();
    // `[$this, 'send']`, `[Mailer::class, 'send']`
    if let [Expr::Name(_), Expr::Text(method)] = &items[..] {
        names::mention_text(w, method);
    }
    Expr::List(items)
}

pub(super) fn assignment(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let value = w.lower_field(node, "right");
    // An empty array has no value yet: entries are assigned later.
    let value = if value == Expr::List(Vec::new()) { Expr::Nil } else { value };
    if let Some(left) = w.child(node, "left") {
        assign(w, left, value.clone());
    }
    value
}

fn assign(w: &mut Writer<'_>, left: Node<'_>, value: Expr) {
    match left.kind() {
        "variable_name" => w.bind(names::variable(w.text(left)), value, None, line(left)),
        "by_ref" | "parenthesized_expression" => {
            if let Some(inner) = first_named(left) {
                w.nested(|w| assign(w, inner, value));
            }
        }
        "member_access_expression" | "scoped_property_access_expression" => {
            let name = w.field_text(left, "name").map(names::variable);
            match (w.lower(left), name) {
                (Expr::Member(of, _), Some(name)) if of.is_receiver() => {
                    w.field(name, value, None, line(left));
                }
                _ => {}
            }
        }
        "subscript_expression" => {
            let whole = w.lower(left);
            // An assigned entry is a part of the array's value.
            if let Expr::Index(of, key) = whole {
                let value = if *key == Expr::Nil { Expr::List(vec![value]) } else { Expr::Map(vec![(*key, value)]) };
                match *of {
                    Expr::Name(name) if name != "self" => w.bind(&name, value, None, line(left)),
                    _ => {}
                }
            }
        }
        "list_literal" | "array_creation_expression" => unpack(w, left, &value, None),
        _ => w.visit(left),
    }
}

/// `[$a, $b] = …`, `['type' => $type] = …`. `over`: the collection, in a loop.
fn unpack(w: &mut Writer<'_>, left: Node<'_>, value: &Expr, over: Option<&Expr>) {
    let mut place = 0usize;
    let mut cursor = left.walk();
    let mut key: Option<Expr> = None;
    let children: Vec<Node<'_>> = left.children(&mut cursor).collect();
    for (at, child) in children.iter().enumerate() {
        match child.kind() {
            "," => place += 1,
            _ if !child.is_named() || child.is_extra() => {}
            _ if children.get(at + 1).is_some_and(|next| next.kind() == "=>") => key = Some(w.lower(*child)),
            _ => {
                let part = match (key.take(), over) {
                    (Some(key), _) => value.clone().index(key),
                    (None, Some(over)) => over.clone().each().part(place),
                    (None, None) => value.item(place),
                };
                if child.kind() == "list_literal" {
                    w.nested(|w| unpack(w, *child, &part, None));
                } else {
                    w.nested(|w| assign(w, *child, part));
                }
            }
        }
    }
}

/// `.=` appends to a string, `??=` sets a default.
pub(super) fn augmented(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let value = w.lower_field(node, "right");
    let Some(left) = w.child(node, "left") else { return value };
    match w.field_text(node, "operator") {
        Some("??=") => {
            let before = w.lower(left);
            assign(w, left, value.clone());
            either(before, value)
        }
        Some(".=") => {
            let name = names::variable(w.text(left));
            let before = w.current().bindings.iter().rev().find(|one| one.name == name).map(|one| one.value.clone());
            let grown = match (left.kind(), before) {
                ("variable_name", Some(Expr::Text(text))) => Expr::Join(vec![Expr::Text(text), value]),
                ("variable_name", Some(Expr::Join(mut parts))) if parts.len() < PARTS_MAX => {
                    parts.push(value);
                    Expr::Join(parts)
                }
                _ => w.opaque(node),
            };
            assign(w, left, grown.clone());
            grown
        }
        _ => w.lower_opaque(left),
    }
}

/// `foreach ($list as $key => $value)`
pub(super) fn foreach(w: &mut Writer<'_>, node: Node<'_>) {
    if let [over, target] = w.without_field(node, "body")[..] {
        let over = w.lower(over);
        match (target.kind(), &named(target)[..]) {
            ("pair", [key, value]) => {
                assign(w, *key, over.clone().each());
                each(w, *value, &over);
            }
            _ => each(w, target, &over),
        }
    }
    w.lower_field(node, "body");
}

fn each(w: &mut Writer<'_>, target: Node<'_>, over: &Expr) {
    let value = w.each_value(over, target);
    if target.kind() == "list_literal" {
        unpack(w, target, &value, Some(over));
    } else {
        assign(w, target, value);
    }
}

/// The value of a built-in function that returns its argument, elements of it, or a string made of it.
pub(super) fn built_in(w: &Writer<'_>, name: &str, values: &[Expr], node: Node<'_>) -> Option<Expr> {
    let first = values.first()?;
    Some(match name {
        "array_keys" => Expr::List(vec![first.clone().each()]),
        "array_values" | "array_unique" | "array_filter" | "array_reverse" | "collect" | "iterator_to_array" => {
            first.clone()
        }
        "array_merge" | "array_replace" => values.iter().cloned().reduce(either)?,
        "array_rand" | "current" | "reset" | "end" | "array_pop" | "array_shift" if values.len() == 1 => {
            w.each_value(first, node)
        }
        "trim" | "strval" => first.clone(),
        "sprintf" => match first {
            Expr::Text(format) => formatted(format, values.get(1..)?)?,
            _ => return None,
        },
        "implode" | "join" => match values {
            [Expr::Text(between), Expr::List(items)] => Expr::Join(separated(items, between)),
            _ => return None,
        },
        _ => return None,
    })
}
