//! The reason why the text of a filter is refused, with its place.

/// The text of a filter is refused. The `Display` is a sentence for the author of the filter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct Fault {
    pub message: String,
    /// Counts from 1.
    pub line: usize,
    /// Characters of the line before the fault, plus 1.
    pub column: usize,
    /// Characters before the fault, in the whole text.
    pub offset: usize,
}

impl Fault {
    /// A fault at `offset`, in characters; an offset past the end means the end.
    pub(crate) fn at(text: &[char], offset: usize, message: impl Into<String>) -> Self {
        let offset = offset.min(text.len());
        let before = &text[..offset];
        let line_start = before.iter().rposition(|char| *char == '\n').map_or(0, |newline| newline + 1);
        let line = 1 + before.iter().filter(|char| **char == '\n').count();
        Self { message: message.into(), line, column: offset - line_start + 1, offset }
    }
}

/// The offset in characters of a line and a column, both counted from 1.
pub(crate) fn offset_of(text: &[char], line: usize, column: usize) -> usize {
    let newlines = text.iter().enumerate().filter(|(_, char)| **char == '\n').map(|(at, _)| at + 1);
    let line_start = std::iter::once(0).chain(newlines).nth(line.saturating_sub(1)).unwrap_or(text.len());
    (line_start + column.saturating_sub(1)).min(text.len())
}
