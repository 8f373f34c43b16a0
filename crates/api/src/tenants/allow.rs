//! Allow lists of a tenant in the core API: their checks.

use crate::body::Patch;
use model::{
    FieldErrors,
    tenant::allow::{BadEntry, ENTRIES_MAX, ENTRY_MAX},
};

/// The entries of a given list; null empties it. `None` for an absent list, or one with a fault, which is in `faults`.
pub(super) fn check_list<T>(
    field: &str,
    given: &Patch<Vec<String>>,
    parse: impl Fn(&str) -> Result<T, BadEntry>,
    faults: &mut FieldErrors,
) -> Option<Vec<T>> {
    let texts = match given {
        Patch::Absent => return None,
        Patch::Null => return Some(Vec::new()),
        Patch::Value(texts) => texts,
    };
    if texts.len() > ENTRIES_MAX {
        faults.add(field, format!("must have at most {ENTRIES_MAX} entries"));
        return None;
    }
    let check = |(at, text): (usize, &String)| {
        let name = format!("{field}[{at}]");
        if text.chars().count() > ENTRY_MAX {
            faults.add(name, format!("must have at most {ENTRY_MAX} characters"));
            return None;
        }
        faults.take(&name, parse(text))
    };
    let checked: Vec<Option<T>> = texts.iter().enumerate().map(check).collect();
    checked.into_iter().collect()
}
