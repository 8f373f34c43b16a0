//! JSON documents.

use super::{
    document,
    node::{Entry, Node, Value},
    sets::Set,
};
use crate::lower::writer::{line, named};
use std::cell::RefCell;
use tree_sitter::Parser;

/// Nesting of a document beyond which none is read.
const DEPTH_MAX: usize = 100;

thread_local! {
    static PARSER: RefCell<Parser> = RefCell::new(Parser::new());
}

pub(super) fn read(stem: &str, text: &str) -> Vec<Set> {
    let tree = PARSER.with_borrow_mut(|parser| {
        parser.set_language(&tree_sitter_json::LANGUAGE.into()).ok()?;
        parser.reset();
        parser.parse(text, None)
    });
    let Some(tree) = tree else { return Vec::new() };
    let documents = named(tree.root_node()).into_iter().map(|root| node(root, text, 0));
    documents.flat_map(|root| document::sets(stem, &root)).collect()
}

// Bounded: by `DEPTH_MAX`.
fn node(of: tree_sitter::Node<'_>, text: &str, depth: usize) -> Node {
    let value = match of.kind() {
        _ if depth > DEPTH_MAX => Value::Other,
        "object" => {
            let pairs = named(of).into_iter().filter(|pair| pair.kind() == "pair");
            let entry = |pair: tree_sitter::Node<'_>| {
                let (key, value) = (pair.child_by_field_name("key")?, pair.child_by_field_name("value")?);
                Some(Entry { key: string(key, text)?, line: line(key), node: node(value, text, depth + 1) })
            };
            Value::Map(pairs.filter_map(entry).collect())
        }
        "array" => Value::List(named(of).into_iter().map(|item| node(item, text, depth + 1)).collect()),
        "string" => string(of, text).map_or(Value::Other, Value::Text),
        "number" | "true" | "false" => Value::Text(text.get(of.byte_range()).unwrap_or("").to_owned()),
        _ => Value::Other,
    };
    Node { line: line(of), value }
}

fn string(of: tree_sitter::Node<'_>, text: &str) -> Option<String> {
    serde_json::from_str(text.get(of.byte_range())?).ok()
}
