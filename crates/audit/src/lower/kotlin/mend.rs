//! The grammar demands a terminator after the last member of a body, the language does not: `class A { fun f() {} }`.

use crate::lower::texts::Mended;

/// The kind of text around a position.
enum In {
    Code,
    /// Code in a string's `${…}`.
    Hole,
    String,
    /// `"""…"""`
    Raw,
}

pub(in crate::lower) fn mend(text: &str) -> Option<Mended> {
    terminated(text).map(Mended::tentative)
}

/// The text with a `;` in place of the last space before each `}` that follows something on its line. The length stays.
/// `None` when there is no such place.
pub(super) fn terminated(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let mut mended = bytes.to_vec();
    let mut open = vec![In::Code];
    let mut at = 0;
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        at += match open.last() {
            Some(In::Raw) => match rest {
                [b'"', b'"', b'"', ..] => {
                    // Quotes before the last three are text.
                    let quotes = rest.iter().take_while(|byte| **byte == b'"').count();
                    open.pop();
                    quotes
                }
                [b'$', b'{', ..] => opened(&mut open, In::Hole, 2),
                _ => 1,
            },
            Some(In::String) => match rest {
                [b'\\', ..] => 2,
                [b'$', b'{', ..] => opened(&mut open, In::Hole, 2),
                [b'"' | b'\n', ..] => closed(&mut open),
                _ => 1,
            },
            _ => match rest {
                [b'/', b'/', ..] => rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len()),
                [b'/', b'*', ..] => comment(rest),
                [b'"', b'"', b'"', ..] => opened(&mut open, In::Raw, 3),
                [b'"', ..] => opened(&mut open, In::String, 1),
                [b'\'', b'\\', _, b'\'', ..] => 4,
                [b'\'', _, b'\'', ..] => 3,
                [b'{', ..] => opened(&mut open, In::Code, 1),
                [b'}', ..] => {
                    let in_code = matches!(open.last(), Some(In::Code));
                    if let (true, Some([before @ .., b' '])) = (in_code, bytes.get(..at))
                        && wants(before)
                    {
                        mended[before.len()] = b';';
                    }
                    closed(&mut open)
                }
                _ => 1,
            },
        };
    }
    String::from_utf8(mended).ok().filter(|mended| mended != text)
}

fn opened(open: &mut Vec<In>, what: In, length: usize) -> usize {
    open.push(what);
    length
}

fn closed(open: &mut Vec<In>) -> usize {
    if open.len() > 1 {
        open.pop();
    }
    1
}

/// The length of a comment. Comments nest.
fn comment(text: &[u8]) -> usize {
    let (mut depth, mut at) = (0usize, 0);
    while let Some(pair) = text.get(at..at + 2) {
        match pair {
            b"/*" => (depth, at) = (depth + 1, at + 2),
            b"*/" if depth == 1 => return at + 2,
            b"*/" => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
    }
    text.len()
}

/// Returns whether the text before a `}` ends with a statement that lacks a terminator.
fn wants(before: &[u8]) -> bool {
    let before = before.trim_ascii_end();
    !before.ends_with(b"->") && !matches!(before.last(), None | Some(b'{' | b';' | b','))
}
