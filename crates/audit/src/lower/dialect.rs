//! A dialect: the files that are written in it, and the rules that make facts of them.

use super::writer::Rules;
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
    /// For what the grammar does not take: the text, as long as it is, with something in it that says the same.
    pub(super) mend: Option<fn(&str) -> Option<String>>,
}
