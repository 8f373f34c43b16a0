//! Interfaces and type aliases: the shapes of objects.

use super::{functions, imports, key_of, types, unions};
use crate::{
    facts::{Class, Expr},
    lower::writer::{Writer, first_named, line, named},
    text::verbs::{self, Words},
};
use tree_sitter::Node;

pub(super) fn declaration(w: &mut Writer<'_>, node: Node<'_>) {
    let Some(name) = w.field_text(node, "name").map(str::to_owned) else { return };
    if node.kind() == "interface_declaration" {
        let bodies: Vec<Node<'_>> = w.child(node, "body").into_iter().collect();
        let bases = named(node).into_iter().filter(|child| child.kind().starts_with("extends"));
        let bases = bases.flat_map(named).filter_map(|base| types::of(w, base)).collect();
        return shape(w, node, name, bases, &bodies);
    }
    let Some(value) = w.child(node, "value") else { return };
    match value.kind() {
        "union_type" | "literal_type" | "template_literal_type" | "index_type_query" => {
            unions::declaration(w, node, name, value);
        }
        "object_type" => shape(w, node, name, Vec::new(), &[value]),
        "intersection_type" => {
            let (bodies, others): (Vec<Node<'_>>, Vec<Node<'_>>) =
                types::flat(value).into_iter().partition(|one| one.kind() == "object_type");
            let bases = others.into_iter().filter_map(|base| types::of(w, base)).collect();
            if !bodies.is_empty() {
                shape(w, node, name, bases, &bodies);
            }
        }
        _ => {}
    }
}

/// The members of an object type. A type that carries an event is data: its fields are known where an object is made.
fn shape(w: &mut Writer<'_>, node: Node<'_>, name: String, bases: Vec<String>, bodies: &[Node<'_>]) {
    let words = Words::new(&[], &[], &[]);
    let parts: Vec<Node<'_>> = bodies.iter().flat_map(|body| named(*body)).collect();
    let (mut carries, mut publishes) = (false, false);
    for part in &parts {
        let Some(key) = key_of(w, *part, "name") else { continue };
        if is_method(w, *part) {
            publishes |= words.publishes(&key);
        } else {
            carries |= words.names().iter().any(|name| verbs::same(name, &key));
        }
    }
    let bases = bases.into_iter().filter(|base| !imports::is_outside(w, base)).collect();
    let is_enum = carries && !publishes;
    w.in_class(Class { name, line: line(node), bases, is_enum, ..Class::default() }, |w| {
        for part in parts {
            let Some(key) = key_of(w, part, "name") else { continue };
            if is_method(w, part) {
                functions::value(w, part, functions::Shape::named(&key));
            } else if part.kind() == "property_signature" && !is_enum {
                let kind = types::of_field(w, part, "type");
                w.field(&key, Expr::Nil, kind, line(part));
            }
        }
    });
}

fn is_method(w: &Writer<'_>, part: Node<'_>) -> bool {
    part.kind() == "method_signature"
        || w.child(part, "type").and_then(first_named).is_some_and(|kind| kind.kind() == "function_type")
}
