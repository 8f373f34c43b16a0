//! The tables of a configuration file as single settings, and its parser's errors.

use figment::value::{Dict, Value};

/// Flattens tables: `[catalog] strict = true` becomes the setting `catalog_strict`.
pub(super) fn flat(settings: Dict) -> Dict {
    let mut flattened = Dict::new();
    for (name, value) in settings {
        match value {
            Value::Dict(_, inner) => {
                flattened.extend(flat(inner).into_iter().map(|(below, value)| (format!("{name}_{below}"), value)));
            }
            value => drop(flattened.insert(name, value)),
        }
    }
    flattened
}

/// A parser's error in one line, without the quoted source line, which may contain a secret.
pub(super) fn without_source(complaint: &str) -> String {
    let quoted = |line: &str| line.split_once('|').is_some_and(|(number, _)| number.trim().parse::<u32>().is_ok());
    let drawn = |line: &str| line.trim_start().starts_with('|');
    let kept: Vec<_> = complaint.lines().filter(|line| !quoted(line) && !drawn(line)).map(str::trim).collect();
    kept.join(": ")
}
