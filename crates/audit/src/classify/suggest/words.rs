//! Search and replacement of whole words in code of any language.

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

pub(super) fn has_word(text: &str, word: &str) -> bool {
    with_word(text, word, "\u{1}") != text
}

/// Replaces a whole word.
pub(super) fn with_word(text: &str, word: &str, new: &str) -> String {
    replaced(text, word, new, |after| !after.is_some_and(is_word))
}

/// Replaces a word that is whole, or is followed by `_` or an upper-case letter.
pub(super) fn with_start(text: &str, word: &str, new: &str) -> String {
    replaced(text, word, new, |after| after.is_none_or(|c| !is_word(c) || c == '_' || c.is_uppercase()))
}

fn replaced(text: &str, word: &str, new: &str, ends: impl Fn(Option<char>) -> bool) -> String {
    if word.is_empty() {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(word) {
        let before = rest[..at].chars().next_back().or(out.chars().next_back());
        let after = rest[at + word.len()..].chars().next();
        out.push_str(&rest[..at]);
        let begins = !before.is_some_and(|c| is_word(c) && c != '_');
        out.push_str(if begins && ends(after) { new } else { word });
        rest = &rest[at + word.len()..];
    }
    out.push_str(rest);
    out
}
