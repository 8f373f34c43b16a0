//! YAML documents.

use super::{
    document,
    node::{Entry, Node, Value},
    sets::Set,
};
use saphyr_parser::{Event, Parser, StrInput};

/// Nesting of a document beyond which none is read.
const DEPTH_MAX: usize = 100;

pub(super) fn read(stem: &str, text: &str) -> Vec<Set> {
    documents(text).iter().flat_map(|root| document::sets(stem, root)).collect()
}

/// A collection that is not complete yet.
enum Open {
    List(u32, Vec<Node>),
    /// The key is the one whose value is read next; `None` inside when it is no scalar.
    Map(u32, Vec<Entry>, Option<(Option<String>, u32)>),
}

impl Open {
    fn add(&mut self, node: Node) {
        match self {
            Self::List(_, items) => items.push(node),
            Self::Map(_, entries, key) => match key.take() {
                None => {
                    let line = node.line;
                    *key = Some((if let Value::Text(text) = node.value { Some(text) } else { None }, line));
                }
                Some((Some(key), line)) => entries.push(Entry { key, line, node }),
                Some((None, _)) => {}
            },
        }
    }

    fn close(self) -> Node {
        match self {
            Self::List(line, items) => Node { line, value: Value::List(items) },
            Self::Map(line, entries, _) => Node { line, value: Value::Map(entries) },
        }
    }
}

/// The documents of a file, up to its first fault.
fn documents(text: &str) -> Vec<Node> {
    let mut documents = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    let mut add = |open: &mut Vec<Open>, node: Node| match open.last_mut() {
        Some(outer) => outer.add(node),
        None => documents.push(node),
    };
    for event in Parser::new(StrInput::new(text)) {
        let Ok((event, span)) = event else { break };
        let line = u32::try_from(span.start.line()).unwrap_or(u32::MAX);
        match event {
            Event::Scalar(text, ..) => add(&mut open, Node { line, value: Value::Text(text.into_owned()) }),
            Event::Alias(_) => add(&mut open, Node { line, value: Value::Other }),
            Event::SequenceStart(..) => open.push(Open::List(line, Vec::new())),
            Event::MappingStart(..) => open.push(Open::Map(line, Vec::new(), None)),
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(inner) = open.pop() {
                    add(&mut open, inner.close());
                }
            }
            _ => {}
        }
        if open.len() > DEPTH_MAX {
            break;
        }
    }
    while let Some(inner) = open.pop() {
        add(&mut open, inner.close());
    }
    documents
}
