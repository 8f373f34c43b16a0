//! Bypasses by place: a statement that writes several events is one finding.

use crate::report::{Bypass, Report};
use serde::Serialize;

/// A statement that writes a webhook table.
#[derive(Serialize)]
pub(super) struct Writes<'report> {
    pub(super) file: &'report str,
    pub(super) line: u32,
    pub(super) function: Option<&'report str>,
    pub(super) table: &'report str,
    /// Empty when its event is not known.
    pub(super) events: Vec<&'report str>,
}

pub(super) fn by_place(report: &Report) -> Vec<Writes<'_>> {
    of(&report.bypasses)
}

fn of(bypasses: &[Bypass]) -> Vec<Writes<'_>> {
    let mut places: Vec<Writes<'_>> = Vec::new();
    for one in bypasses {
        let same = |place: &&mut Writes<'_>| {
            place.file == one.file && place.line == one.line && place.table == one.table.as_str()
        };
        let place = match places.iter_mut().find(same) {
            Some(place) => place,
            None => {
                places.push(Writes {
                    file: &one.file,
                    line: one.line,
                    function: one.function.as_deref(),
                    table: &one.table,
                    events: Vec::new(),
                });
                places.last_mut().expect("it was pushed")
            }
        };
        place.events.extend(one.event_type.as_deref());
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_with_several_events_is_one_place() {
        let bypass = |line, event: Option<&str>| Bypass {
            event_type: event.map(str::to_owned),
            file: "a.py".into(),
            line,
            function: None,
            table: "webhook_events".into(),
        };
        let all = [bypass(1, Some("a.b")), bypass(1, Some("a.c")), bypass(9, None)];
        let places = of(&all);
        assert_eq!(places.len(), 2);
        assert_eq!(places[0].events, ["a.b", "a.c"]);
        assert!(places[1].events.is_empty());
    }
}
