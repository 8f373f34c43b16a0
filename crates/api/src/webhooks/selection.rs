//! Fields of request bodies that select deliveries: event types, a range of time, and statuses.

use crate::body::Patch;
use model::{EventPattern, FieldErrors, Timestamp};

/// Maximum number of event types in one request.
const TYPES_MAX: usize = 500;

/// Event types and patterns; empty when the field is absent.
pub(super) fn event_types(given: &Patch<Vec<String>>, faults: &mut FieldErrors) -> Vec<EventPattern> {
    let Patch::Value(given) = given else { return Vec::new() };
    if given.is_empty() || given.len() > TYPES_MAX {
        faults.add("event_types", format!("must name 1 to {TYPES_MAX} event types, or be absent"));
        return Vec::new();
    }
    let mut patterns = Vec::with_capacity(given.len());
    for text in given {
        match EventPattern::parse(text) {
            Ok(pattern) if patterns.contains(&pattern) => {}
            Ok(pattern) => patterns.push(pattern),
            Err(fault) => {
                faults.add("event_types", format!("{text:?} {fault}"));
                break;
            }
        }
    }
    patterns
}

/// The range of creation times, both ends optional.
pub(super) fn range(
    after: &Patch<String>,
    before: &Patch<String>,
    faults: &mut FieldErrors,
) -> (Option<Timestamp>, Option<Timestamp>) {
    let mut time = |name: &str, given: &Patch<String>| {
        let text = given.as_ref().value()?;
        faults.take(name, Timestamp::parse(text))
    };
    let (after, before) = (time("after", after), time("before", before));
    if let (Some(after), Some(before)) = (after, before)
        && after >= before
    {
        faults.add("before", "must be later than after");
    }
    (after, before)
}
