//! Edits of single tokens in error.

use super::draft::{Draft, Error, Parses, blank, declares};
use crate::lower::dialect::Newer;

/// Each round of edits may uncover further errors.
const ROUNDS_MAX: usize = 6;
/// Errors that are tried one by one in a round.
const TRIED_MAX: usize = 4;
/// Lines of an error that is left out as a whole.
const LINES_MAX: usize = 2;

/// Replaces tokens of newer syntax than the grammar's. `read`: the text to which positions refer.
pub(super) fn replace_newer(mut draft: Draft, read: &str, newer: Option<Newer>, parses: &mut Parses<'_>) -> Draft {
    let Some(newer) = newer else { return draft };
    for _ in 0..ROUNDS_MAX {
        let mut text = draft.text.clone();
        for error in draft.errors() {
            let tokens = text.get(error.range.clone()).zip(read.get(error.range.clone()));
            if let Some(other) = tokens.filter(|(now, then)| now == then).and_then(|(now, _)| newer(now, &error.around))
                && other.len() == error.range.len()
            {
                text.replace_range(error.range, &other);
            }
        }
        match (text != draft.text).then(|| parses.parse(text)).flatten() {
            Some(next) if next.cost < draft.cost => draft = next,
            _ => break,
        }
    }
    draft
}

/// Replaces tokens in error by spaces; `None` when this is of no use.
pub(super) fn leave_out(draft: &Draft, parses: &mut Parses<'_>) -> Option<Draft> {
    let mut best: Option<Draft> = None;
    for _ in 0..ROUNDS_MAX {
        let draft = best.as_ref().unwrap_or(draft);
        if draft.cost == 0 {
            break;
        }
        let errors: Vec<Error> = draft.errors().into_iter().filter(|error| is_small(error, &draft.text)).collect();
        let Some(next) = all(draft, &errors, parses).or_else(|| one(draft, &errors, parses)) else { break };
        best = Some(next);
    }
    best
}

/// Returns whether an error can be left out without a declaration.
fn is_small(error: &Error, text: &str) -> bool {
    error.lines < LINES_MAX && !text.get(error.range.clone()).is_some_and(declares)
}

fn all(draft: &Draft, errors: &[Error], parses: &mut Parses<'_>) -> Option<Draft> {
    let mut text = draft.text.clone();
    errors.iter().for_each(|error| blank(&mut text, error.range.clone()));
    better(draft, text, parses)
}

fn one(draft: &Draft, errors: &[Error], parses: &mut Parses<'_>) -> Option<Draft> {
    let ranges = errors.iter().take(TRIED_MAX).flat_map(|error| [error.range.clone(), error.first.clone()]);
    ranges.into_iter().find_map(|range| {
        let mut text = draft.text.clone();
        blank(&mut text, range);
        better(draft, text, parses)
    })
}

fn better(draft: &Draft, text: String, parses: &mut Parses<'_>) -> Option<Draft> {
    if text == draft.text {
        return None;
    }
    parses.parse(text).filter(|next| next.cost < draft.cost)
}
