//! Types that are texts: literals, unions of them, templates, and the keys of an object.

use super::values;
use crate::{
    facts::{Binding, Class, Expr},
    lower::writer::{Writer, first_named, line, named},
    text::events,
};
use tree_sitter::Node;

/// Nesting of types, and number of texts, beyond which none is read.
const DEPTH_MAX: usize = 32;
const TEXTS_MAX: usize = 1_000;

/// `type Name = 'a.b' | 'c.d'`: an enum. Named parts of a union are its bases.
pub(super) fn declaration(w: &mut Writer<'_>, node: Node<'_>, name: String, value: Node<'_>) {
    let mut union = Union::default();
    union.add(w, value, 0);
    let Union { members, bases, is_more } = union;
    // Of other unions only the parts with texts are known: a type with methods is none of events.
    let is_events = !is_more && events::speaks_of_events(&name);
    if members.is_empty() && !(is_events && bases.len() > 1 && bases.iter().all(|base| is_texts(w, base))) {
        return;
    }
    let bases = if is_more { Vec::new() } else { bases };
    w.in_class(Class { name, line: line(node), members, bases, is_enum: true, ..Class::default() }, |_| {});
}

/// True for a type of texts of this file, and for one of another file that is named after events.
fn is_texts(w: &Writer<'_>, name: &str) -> bool {
    match w.facts.classes.iter().find(|class| class.name == *name) {
        Some(class) => class.is_enum && !class.members.is_empty(),
        None => events::speaks_of_events(name) && w.facts.imports.iter().any(|import| import.local == name),
    }
}

#[derive(Default)]
struct Union {
    members: Vec<Binding>,
    bases: Vec<String>,
    /// A part is neither a text nor a name.
    is_more: bool,
}

impl Union {
    // Bounded: by its depth.
    fn add(&mut self, w: &Writer<'_>, node: Node<'_>, depth: usize) {
        match node.kind() {
            _ if depth > DEPTH_MAX || self.members.len() > TEXTS_MAX => self.is_more = true,
            "union_type" | "parenthesized_type" => {
                named(node).into_iter().for_each(|part| self.add(w, part, depth + 1));
            }
            "type_identifier" => self.bases.push(w.text(node).to_owned()),
            _ => match texts(w, node, depth) {
                Some(texts) => self.members.extend(texts.into_iter().map(|text| Binding {
                    name: text.clone(),
                    value: Expr::Text(text),
                    kind: None,
                    line: line(node),
                })),
                None => self.is_more = true,
            },
        }
    }
}

/// All texts of a type, when it has no others.
// Bounded: by its depth.
fn texts(w: &Writer<'_>, node: Node<'_>, depth: usize) -> Option<Vec<String>> {
    if depth > DEPTH_MAX {
        return None;
    }
    match node.kind() {
        "literal_type" => {
            let text = first_named(node).filter(|text| text.kind() == "string")?;
            Some(vec![values::plain(w, text)])
        }
        "union_type" => {
            let parts: Option<Vec<_>> = named(node).into_iter().map(|part| texts(w, part, depth + 1)).collect();
            Some(parts?.concat())
        }
        "parenthesized_type" => texts(w, first_named(node)?, depth + 1),
        "type_identifier" => {
            let class = w.facts.classes.iter().find(|class| class.name == w.text(node) && class.is_enum)?;
            let texts = class.members.iter().map(|member| member.value.as_text().map(str::to_owned));
            texts.collect::<Option<Vec<_>>>().filter(|texts| !texts.is_empty())
        }
        "template_literal_type" => template(w, node, depth),
        "index_type_query" => keys(w, node),
        _ => None,
    }
}

/// `` `order.${What}` ``: every combination of the parts.
// Bounded: by its depth.
fn template(w: &Writer<'_>, node: Node<'_>, depth: usize) -> Option<Vec<String>> {
    let mut made = vec![String::new()];
    for part in named(node) {
        let texts = match part.kind() {
            "string_fragment" => vec![w.text(part).to_owned()],
            _ => texts(w, first_named(part)?, depth + 1)?,
        };
        made = made.iter().flat_map(|head| texts.iter().map(move |text| format!("{head}{text}"))).collect();
        if made.len() > TEXTS_MAX {
            return None;
        }
    }
    Some(made)
}

/// `keyof typeof HANDLERS`: the keys of an object of this file.
fn keys(w: &Writer<'_>, node: Node<'_>) -> Option<Vec<String>> {
    let of = first_named(node).filter(|of| of.kind() == "type_query").and_then(first_named)?;
    let top = w.facts.functions.first()?;
    let own = top.bindings.iter().find(|binding| binding.name == w.text(of))?;
    let Expr::Map(pairs) = &own.value else { return None };
    let keys: Vec<String> = pairs.iter().filter_map(|(key, _)| key.as_text().map(str::to_owned)).collect();
    // The names of constants are no event types, but their values.
    keys.iter().any(|key| events::looks_like_event(key)).then_some(keys)
}
