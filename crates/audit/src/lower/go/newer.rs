//! Go that the grammar does not know.

use crate::lower::texts::{Mended, blank, closing, is_part, lines};

/// The type parameters of methods: `func (r *R) M[T any](x T)`.
pub(in crate::lower) fn mend(text: &str) -> Option<Mended> {
    let mut mended = text.as_bytes().to_vec();
    for (start, line) in lines(text).filter(|(_, line)| line.starts_with("func (")) {
        let Some(receiver) = closing(line, '(') else { continue };
        let rest = line[receiver..].trim_start();
        let name = rest.trim_start_matches(is_part);
        if let (true, Some(length)) = (name.starts_with('['), closing(name, '[')) {
            let at = start + line.len() - name.len();
            blank(&mut mended, at..at + length);
        }
    }
    let mended = String::from_utf8(mended).ok()?;
    (mended != text).then(|| Mended::in_place(mended))
}
