//! Prisma schemas: `enum Name { member @map("text") }`. A value of an enum stands on a line of its own.

use super::sets::{Item, Set};

pub(super) fn read(_stem: &str, text: &str) -> Vec<Set> {
    let mut sets = Vec::new();
    let mut open: Option<Set> = None;
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        let Some(set) = &mut open else {
            let name = line.strip_prefix("enum ").map(|rest| word(rest.trim_start()));
            open = name.filter(|name| !name.is_empty()).map(|name| Set {
                name: name.to_owned(),
                line: number,
                members: Vec::new(),
            });
            continue;
        };
        if line.starts_with('}') {
            sets.extend(open.take());
            continue;
        }
        let name = word(line);
        if !name.is_empty() {
            let text = mapped(line).unwrap_or(name).to_owned();
            set.members.push(Item { name: name.to_owned(), text, line: number });
        }
    }
    sets
}

/// The name at the start of a line.
fn word(line: &str) -> &str {
    let end = line.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(line.len());
    &line[..end]
}

/// The text that the database has for a value.
fn mapped(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once("@map(")?;
    rest.split('"').nth(1)
}
