//! Rows of event types in the code: `[{name: "a.b"}, EventType(name="c.d")]`, as in seeds and registries.

use crate::{
    facts::{Arg, Expr},
    text::{events, verbs},
};

/// Columns with the event type, in order of precedence.
const COLUMNS: &[&str] = &[
    "event_type",
    "event_name",
    "event",
    "topic",
    "trigger",
    "name",
    "key",
    "type",
    "code",
    "slug",
    "identifier",
    "value",
    "id",
];

/// Words in a path of files that fill a database.
const SEEDS: &[&str] = &["seed", "seeds", "seeder", "seeders", "seeding", "migration", "migrations", "migrate"];

/// The event type of a row.
pub(super) fn event(row: &Expr) -> Option<&str> {
    match row {
        Expr::Map(pairs) => {
            let value = |column: &&str| {
                let is = |key: &Expr| matches!(key, Expr::Text(text) if verbs::same(text, column));
                pairs.iter().find(|(key, value)| is(key) && is_event(value)).map(|(_, value)| value)
            };
            text(COLUMNS.iter().find_map(value)?)
        }
        Expr::Call(call) if call.target.last_name().is_some_and(|name| name.starts_with(char::is_uppercase)) => {
            let named = |arg: &&Arg| {
                let is_column = |name: &String| COLUMNS.iter().any(|column| verbs::same(column, name));
                is_event(&arg.value) && arg.name.as_ref().is_some_and(is_column)
            };
            let args = || call.args.iter();
            let first = || args().next().filter(|arg| arg.name.is_none() && is_event(&arg.value));
            text(&args().find(named).or_else(first)?.value)
        }
        _ => None,
    }
}

fn text(value: &Expr) -> Option<&str> {
    if let Expr::Text(text) = value { Some(text) } else { None }
}

fn is_event(value: &Expr) -> bool {
    text(value).is_some_and(events::looks_like_event)
}

/// True when a file fills a database: there a list in a function may be a catalog.
pub(super) fn is_seed(file: &str) -> bool {
    verbs::split(file).iter().any(|word| SEEDS.contains(&word.as_str()))
}
