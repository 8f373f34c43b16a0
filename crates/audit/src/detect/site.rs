//! Sites that publish an event, and event arguments that could not be resolved.

use super::bus::{Bus, BusKey};
use crate::{
    facts::Call,
    report::Confidence,
    resolve::{FunctionId, GroupKey, walk::Failed},
};
use std::collections::BTreeMap;

/// A place that publishes an event, before the main bus is chosen.
#[derive(Clone, Debug)]
pub(crate) struct Site<'p> {
    pub(crate) event: String,
    pub(crate) at: FunctionId,
    pub(crate) line: u32,
    pub(crate) via: String,
    pub(crate) confidence: Confidence,
    pub(crate) group: Option<GroupKey>,
    pub(crate) buses: Vec<Bus>,
    pub(crate) tenant: bool,
    /// The call at `line`.
    pub(crate) call: &'p Call,
    /// For the body of a request: address of the event's expression, to distinguish bodies.
    pub(crate) body: Option<usize>,
}

/// An event argument that could not be resolved.
#[derive(Clone, Debug)]
pub(crate) struct Open {
    pub(crate) at: FunctionId,
    pub(crate) line: u32,
    pub(crate) expression: String,
    pub(crate) bus: Bus,
    /// The argument has the name of an event field.
    pub(crate) named: bool,
    /// The call's name has a verb that is hardly used for anything but publishing.
    pub(crate) strong: bool,
    /// The functions of the tree that the call may run.
    pub(crate) through: Vec<FunctionId>,
    /// The reason, when the audit's budget or a fault of it ended the analysis.
    pub(crate) reason: Option<String>,
}

#[derive(Default)]
pub(crate) struct Published<'p> {
    pub(crate) sites: Vec<Site<'p>>,
    pub(crate) open: Vec<Open>,
    /// Functions with a publishing call, and its bus.
    pub(crate) calls: Vec<(FunctionId, BusKey)>,
    /// Calls whose analysis failed.
    pub(crate) failed: Vec<Failed>,
}

impl Published<'_> {
    pub(super) fn append(&mut self, mut other: Self) {
        self.sites.append(&mut other.sites);
        self.open.append(&mut other.open);
        self.calls.append(&mut other.calls);
        self.failed.append(&mut other.failed);
    }

    /// A request may be built on one line and sent on another, so two sites have the same body. Keeps the last one.
    pub(super) fn keep_last_of_body(&mut self) {
        let mut last: BTreeMap<(FunctionId, usize, &str), u32> = BTreeMap::new();
        for site in &self.sites {
            if let Some(body) = site.body {
                let line = last.entry((site.at, body, &site.event)).or_default();
                *line = site.line.max(*line);
            }
        }
        let keep: Vec<bool> = self
            .sites
            .iter()
            .map(|site| site.body.is_none_or(|body| last.get(&(site.at, body, &site.event)) == Some(&site.line)))
            .collect();
        let mut keep = keep.into_iter();
        self.sites.retain(|_| keep.next().unwrap_or(true));
    }
}
