//! An edited text with its tree, and how much of it the grammar refuses.

use crate::lower::texts::words;
use std::ops::Range;
use tree_sitter::{Node, Parser, Tree};

/// Limits of the work on one file: parses, and bytes that they read.
const PARSES_MAX: usize = 60;
const BYTES_MAX: usize = 3_000_000;
/// Larger files are bundles of a build, whose parse takes a second.
const FILE_MAX: usize = 500_000;
/// Words that begin a declaration. An error with one of them hides more than its own tokens.
const DECLARING: &[&str] = &[
    "class",
    "def",
    "enum",
    "fn",
    "fun",
    "func",
    "function",
    "impl",
    "interface",
    "module",
    "namespace",
    "object",
    "record",
    "struct",
    "trait",
];
/// Tokens that close a block.
const CLOSING: &[&str] = &["}", "end"];
/// Tokens that hold other declarations together. What an error with one of them hides is unknown.
const FRAME_COST: usize = 20;
/// Errors of one text that are looked at.
const ERRORS_MAX: usize = 64;

pub(super) struct Draft {
    pub(super) text: String,
    pub(super) tree: Tree,
    /// Tokens and lines outside of a rule of the grammar; 0 without a syntax error.
    pub(super) cost: usize,
}

/// A syntax error.
pub(super) struct Error {
    pub(super) range: Range<usize>,
    pub(super) lines: usize,
    /// The kind of the node around it.
    pub(super) around: String,
    /// The first token.
    pub(super) first: Range<usize>,
}

impl Draft {
    pub(super) fn new(text: String, tree: Tree) -> Self {
        let cost = cost(&tree, &text);
        Self { text, tree, cost }
    }

    /// The nodes in error, in the order of the text.
    pub(super) fn errors(&self) -> Vec<Error> {
        let mut found = Vec::new();
        visit_errors(&self.tree, |node| {
            if node.is_error() && found.len() < ERRORS_MAX {
                let first = node.child(0).map_or_else(|| node.byte_range(), |child| child.byte_range());
                let around = node.parent().map(|parent| parent.grammar_name().to_owned()).unwrap_or_default();
                found.push(Error { range: node.byte_range(), lines: lines(node), around, first });
            }
        });
        found
    }
}

/// The parses that one file may take.
pub(super) struct Parses<'p> {
    parser: &'p mut Parser,
    left: usize,
}

impl<'p> Parses<'p> {
    pub(super) fn new(parser: &'p mut Parser, bytes: usize) -> Self {
        let left = if bytes > FILE_MAX { 0 } else { PARSES_MAX.min(BYTES_MAX / bytes.max(1)) };
        Self { parser, left }
    }

    /// `None` when no parse is left.
    pub(super) fn parse(&mut self, text: String) -> Option<Draft> {
        self.left = self.left.checked_sub(1)?;
        self.parse_last(text)
    }

    /// A parse that does not count.
    // Bounded: the parser is that of tree-sitter.
    pub(super) fn parse_last(&mut self, text: String) -> Option<Draft> {
        let tree = self.parser.parse(&text, None)?;
        Some(Draft::new(text, tree))
    }
}

fn lines(node: Node<'_>) -> usize {
    node.end_position().row - node.start_position().row
}

/// Returns whether a text has a word that begins a declaration.
pub(super) fn declares(text: &str) -> bool {
    words(text).any(|range| DECLARING.contains(&&text[range]))
}

fn is_frame(token: Node<'_>, text: &str) -> bool {
    let token = text.get(token.byte_range()).unwrap_or("");
    token == "{" || CLOSING.contains(&token) || DECLARING.contains(&token)
}

fn cost(tree: &Tree, text: &str) -> usize {
    let mut sum = 0;
    visit_errors(tree, |node| {
        if node.is_error() {
            let mut cursor = node.walk();
            let frames = node.children(&mut cursor).filter(|child| is_frame(*child, text)).count();
            let tokens = usize::try_from(node.child_count()).unwrap_or(0);
            sum += 1 + tokens + lines(node) + frames * FRAME_COST;
        } else if node.is_missing() {
            sum += if CLOSING.contains(&node.grammar_name()) { FRAME_COST } else { 1 };
        }
    });
    // A missing token without a name is not in the tree.
    if sum == 0 && tree.root_node().has_error() { 1 } else { sum }
}

/// Visits the nodes that have an error.
fn visit_errors<'t>(tree: &'t Tree, mut note: impl FnMut(Node<'t>)) {
    let mut cursor = tree.walk();
    loop {
        let node = cursor.node();
        let is_wrong = node.has_error() || node.is_missing();
        if is_wrong {
            note(node);
        }
        if is_wrong && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return;
            }
        }
    }
}

/// Replaces a part of a text by spaces; the lines stay.
pub(super) fn blank(text: &mut String, range: Range<usize>) {
    let Some(part) = text.get(range.clone()) else { return };
    let spaces: String =
        part.bytes().map(|byte| if matches!(byte, b'\n' | b'\r') { byte as char } else { ' ' }).collect();
    text.replace_range(range, &spaces);
}
