//! Places that publish, and arguments that lead to no event.

use super::bus::{Bus, BusKey};
use crate::{
    facts::Call,
    report::Confidence,
    resolve::{FunctionId, GroupKey, walk::Failed},
};
use std::collections::BTreeMap;

/// A place that publishes an event, before it is known which system is the main one.
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
    /// The call on whose line it stands.
    pub(crate) call: &'p Call,
    /// Where the event's name stands in the body of a request: its address, to tell bodies apart.
    pub(crate) body: Option<usize>,
}

/// An event argument that leads nowhere.
#[derive(Clone, Debug)]
pub(crate) struct Open {
    pub(crate) at: FunctionId,
    pub(crate) line: u32,
    pub(crate) expression: String,
    pub(crate) bus: Bus,
    /// It was given by a name that says event.
    pub(crate) named: bool,
    /// The functions of the tree that the call reaches.
    pub(crate) through: Vec<FunctionId>,
    /// Why it was not followed to its end, when that is not the code's doing.
    pub(crate) reason: Option<String>,
}

#[derive(Default)]
pub(crate) struct Published<'p> {
    pub(crate) sites: Vec<Site<'p>>,
    pub(crate) open: Vec<Open>,
    /// Functions that publish something, and through what.
    pub(crate) calls: Vec<(FunctionId, BusKey)>,
    /// Calls that could not be looked at to their end.
    pub(crate) failed: Vec<Failed>,
}

impl Published<'_> {
    pub(super) fn append(&mut self, mut other: Self) {
        self.sites.append(&mut other.sites);
        self.open.append(&mut other.open);
        self.calls.append(&mut other.calls);
        self.failed.append(&mut other.failed);
    }

    /// A request is built on one line and sent on another; both know the same body. The last one stays.
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
