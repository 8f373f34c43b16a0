//! Comparison with another revision: computes the changes of coverage between two reports.

use crate::report::{Bypass, Report, Since, State};
use std::collections::BTreeSet;

/// The changes from `before`, the report of `revision`, to `now`.
pub fn compare(revision: &str, before: &Report, now: &Report) -> Since {
    let (old, new) = (promised(before), promised(now));
    let (was, is) = (published(before), published(now));
    let undefined =
        |report: &Report| report.undefined.iter().map(|one| one.event_type.clone()).collect::<BTreeSet<_>>();
    let list = |set: Vec<&str>| set.into_iter().map(str::to_owned).collect::<Vec<_>>();
    let place = |one: &Bypass| (one.file.clone(), one.event_type.clone(), one.table.clone());
    let known: BTreeSet<_> = before.bypasses.iter().map(place).collect();
    Since {
        revision: revision.to_owned(),
        before: before.summary.clone(),
        gained: list(is.difference(&was).copied().collect()),
        lost: list(was.difference(&is).filter(|event| new.contains(*event)).copied().collect()),
        promised: list(new.difference(&old).copied().collect()),
        withdrawn: list(old.difference(&new).copied().collect()),
        undefined: undefined(now).difference(&undefined(before)).cloned().collect(),
        bypasses: now.bypasses.iter().filter(|one| !known.contains(&place(one))).cloned().collect(),
    }
}

fn promised(report: &Report) -> BTreeSet<&str> {
    report.events.iter().map(|event| event.event_type.as_str()).collect()
}

fn published(report: &Report) -> BTreeSet<&str> {
    let published = report.events.iter().filter(|event| event.state == State::Published);
    published.map(|event| event.event_type.as_str()).collect()
}
