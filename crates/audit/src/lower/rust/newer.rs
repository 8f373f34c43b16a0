//! Rust that the grammar does not know.

use crate::lower::{
    dialect::nothing,
    texts::{Mended, blank, is_part},
};

/// `dyn 'static + A`: the bound before the trait.
pub(in crate::lower) fn mend(text: &str) -> Option<Mended> {
    let mut mended = text.as_bytes().to_vec();
    for (start, part) in text.match_indices("dyn '") {
        let start = start + part.len() - 1;
        let rest = text[start + 1..].trim_start_matches(is_part);
        if rest.starts_with(" +") {
            blank(&mut mended, start..text.len() - rest.len() + 2);
        }
    }
    let mended = String::from_utf8(mended).ok()?;
    (mended != text).then(|| Mended::in_place(mended))
}

pub(in crate::lower) fn newer(error: &str, around: &str) -> Option<String> {
    let is_newer = match error {
        // `gen fn`, `unsafe extern { safe fn … }`, `T: ~const A`, `impl const A for B`
        "gen" | "safe" | "~" | "~const" | "const" | "[const]" => true,
        // The default of a field.
        _ => around == "field_declaration_list" && error.starts_with('='),
    };
    is_newer.then(|| nothing(error))
}
