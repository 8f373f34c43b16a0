//! A node of a YAML or JSON document, with the line of each value.

/// A value, and the line in which it begins.
#[derive(Debug, Default)]
pub(super) struct Node {
    pub(super) line: u32,
    pub(super) value: Value,
}

#[derive(Debug, Default)]
pub(super) enum Value {
    Text(String),
    List(Vec<Node>),
    /// The entries in their order. The keys that are not scalars are omitted.
    Map(Vec<Entry>),
    /// A reference, or the rest of a broken document.
    #[default]
    Other,
}

#[derive(Debug)]
pub(super) struct Entry {
    pub(super) key: String,
    /// Line of the key.
    pub(super) line: u32,
    pub(super) node: Node,
}

impl Node {
    /// The value of a key.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        self.entries().iter().find(|entry| entry.key == key).map(|entry| &entry.node)
    }

    pub(super) fn entries(&self) -> &[Entry] {
        if let Value::Map(entries) = &self.value { entries } else { &[] }
    }

    pub(super) fn items(&self) -> &[Self] {
        if let Value::List(items) = &self.value { items } else { &[] }
    }

    pub(super) fn text(&self) -> Option<&str> {
        if let Value::Text(text) = &self.value { Some(text) } else { None }
    }
}
