//! Checks of the text before the parser sees it.
//!
//! The parser of the `cel` crate overflows the stack on deeply nested text (90 parentheses need more than 8 MiB in a debug
//! build), so this pass bounds length and depth. It also finds common mistakes of which the parser gives no readable
//! account: `=` for `==`, a missing quote, an unknown escape sequence, a bracket that is never closed.

use crate::{
    fault::Fault,
    limits::{DEPTH, LENGTH},
};

/// Returns the characters of the text, whose length and depth are within the limits.
pub(crate) fn check(source: &str) -> Result<Vec<char>, Fault> {
    let text: Vec<char> = source.chars().take(LENGTH + 1).collect();
    if text.len() > LENGTH {
        return Err(Fault::at(&text, LENGTH, format!("a filter has at most {LENGTH} characters")));
    }
    let mut scan = Scan { text: &text, at: 0, found: false, levels: vec![Level::default()] };
    while scan.at < text.len() {
        scan.token()?;
    }
    if let Some(Level { open: Some((bracket, at)), .. }) = scan.levels.last() {
        return Err(Fault::at(&text, *at, format!("`{bracket}` is never closed")));
    }
    if !scan.found {
        return Err(Fault::at(&text, 0, "the filter is empty; `true` matches every event"));
    }
    Ok(text)
}

/// The part of an expression inside one pair of brackets.
#[derive(Default)]
struct Level {
    open: Option<(char, usize)>,
    /// Depth of the syntax tree around this level.
    outer: usize,
    /// Operators of the current term. Each may add a level to the tree: `1 + 2 + 3` is `(1 + 2) + 3`.
    chain: usize,
    /// Conditionals: `a ? b : c ? d : e` nests to the right.
    choices: usize,
}

struct Scan<'t> {
    text: &'t [char],
    at: usize,
    found: bool,
    /// Never empty.
    levels: Vec<Level>,
}

impl Scan<'_> {
    fn fault<T>(&self, offset: usize, message: impl Into<String>) -> Result<T, Fault> {
        Err(Fault::at(self.text, offset, message))
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.text.get(self.at + ahead).copied()
    }

    fn token(&mut self) -> Result<(), Fault> {
        let Some(char) = self.peek(0) else { return Ok(()) };
        let next = self.peek(1);
        match char {
            ' ' | '\t' | '\n' | '\r' | '\u{c}' => {
                self.at += 1;
                return Ok(());
            }
            '/' if next == Some('/') => {
                let rest = &self.text[self.at..];
                self.at += rest.iter().position(|char| *char == '\n').unwrap_or(rest.len());
                return Ok(());
            }
            '"' | '\'' => self.string(self.at, false)?,
            'a'..='z' | 'A'..='Z' | '_' => self.word()?,
            '0'..='9' => self.number(),
            '(' | '[' | '{' => self.open(char)?,
            ')' | ']' | '}' => self.close(char)?,
            _ => self.operator(char, next)?,
        }
        self.found = true;
        Ok(())
    }

    fn level(&mut self) -> &mut Level {
        if self.levels.is_empty() {
            self.levels.push(Level::default());
        }
        let last = self.levels.len() - 1;
        &mut self.levels[last]
    }

    /// Adds an operator to the current term.
    fn chain(&mut self, length: usize) -> Result<(), Fault> {
        let at = self.at;
        let level = self.level();
        level.chain += 1;
        let depth = level.outer + level.chain + level.choices;
        self.at += length;
        self.bound(at, depth)
    }

    fn bound(&self, at: usize, depth: usize) -> Result<(), Fault> {
        if depth <= DEPTH {
            return Ok(());
        }
        self.fault(at, format!("the filter is nested or chained more than {DEPTH} levels deep here"))
    }

    fn open(&mut self, bracket: char) -> Result<(), Fault> {
        let at = self.at;
        let level = self.level();
        let outer = level.outer + level.chain + level.choices + 1;
        self.levels.push(Level { open: Some((bracket, at)), outer, ..Level::default() });
        self.at += 1;
        self.bound(at, outer)
    }

    fn close(&mut self, bracket: char) -> Result<(), Fault> {
        let wanted = match bracket {
            ')' => '(',
            ']' => '[',
            _ => '{',
        };
        match self.level().open {
            Some((open, _)) if open == wanted => {
                self.levels.pop();
                if bracket == ']' {
                    // An index is an operator of the term around it: `a[0][1]` is `(a[0])[1]`.
                    return self.chain(1);
                }
                self.at += 1;
                Ok(())
            }
            Some((open, at)) => {
                let place = Fault::at(self.text, at, "");
                let message =
                    format!("`{bracket}` does not close `{open}` of line {}, column {}", place.line, place.column);
                self.fault(self.at, message)
            }
            None => self.fault(self.at, format!("`{bracket}` closes no `{wanted}`")),
        }
    }

    fn operator(&mut self, char: char, next: Option<char>) -> Result<(), Fault> {
        match (char, next) {
            ('&', Some('&')) | ('|', Some('|')) => {
                self.level().chain = 0;
                self.at += 2;
                Ok(())
            }
            ('=' | '!' | '<' | '>', Some('=')) => self.chain(2),
            ('!', _) => {
                self.at += 1;
                Ok(())
            }
            ('<' | '>' | '+' | '-' | '*' | '/' | '%' | '.', _) => self.chain(1),
            ('?', _) => {
                let at = self.at;
                let level = self.level();
                (level.chain, level.choices) = (0, level.choices + 1);
                let depth = level.outer + level.choices;
                self.at += 1;
                self.bound(at, depth)
            }
            (':', _) => {
                self.level().chain = 0;
                self.at += 1;
                Ok(())
            }
            (',', _) => {
                let level = self.level();
                (level.chain, level.choices) = (0, 0);
                self.at += 1;
                Ok(())
            }
            ('=', _) => self.fault(self.at, "`=` is not an operator; write `==` to compare"),
            ('&', _) => self.fault(self.at, "`&` is not an operator; write `&&`"),
            ('|', _) => self.fault(self.at, "`|` is not an operator; write `||`"),
            ('`', _) => self.fault(self.at, "names in backticks are not supported; write data[\"a-b\"]"),
            ('“' | '”' | '„' | '‘' | '’', _) => {
                self.fault(self.at, format!("`{char}` is not a quote that code uses; write \" or '"))
            }
            _ => self
                .fault(self.at, format!("the character `{}` is not allowed outside of a string", char.escape_debug())),
        }
    }

    fn word(&mut self) -> Result<(), Fault> {
        let start = self.at;
        while self.peek(0).is_some_and(|char| char.is_ascii_alphanumeric() || char == '_') {
            self.at += 1;
        }
        let word: String = self.text[start..self.at].iter().collect();
        let prefix = matches!(word.to_ascii_lowercase().as_str(), "r" | "b" | "br");
        if prefix && matches!(self.peek(0), Some('"' | '\'')) {
            return self.string(start, word.contains(['r', 'R']));
        }
        if word == "in" { self.chain(0) } else { Ok(()) }
    }

    /// Skips digits with their letters; the parser checks them. A dot or a sign is part of the number, not an operator.
    fn number(&mut self) {
        let hexadecimal = self.peek(0) == Some('0') && matches!(self.peek(1), Some('x' | 'X'));
        while let Some(char) = self.peek(0) {
            let exponent = matches!(char, 'e' | 'E') && !hexadecimal;
            if exponent && matches!(self.peek(1), Some('+' | '-')) {
                self.at += 2;
            } else if char.is_ascii_alphanumeric() || (char == '.' && self.peek(1).is_some_and(|c| c.is_ascii_digit()))
            {
                self.at += 1;
            } else {
                break;
            }
        }
    }

    /// Skips a string whose quote is at the current place; `start` is the place of its prefix.
    fn string(&mut self, start: usize, raw: bool) -> Result<(), Fault> {
        let Some(quote) = self.peek(0) else { return Ok(()) };
        let triple = self.peek(1) == Some(quote) && self.peek(2) == Some(quote);
        self.at += if triple { 3 } else { 1 };
        loop {
            match self.peek(0) {
                None => return self.fault(start, format!("this string has no closing {quote}")),
                Some('\n' | '\r') if !triple => {
                    return self.fault(start, format!("this string has no closing {quote} on its line"));
                }
                Some('\\') if !raw => self.escape()?,
                Some(char) if char == quote && !triple => {
                    self.at += 1;
                    return Ok(());
                }
                Some(char) if char == quote && self.peek(1) == Some(quote) && self.peek(2) == Some(quote) => {
                    self.at += 3;
                    return Ok(());
                }
                Some(_) => self.at += 1,
            }
        }
    }

    fn escape(&mut self) -> Result<(), Fault> {
        let start = self.at;
        let Some(kind) = self.peek(1) else {
            self.at += 1;
            return Ok(());
        };
        let (digits, radix) = match kind {
            'a' | 'b' | 'f' | 'n' | 'r' | 't' | 'v' | '\\' | '?' | '"' | '\'' | '`' => (0, 16),
            'x' | 'X' => (2, 16),
            'u' => (4, 16),
            'U' => (8, 16),
            '0'..='3' => (2, 8),
            _ => {
                let kind = kind.escape_debug();
                let message =
                    format!("`\\{kind}` is not an escape sequence; write `\\\\{kind}`, or a raw string: r\"\\{kind}\"");
                return self.fault(start, message);
            }
        };
        self.at += 2;
        let end = (self.at + digits).min(self.text.len());
        let code: String = self.text[self.at..end].iter().collect();
        let complete = code.chars().filter(|char| char.is_digit(radix)).count() == digits;
        let scalar =
            digits == 0 || radix == 8 || u32::from_str_radix(&code, 16).ok().and_then(char::from_u32).is_some();
        if !complete || !scalar {
            return self.fault(start, format!("`\\{kind}` needs {digits} digits that name a character"));
        }
        self.at = end;
        Ok(())
    }
}
