//! Rust: enums and the texts of their variants, from attributes or from a `match` in a method.

use super::{items, text};
use crate::{
    facts::{Class, Expr},
    lower::writer::{Writer, find_kind, line, named},
    text::{events, verbs},
};
use tree_sitter::Node;

/// Functions whose `match` gives variants their serialized names.
const NAMING: &[&str] = &[
    "as_ref",
    "as_str",
    "code",
    "event_name",
    "event_type",
    "fmt",
    "from",
    "into",
    "key",
    "name",
    "slug",
    "to_str",
    "topic",
    "type_name",
    "value",
];

pub(super) fn item(w: &mut Writer<'_>, node: Node<'_>, attributes: &[Node<'_>]) {
    let name = w.text_of(node, "name").to_owned();
    let all = attributes.iter().find_map(|one| setting(w, *one, &["rename_all", "serialize_all"]));
    let class = Class { name, line: line(node), is_enum: true, ..Class::default() };
    w.in_class(class, |w| {
        let mut before = Vec::new();
        for variant in w.field_children(node, "body") {
            if variant.kind() != "enum_variant" {
                before.push(variant);
                continue;
            }
            let Some(own) = w.field_text(variant, "name") else { continue };
            let said = before.drain(..).filter_map(|one| setting(w, one, &["rename", "serialize", "to_string"]));
            let said: Vec<String> = said.collect();
            let said = said.iter().find(|text| events::looks_like_event(text)).or(said.first()).cloned();
            let text = said.or_else(|| all.as_ref().and_then(|style| styled(own, style)));
            w.bind(own, text.map_or(Expr::Nil, Expr::Text), None, line(variant));
        }
    });
}

/// `#[serde(rename = "x")]`, `#[strum(serialize = "x")]`, `#[serde(rename(serialize = "x"))]`, `#[display("x")]`
fn setting(w: &Writer<'_>, attribute: Node<'_>, keys: &[&str]) -> Option<String> {
    let inner = find_kind(attribute, "attribute")?;
    let tokens = w.child(inner, "arguments")?;
    if items::attribute_name(w, attribute) == "display" && keys.contains(&"rename") {
        return find_kind(tokens, "string_literal").map(|one| text(w, one));
    }
    setting_in(w, tokens, keys, 0)
}

// Bounded: by its depth.
fn setting_in(w: &Writer<'_>, tokens: Node<'_>, keys: &[&str], depth: usize) -> Option<String> {
    let list = named(tokens);
    list.windows(2).find_map(|pair| match pair {
        [key, value] if key.kind() == "identifier" && keys.contains(&w.text(*key)) => match value.kind() {
            "string_literal" | "raw_string_literal" => Some(text(w, *value)),
            "token_tree" if depth < 4 => setting_in(w, *value, &["serialize"], depth + 1),
            _ => None,
        },
        _ => None,
    })
}

fn styled(name: &str, style: &str) -> Option<String> {
    let words = verbs::split(name);
    let capital = |word: &String| -> String {
        let mut chars = word.chars();
        chars.next().into_iter().flat_map(char::to_uppercase).chain(chars).collect()
    };
    Some(match style {
        "snake_case" => words.join("_"),
        "SCREAMING_SNAKE_CASE" => words.join("_").to_uppercase(),
        "kebab-case" => words.join("-"),
        "SCREAMING-KEBAB-CASE" => words.join("-").to_uppercase(),
        "lowercase" => words.concat(),
        "UPPERCASE" => words.concat().to_uppercase(),
        "PascalCase" => name.to_owned(),
        "camelCase" => {
            let head = words.first().cloned().unwrap_or_default();
            words.iter().skip(1).map(capital).fold(head, |all, word| all + &word)
        }
        _ => return None,
    })
}

/// Returns whether attributes mark an item as test code.
pub(super) fn for_tests(w: &Writer<'_>, attributes: &[Node<'_>]) -> bool {
    attributes.iter().any(|one| {
        let name = items::attribute_name(w, *one);
        matches!(name, "test" | "rstest" | "test_case" | "bench" | "proptest" | "quickcheck")
            || (name == "cfg" && named(*one).into_iter().any(|inner| asks_for_test(w, inner, 0)))
    })
}

// Bounded: by its depth.
fn asks_for_test(w: &Writer<'_>, node: Node<'_>, depth: usize) -> bool {
    let list = named(node);
    let mut negated = false;
    for one in list {
        match one.kind() {
            "identifier" => {
                if w.text(one) == "test" {
                    return true;
                }
                negated = w.text(one) == "not";
            }
            "token_tree" if !negated && depth < 8 && asks_for_test(w, one, depth + 1) => return true,
            _ => negated = false,
        }
    }
    false
}

/// Gives variants the texts of a function's `match`. Returns whether the function converts between variants and texts.
pub(super) fn matched_texts(w: &mut Writer<'_>, function: Node<'_>, class: Option<&str>) -> bool {
    let name = w.text_of(function, "name").to_owned();
    let mut found = Vec::new();
    let mut reads_texts = false;
    let mut open: Vec<Node<'_>> = w.child(function, "body").into_iter().collect();
    while let Some(node) = open.pop() {
        if node.kind() == "match_arm" {
            let pattern = w.field_children(node, "pattern");
            let value = w.child(node, "value");
            let variants = pattern.first().map(|pattern| variants_of(w, *pattern, class)).unwrap_or_default();
            reads_texts |= pattern.first().is_some_and(|pattern| pattern.kind().contains("string_literal"));
            if let Some(text) = value.and_then(|value| only_text(w, value)) {
                found.extend(variants.into_iter().map(|variant| (variant, text.clone())));
            }
        }
        open.extend(named(node).into_iter().filter(|one| !one.kind().ends_with("_item")));
    }
    let is_enum = |w: &Writer<'_>, name: &str| w.facts.classes.iter().any(|one| one.is_enum && one.name == name);
    found.retain(|((of, _), _)| is_enum(w, of));
    let events = found.iter().filter(|(_, text)| events::looks_like_event(text)).count();
    if found.is_empty() || !(NAMING.contains(&name.as_str()) || events * 10 >= found.len() * 6) {
        let parses = matches!(name.as_str(), "from_str" | "try_from" | "parse" | "from" | "from_name");
        return found.is_empty() && reads_texts && parses && class.is_some_and(|class| is_enum(w, class));
    }
    for ((of, variant), text) in found {
        let class = w.facts.classes.iter_mut().find(|one| one.is_enum && one.name == of);
        let member = class.and_then(|class| class.members.iter_mut().find(|one| one.name == variant));
        if let Some(member) = member
            && !matches!(&member.value, Expr::Text(old) if events::looks_like_event(old))
        {
            member.value = Expr::Text(text);
        }
    }
    true
}

/// `Self::A | Event::B(..)` as (enum, variant).
fn variants_of(w: &Writer<'_>, pattern: Node<'_>, class: Option<&str>) -> Vec<(String, String)> {
    let mut all = Vec::new();
    let mut open = vec![pattern];
    while let Some(pattern) = open.pop() {
        match pattern.kind() {
            "or_pattern" => open.extend(named(pattern).into_iter().rev()),
            "reference_pattern" | "ref_pattern" | "captured_pattern" => open.extend(named(pattern).last()),
            "tuple_struct_pattern" | "struct_pattern" => open.extend(w.child(pattern, "type")),
            "scoped_identifier" | "scoped_type_identifier" => {
                let mut parts = w.text(pattern).rsplit("::");
                match (parts.next(), parts.next(), class) {
                    (Some(variant), Some("Self"), Some(class)) => all.push((class.to_owned(), variant.to_owned())),
                    (Some(variant), Some(of), _) => all.push((of.to_owned(), variant.to_owned())),
                    _ => {}
                }
            }
            "identifier" => all.extend(class.map(|class| (class.to_owned(), w.text(pattern).to_owned()))),
            _ => {}
        }
    }
    all
}

/// The text of an arm: `"x"`, `"x".into()`, `f.write_str("x")`, `write!(f, "x")`.
fn only_text(w: &Writer<'_>, value: Node<'_>) -> Option<String> {
    let mut texts = Vec::new();
    let mut open = vec![value];
    while let Some(node) = open.pop() {
        if node.kind() == "string_literal" || node.kind() == "raw_string_literal" {
            texts.push(text(w, node));
        } else {
            open.extend(named(node));
        }
    }
    if let [_] = texts[..] { texts.pop() } else { None }
}
