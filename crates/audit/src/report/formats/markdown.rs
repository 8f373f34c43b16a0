//! Escaping for Markdown, since names in audited code may contain markup.

use crate::lower;

/// Escapes running text, so that none of it is markup.
pub(super) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let line = one_line(text);
    for (at, char) in line.char_indices() {
        match char {
            '\\' | '`' | '*' | '[' | ']' | '|' | '~' => out.extend(['\\', char]),
            // `_` inside a word, as in `credit_note`, is no emphasis.
            '_' if !inside_word(&line, at) => out.push_str("\\_"),
            '#' | '-' | '+' | '>' if at == 0 => out.extend(['\\', char]),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            _ => out.push(char),
        }
    }
    out
}

fn inside_word(text: &str, at: usize) -> bool {
    let before = text[..at].chars().next_back();
    let after = text[at + 1..].chars().next();
    [before, after].iter().all(|char| char.is_some_and(|char| char.is_alphanumeric() || char == '_'))
}

/// A code span; its fence is longer than any run of backticks in the text.
pub(super) fn code(text: &str) -> String {
    let text = one_line(text);
    if text.trim().is_empty() {
        return "(empty)".into();
    }
    let fence = "`".repeat(longest_run(&text) + 1);
    let space = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

/// A code span in a cell of a table, where `|` would end the cell even inside the span.
pub(super) fn cell(text: &str) -> String {
    code(text).replace('|', "\\|")
}

/// A code block in the language of the file.
pub(super) fn fence(text: &str, file: &str) -> String {
    let fence = "`".repeat(longest_run(text).max(2) + 1);
    format!("{fence}{}\n{}\n{fence}", language(file), text.trim_end_matches(['\n', '\r']))
}

/// The name of the file's language for syntax highlighting.
fn language(file: &str) -> &'static str {
    let file = file.to_ascii_lowercase();
    match lower::traits_of(&file) {
        Some(traits) => traits.fence,
        None if file.ends_with(".sql") => "sql",
        None => "text",
    }
}

fn one_line(text: &str) -> String {
    if !text.contains(['\n', '\r']) {
        return text.to_owned();
    }
    text.split(['\n', '\r']).map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

fn longest_run(text: &str) -> usize {
    let mut longest = 0;
    let mut run = 0;
    for char in text.chars() {
        run = if char == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_names() {
        assert_eq!(plain("a*b* [c](d) <e> & x|y\nz"), "a\\*b\\* \\[c\\](d) &lt;e&gt; &amp; x\\|y z");
        assert_eq!(plain("credit_note_created _is_"), "credit_note_created \\_is\\_");
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("`b"), "`` `b ``");
        assert_eq!(cell("a|b\nc"), "`a\\|b c`");
        assert_eq!(code(""), "(empty)");
    }

    #[test]
    fn a_fence_is_longer_than_what_it_holds() {
        assert_eq!(fence("x = 1\n", "a/b.py"), "```python\nx = 1\n```");
        assert_eq!(fence("x", "a/B.TSX"), "```tsx\nx\n```");
        assert_eq!(fence("x", "a.jsx"), "```jsx\nx\n```");
        assert_eq!(fence("x", "a.sql"), "```sql\nx\n```");
        assert_eq!(fence("```", "README"), "````text\n```\n````");
    }
}
