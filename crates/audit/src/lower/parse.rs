//! Parsing. A file that the grammar refuses is read as far as it goes: one syntax error must not hide the valid
//! declarations beside it.
//!
//! A text with an error is parsed again after an edit that keeps every position: first newer syntax in terms that the
//! grammar knows (the dialect's rules), then the tokens in error replaced by spaces, then the smallest blocks of lines
//! left out without which the rest can be parsed. An edit is kept when less of the text is outside of a rule.

mod blocks;
mod draft;
mod tokens;

use super::{dialect::Dialect, writer::first_error};
use draft::Parses;
use std::{borrow::Cow, cell::RefCell};
use tree_sitter::{Parser, Tree};

pub(super) struct Parsed<'t> {
    pub(super) tree: Tree,
    /// The text to which the tree's positions refer.
    pub(super) text: Cow<'t, str>,
    /// Line of the first syntax error.
    pub(super) broken: Option<u32>,
}

thread_local! {
    /// Kept for its allocated memory.
    static PARSER: RefCell<Parser> = RefCell::new(Parser::new());
}

/// Parses a text. `None` only when the grammar cannot be used at all.
pub(super) fn parse<'t>(text: &'t str, dialect: &Dialect) -> Option<Parsed<'t>> {
    PARSER.with_borrow_mut(|parser| {
        parser.set_language(&(dialect.rules.grammar)()).ok()?;
        parser.reset();
        let tree = parser.parse(text, None)?;
        if !tree.root_node().has_error() {
            return Some(Parsed { tree, text: Cow::Borrowed(text), broken: None });
        }
        let mut parses = Parses::new(parser, text.len());
        let mut draft = draft::Draft::new(text.to_owned(), tree);
        let mut read = Cow::Borrowed(text);
        for mended in dialect.mends.iter().filter_map(|mend| mend(text)) {
            if draft.cost > 0
                && let Some(next) = parses.parse(mended.text.clone())
                && next.cost < if mended.is_tentative { 1 } else { draft.cost }
            {
                draft = next;
                read = if mended.is_moved { Cow::Owned(mended.text) } else { Cow::Borrowed(text) };
            }
        }
        draft = tokens::replace_newer(draft, &read, dialect.newer, &mut parses);
        let broken = (draft.cost > 0).then(|| first_error(draft.tree.root_node()));
        if draft.cost > 0 {
            let without_tokens = tokens::leave_out(&draft, &mut parses);
            let rest = without_tokens.as_ref().map_or(draft.cost, |one| one.cost);
            let without_blocks = (rest > 0).then(|| blocks::leave_out(&draft, rest, dialect.filler, &mut parses));
            draft = without_blocks.flatten().or(without_tokens).unwrap_or(draft);
        }
        Some(Parsed { tree: draft.tree, text: read, broken })
    })
}
