//! The parser of the `cel` crate, and its messages in the words of a customer.

use crate::{Fault, fault::offset_of};
use cel::{
    IdedExpr,
    common::ast::SourceInfo,
    parser::{ParseError, ParseErrors},
};

/// Parses without macro expansion, so that `exists` and the others stay calls.
pub(crate) fn parse(source: &str, text: &[char]) -> Result<(IdedExpr, SourceInfo), Fault> {
    let parser = cel::Env::default().parser().enable_optional_syntax(false);
    parser.parse_with_source_info(source).map_err(|errors| first(&errors, text))
}

fn first(errors: &ParseErrors, text: &[char]) -> Fault {
    match errors.errors.iter().find(|error| error.pos.0 > 0) {
        Some(error) => {
            let place = |number: isize| usize::try_from(number).unwrap_or(1);
            let offset = offset_of(text, place(error.pos.0), place(error.pos.1));
            Fault::at(text, offset, sentence(error, text, offset))
        }
        None => Fault::at(text, 0, "the filter is not an expression"),
    }
}

fn sentence(error: &ParseError, text: &[char], offset: usize) -> String {
    let message = error.msg.as_str();
    let token = token_at(text, offset);
    if let Some(hint) = hint(&token, &word_before(text, offset)) {
        return hint.to_owned();
    }
    if matches!(token.as_str(), "true" | "false" | "null" | "in") && text[..offset].ends_with(&['.']) {
        return format!("`{token}` is a word of the language; write [\"{token}\"] without the dot");
    }
    if !message.starts_with("Syntax error") {
        return match message.split_whitespace().collect::<Vec<_>>()[..] {
            ["reserved", "identifier:", ..] => format!("`{token}` is reserved and cannot be a name"),
            ["invalid", "int" | "uint", ..] => format!("`{token}` is not a whole number of 64 bits"),
            ["invalid", "double", ..] => format!("`{token}` is not a number of the range of a double"),
            ["unsupported", "syntax", ..] => "optional values (`?`) are not supported; use has()".to_owned(),
            ["invalid", "string", ..] => "the escape sequences of this string are not valid".to_owned(),
            _ => format!("`{token}` is not expected here"),
        };
    }
    let value = message.contains("IDENTIFIER");
    match (token.is_empty(), value) {
        (true, true) => "the filter ends too early: a value is missing".to_owned(),
        (true, false) => "the filter ends too early".to_owned(),
        (false, true) => format!("`{token}` is not expected here: a value is missing before it"),
        (false, false) if message.contains("'=='") => {
            format!("`{token}` is not expected here: an operator such as `==` or `&&` is missing before it")
        }
        (false, false) => format!("`{token}` is not expected here"),
    }
}

fn hint(token: &str, before: &str) -> Option<&'static str> {
    if before.eq_ignore_ascii_case("not") {
        return Some("`not` is not an operator; write `!`");
    }
    Some(match token.to_ascii_lowercase().as_str() {
        "and" => "`and` is not an operator; write `&&`",
        "or" => "`or` is not an operator; write `||`",
        "is" | "eq" => "write `==` to compare",
        "like" => "`like` is not an operator; write text.contains(\"part\") or text.matches(\"expression\")",
        "between" => "`between` is not an operator; write `a <= x && x <= b`",
        _ => return None,
    })
}

/// The word, the number or the character at a place; empty at the end.
fn token_at(text: &[char], offset: usize) -> String {
    let is_word = |char: &&char| char.is_ascii_alphanumeric() || **char == '_';
    let word: String = text[offset..].iter().take_while(is_word).collect();
    if word.is_empty() { text[offset..].iter().take(1).collect() } else { word }
}

fn word_before(text: &[char], offset: usize) -> String {
    let start = word_start(text, offset);
    text[start..offset].iter().collect::<String>().trim().to_owned()
}

/// The place of the word before `offset`, with whitespace between them.
pub(crate) fn word_start(text: &[char], offset: usize) -> usize {
    let before = &text[..offset.min(text.len())];
    let end = before.iter().rposition(|char| !char.is_whitespace()).map_or(0, |last| last + 1);
    let is_word = |char: &char| char.is_ascii_alphanumeric() || *char == '_';
    before[..end].iter().rposition(|char| !is_word(char)).map_or(0, |last| last + 1)
}
