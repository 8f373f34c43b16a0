//! A dialect: the files that are written in it, and the rules that make facts of them.

use super::{texts::Mended, writer::Rules};
use crate::facts::{Facts, Traits};
use tree_sitter::Node;

/// How one language is read.
pub(super) struct Dialect {
    pub(super) traits: &'static Traits,
    pub(super) rules: Rules,
    /// Module path and package of a file, by its path below the root and its text.
    pub(super) place: fn(&mut Facts, Node<'_>, &str),
    /// How deep blocks may be in each other, where indentation tells them.
    pub(super) indents_max: Option<usize>,
    /// For a text with a syntax error: the same in terms that the grammar knows. Tried in this order.
    pub(super) mends: &'static [Mend],
    /// Tokens that the grammar does not know yet.
    pub(super) newer: Option<Newer>,
    /// The statement that a block has at least, where an empty one is an error.
    pub(super) filler: &'static str,
}

/// `None` when there is nothing to change.
pub(super) type Mend = fn(&str) -> Option<Mended>;

/// For the text of an error and the kind of the node around it: a text of the same length to parse instead, spaces for
/// tokens that can be left out. `None` when the error is none that the language permits.
pub(super) type Newer = fn(&str, &str) -> Option<String>;

/// As many spaces as the text has bytes.
pub(super) fn nothing(text: &str) -> String {
    " ".repeat(text.len())
}
