//! The entry of the fuzz target: the cost of an evaluation.

use crate::{Document, Filter, STEPS, eval};

/// Steps that a filter takes for a document; never more than [`STEPS`].
pub fn steps(filter: &Filter, document: &Document) -> usize {
    let mut run = eval::Run::new(document, STEPS);
    let _ = run.evaluate(&filter.0.root);
    STEPS - run.steps_left()
}
