//! A dialect: the files that are written in it, and the rules that make facts of them.

use super::writer::Rules;
use crate::facts::Facts;
use tree_sitter::Node;

/// How one language is read.
pub(super) struct Dialect {
    pub(super) name: &'static str,
    pub(super) extensions: &'static [&'static str],
    pub(super) rules: Rules,
    /// Module path and package of a file, by its path below the root and its text.
    pub(super) place: fn(&mut Facts, Node<'_>, &str),
    /// For what the grammar does not take: the text, as long as it is, with something in it that says the same.
    pub(super) mend: Option<fn(&str) -> Option<String>>,
}
