//! Python that the grammar does not know.

use crate::lower::dialect::nothing;

pub(in crate::lower) fn newer(error: &str, around: &str) -> Option<String> {
    // `class A[T = str]`, `lazy import x`
    let is_newer = around == "type_parameter" && error.starts_with('=') || error == "lazy";
    is_newer.then(|| nothing(error))
}
