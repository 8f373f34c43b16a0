//! SQL schemas and seeds: enum types, enum columns, checks of a column, and the rows of a table of event types.

use super::sets::{Item, Lines, Set};
use crate::text::{
    events,
    sql::{Token, placed_tokens},
};

/// Columns with the event types in a table of them, in order of precedence.
const COLUMNS: &[&str] =
    &["event_type", "event_name", "event", "topic", "trigger", "name", "key", "code", "slug", "type", "value", "id"];

/// Words of which a text with a set has one.
const WORDS: &[&str] = &["enum", "ENUM", "Enum", "event", "webhook", "topic", "trigger"];

pub(super) fn may_have_set(text: &str) -> bool {
    WORDS.iter().any(|word| text.contains(word))
}

pub(super) fn read(_stem: &str, text: &str) -> Vec<Set> {
    let lines = Lines::new(text);
    let tokens = placed_tokens(text).into_iter().map(|(token, at)| (token, lines.of(at))).collect();
    Reader { tokens }.sets()
}

struct Reader {
    tokens: Vec<(Token, u32)>,
}

impl Reader {
    fn sets(&self) -> Vec<Set> {
        let mut sets = Vec::new();
        // The table whose columns follow.
        let mut table = String::new();
        for at in 0..self.tokens.len() {
            if self.words(at, &["create", "type"]) {
                sets.extend(self.enum_type(at + 2));
            } else if self.words(at, &["alter", "type"]) {
                sets.extend(self.later_value(at + 2));
            } else if self.words(at, &["create", "table"]) || self.words(at, &["alter", "table"]) {
                let skipped = ["if", "not", "exists", "only"];
                let mut first = at + 2;
                while skipped.iter().any(|word| self.is(first, word)) {
                    first += 1;
                }
                table = self.dotted(first).map(|(name, _)| name).unwrap_or_default();
            } else if self.is(at, "enum") && self.sign(at + 1, '(') {
                sets.extend(at.checked_sub(1).and_then(|column| self.column(&table, column, at + 2)));
            } else if self.is(at, "in") && self.sign(at + 1, '(') && self.is_checked(at) {
                sets.extend(at.checked_sub(1).and_then(|column| self.column(&table, column, at + 2)));
            } else if self.is(at, "any") && self.is_array(at + 1) && self.is_checked(at) {
                sets.extend(self.before_any(at).and_then(|column| self.column(&table, column, at + 1)));
            } else if self.words(at, &["insert", "into"]) {
                sets.extend(self.rows(at + 2));
            }
        }
        sets
    }

    fn token(&self, at: usize) -> Option<&Token> {
        self.tokens.get(at).map(|(token, _)| token)
    }

    fn line(&self, at: usize) -> u32 {
        self.tokens.get(at).map_or(0, |(_, line)| *line)
    }

    fn is(&self, at: usize, word: &str) -> bool {
        matches!(self.token(at), Some(Token::Word(one)) if one.eq_ignore_ascii_case(word))
    }

    fn words(&self, at: usize, words: &[&str]) -> bool {
        words.iter().enumerate().all(|(index, word)| self.is(at + index, word))
    }

    fn sign(&self, at: usize, sign: char) -> bool {
        self.token(at) == Some(&Token::Sign(sign))
    }

    /// True in the condition of `CHECK (…)`, which begins with the column.
    fn is_checked(&self, at: usize) -> bool {
        (at.saturating_sub(10)..at).any(|before| self.is(before, "check"))
    }

    /// `((ARRAY[`
    fn is_array(&self, at: usize) -> bool {
        let array = (at..at + 4).find(|at| !self.sign(*at, '('));
        array.is_some_and(|array| self.is(array, "array"))
    }

    /// The last part of a dotted name, and the index behind it.
    fn dotted(&self, mut at: usize) -> Option<(String, usize)> {
        loop {
            let Some(Token::Word(name)) = self.token(at) else { return None };
            if !self.sign(at + 1, '.') {
                return Some((name.clone(), at + 1));
            }
            at += 2;
        }
    }

    /// `name AS ENUM ('a', 'b')`
    fn enum_type(&self, at: usize) -> Option<Set> {
        let (name, after) = self.dotted(at)?;
        self.words(after, &["as", "enum"]).then(|| Set { name, line: self.line(at), members: self.texts(after + 3) })
    }

    /// `name ADD VALUE 'c'`
    fn later_value(&self, at: usize) -> Option<Set> {
        let (name, after) = self.dotted(at)?;
        if !self.words(after, &["add", "value"]) {
            return None;
        }
        let value = (after + 2..after + 6).find(|at| matches!(self.token(*at), Some(Token::Text(_))))?;
        let members = self.texts(value).into_iter().take(1).collect();
        Some(Set { name, line: self.line(at), members })
    }

    /// The set of the values that a column may have.
    fn column(&self, table: &str, column: usize, values: usize) -> Option<Set> {
        let Some(Token::Word(name)) = self.token(column) else { return None };
        let name = if table.is_empty() { name.clone() } else { format!("{table}.{name}") };
        Some(Set { name, line: self.line(column), members: self.texts(values) })
    }

    /// The column in `(column)::text = ANY`.
    fn before_any(&self, any: usize) -> Option<usize> {
        let equal = any.checked_sub(1).filter(|at| self.sign(*at, '='))?;
        (equal.saturating_sub(8)..equal).rev().find(|at| {
            let is_type = at.checked_sub(1).is_some_and(|before| self.sign(before, ':'));
            let is_varying = self.is(*at, "varying");
            matches!(self.token(*at), Some(Token::Word(_))) && !is_type && !is_varying
        })
    }

    /// The texts up to the bracket that closes the list of `at`.
    fn texts(&self, at: usize) -> Vec<Item> {
        let mut depth = 0;
        let mut texts = Vec::new();
        for (token, line) in self.tokens.iter().skip(at) {
            match token {
                Token::Text(text) => texts.push(Item::plain(text.clone(), *line)),
                Token::Sign('(' | '[') => depth += 1,
                Token::Sign(')' | ']') if depth == 0 => break,
                Token::Sign(')' | ']') => depth -= 1,
                Token::Sign(';') => break,
                _ => {}
            }
        }
        texts
    }

    /// `table (id, name) VALUES (1, 'a'), (2, 'b')`: the texts of the column with the event types.
    fn rows(&self, at: usize) -> Option<Set> {
        let (name, after) = self.dotted(at)?;
        if !events::speaks_of_events(&name) || !self.sign(after, '(') {
            return None;
        }
        let lists = self.lists(after);
        let (columns, rows) = lists.split_first()?;
        let column = COLUMNS.iter().find_map(|wanted| columns.iter().position(|column| self.is(*column, wanted)))?;
        let member = |row: &Vec<usize>| match self.token(*row.get(column)?)? {
            Token::Text(text) => Some(Item::plain(text.clone(), self.line(row[column]))),
            _ => None,
        };
        let members: Vec<Item> = rows.iter().filter_map(member).collect();
        Some(Set { name, line: self.line(at), members })
    }

    /// The lists in brackets of a statement: for each the indexes of the first tokens of its elements.
    fn lists(&self, start: usize) -> Vec<Vec<usize>> {
        let mut lists: Vec<Vec<usize>> = Vec::new();
        let mut depth = 0;
        for (at, (token, _)) in self.tokens.iter().enumerate().skip(start) {
            match token {
                Token::Sign('(') => {
                    depth += 1;
                    if depth == 1 {
                        lists.push(vec![at + 1]);
                    }
                }
                Token::Sign(')') => depth -= 1,
                Token::Sign(',') if depth == 1 => lists.last_mut().into_iter().for_each(|list| list.push(at + 1)),
                Token::Sign(';') => break,
                _ => {}
            }
        }
        lists
    }
}
