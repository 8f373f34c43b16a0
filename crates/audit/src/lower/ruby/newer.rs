//! Ruby that the grammar does not know: a command as the body of an endless method (`def f = raise Error, "no"`).

use crate::lower::texts::{Mended, closing, is_part, lines};

/// Words that end the arguments of a command.
const ENDS: &[&str] = &[" if ", " unless ", " rescue ", " while ", " until ", " and ", " or ", " #"];
/// Words that begin another expression than a command.
const WORDS: &[&str] =
    &["if", "unless", "case", "while", "until", "begin", "not", "return", "defined?", "for", "proc", "lambda"];

/// Puts the arguments of the command in parentheses. The space after the `=` gives the room, so the command moves.
pub(in crate::lower) fn mend(text: &str) -> Option<Mended> {
    let mut mended = text.to_owned();
    for (start, line) in lines(text) {
        if let Some(line) = in_parentheses(line) {
            mended.replace_range(start..start + line.len(), &line);
        }
    }
    (mended != text).then_some(Mended { text: mended, is_moved: true, is_tentative: false })
}

fn in_parentheses(line: &str) -> Option<String> {
    let at = if line.trim_start().starts_with("def ") { line.find("def ")? } else { line.find(" def ")? + 1 };
    let name = &line[at + 4..];
    let rest = name.trim_start_matches(|c: char| is_part(c) || matches!(c, '.' | '?' | '!'));
    let rest = if rest.starts_with('(') { &rest[closing(rest, '(')?..] } else { rest };
    let body = rest.strip_prefix(" = ")?;
    let command = body.find(|c| !is_part(c) && c != '.')?;
    let word = &body[..command];
    let arguments = body[command..].strip_prefix(' ')?;
    let is_argument = |c: char| c.is_alphanumeric() || matches!(c, '"' | '\'' | ':' | '@' | '_' | '[' | '%');
    if WORDS.contains(&word) || !word.starts_with(|c: char| c.is_lowercase()) || !arguments.starts_with(is_argument) {
        return None;
    }
    let arguments = arguments.trim_end();
    let end = ENDS.iter().filter_map(|end| arguments.find(end)).min().unwrap_or(arguments.len());
    let (arguments, after) = (arguments[..end].trim_end(), &body[command + 1 + arguments[..end].trim_end().len()..]);
    if arguments.ends_with([',', '{', '|', '\\']) || arguments.split(' ').next_back() == Some("do") {
        return None;
    }
    let before = &line[..line.len() - body.len() - 1];
    Some(format!("{before}{word}({arguments}){after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_of_a_command_get_parentheses() {
        let mended = |line: &str| in_parentheses(line);
        for (line, wanted) in [
            ("  def f = raise X\n", "  def f =raise(X)\n"),
            ("def self.f(a) = render json: a # b\n", "def self.f(a) =render(json: a) # b\n"),
            ("private def f? = raise X, \"é\" unless y\n", "private def f? =raise(X, \"é\") unless y\n"),
        ] {
            assert_eq!(mended(line).as_deref(), Some(wanted));
            assert_eq!(line.len(), wanted.len());
        }
        for line in
            ["def f = x\n", "def f = x + 1\n", "def f\n", "def f = if a then b end\n", "x = def y\n", "def f = a do\n"]
        {
            assert_eq!(mended(line), None, "{line}");
        }
    }
}
