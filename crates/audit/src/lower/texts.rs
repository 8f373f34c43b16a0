//! Texts before they are parsed: words, brackets, and edits that keep every position. Strings and comments are not told
//! apart from code: names are read from the original text, and an edit is only used when it leaves fewer errors.

use std::ops::Range;

/// A text that says the same in terms that the grammar knows, as long as the original and with the same lines.
pub(super) struct Mended {
    pub(super) text: String,
    /// Names are no longer at the same positions: they are read from this text.
    pub(super) is_moved: bool,
    /// Of use only when no error is left.
    pub(super) is_tentative: bool,
}

impl Mended {
    /// Everything that is not replaced stays in its place.
    pub(super) fn in_place(text: String) -> Self {
        Self { text, is_moved: false, is_tentative: false }
    }

    /// The same, as long as no error is left.
    pub(super) fn tentative(text: String) -> Self {
        Self { text, is_moved: false, is_tentative: true }
    }
}

pub(super) fn is_part(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The words of a text.
pub(super) fn words(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + text.get(at..)?.find(is_part)?;
        let end = text[start..].find(|c| !is_part(c)).map_or(text.len(), |length| start + length);
        at = end;
        Some(start..end)
    })
}

/// The length of a text up to the bracket that closes the first one of this kind.
pub(super) fn closing(text: &str, open: char) -> Option<usize> {
    let close = match open {
        '(' => ')',
        '[' => ']',
        '{' => '}',
        _ => '>',
    };
    let mut depth = 0usize;
    for (at, c) in text.char_indices() {
        if c == open {
            depth += 1;
        } else if c == close && !(close == '>' && text[..at].ends_with(['=', '-'])) {
            depth = depth.checked_sub(1)?;
            if depth == 0 {
                return Some(at + c.len_utf8());
            }
        }
    }
    None
}

/// Replaces bytes by spaces; the lines stay.
pub(super) fn blank(text: &mut [u8], range: Range<usize>) {
    fill(text, range, b' ');
}

/// Replaces bytes, but not the ends of lines.
pub(super) fn fill(text: &mut [u8], range: Range<usize>, by: u8) {
    let part = text.get_mut(range).into_iter().flatten();
    part.filter(|byte| !matches!(byte, b'\n' | b'\r')).for_each(|byte| *byte = by);
}

/// The lines of a text, with their offsets.
pub(super) fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split_inclusive('\n').map(move |line| {
        at += line.len();
        (at - line.len(), line)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_are_closed() {
        assert_eq!(closing("f(a(b)) c)", '('), Some(7));
        assert_eq!(closing("<A<() => B>>x", '<'), Some(12));
        assert_eq!(closing("(a", '('), None);
        assert_eq!(words(" a_b é1(").map(|range| &" a_b é1("[range]).collect::<Vec<_>>(), ["a_b", "é1"]);
    }
}
