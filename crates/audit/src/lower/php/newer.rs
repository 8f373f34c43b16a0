//! PHP that the grammar does not know.

use crate::lower::dialect::nothing;

/// Modifiers in any order, also of promoted parameters.
pub(in crate::lower) fn newer(error: &str, _around: &str) -> Option<String> {
    let is_modifier = |word: &str| matches!(word, "readonly" | "final" | "abstract" | "static" | "var");
    (!error.is_empty() && error.split_whitespace().all(is_modifier)).then(|| nothing(error))
}
