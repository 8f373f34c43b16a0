//! The sets of names that schema files have.

use crate::{
    facts::{Binding, Class, Expr},
    text::events,
};

/// A set of names in a schema file.
pub(super) struct Set {
    pub(super) name: String,
    pub(super) line: u32,
    pub(super) members: Vec<Item>,
}

/// A member of a set.
#[derive(Clone)]
pub(super) struct Item {
    pub(super) name: String,
    pub(super) text: String,
    pub(super) line: u32,
}

impl Item {
    pub(super) fn plain(text: impl Into<String>, line: u32) -> Self {
        let text = text.into();
        Self { name: text.clone(), text, line }
    }
}

impl Set {
    /// Whether the set may be one of events: its name says so. `part.Set` counts as a whole.
    pub(super) fn is_telling(&self) -> bool {
        !self.members.is_empty() && events::speaks_of_events(&self.name)
    }

    pub(super) fn class(self) -> Class {
        let binding =
            |item: Item| Binding { name: item.name, value: Expr::Text(item.text), kind: None, line: item.line };
        Class {
            name: self.name,
            line: self.line,
            members: self.members.into_iter().map(binding).collect(),
            is_enum: true,
            ..Class::default()
        }
    }
}

/// The lines of a text, by the bytes at which they end.
pub(super) struct Lines(Vec<usize>);

impl Lines {
    pub(super) fn new(text: &str) -> Self {
        Self(text.match_indices('\n').map(|(at, _)| at).collect())
    }

    /// The line of a byte, counted from 1.
    pub(super) fn of(&self, at: usize) -> u32 {
        u32::try_from(self.0.partition_point(|end| *end < at) + 1).unwrap_or(u32::MAX)
    }
}
