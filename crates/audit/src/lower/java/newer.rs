//! Java that the grammar does not know.

use crate::lower::texts::{Mended, blank, lines};

/// `import module java.base;`
pub(in crate::lower) fn mend(text: &str) -> Option<Mended> {
    let mut mended = text.as_bytes().to_vec();
    for (start, line) in lines(text) {
        if line.trim_start().starts_with("import module ") {
            let at = start + line.find("module").unwrap_or(0);
            blank(&mut mended, at..at + "module".len());
        }
    }
    let mended = String::from_utf8(mended).ok()?;
    (mended != text).then(|| Mended::in_place(mended))
}

/// The call of another constructor after other statements.
pub(in crate::lower) fn newer(error: &str, _around: &str) -> Option<String> {
    matches!(error, "super" | "this").then(|| "_".repeat(error.len()))
}
