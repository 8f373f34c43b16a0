//! Entry points of webhook servers, and the parts of a call that reaches one.

use crate::{
    detect::{
        bus::{Bus, BusKey},
        server::Server,
    },
    facts::Expr,
    resolve::{Found, FunctionId},
    text::verbs,
};

/// An entry point: an endpoint, an SDK's method, or a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EntryPoint {
    pub(crate) server: Server,
    /// The bus as the report shows it.
    pub(crate) shown: &'static str,
    /// The field of the body that has the event type; empty for SQL.
    pub(crate) key: &'static str,
}

impl EntryPoint {
    pub(super) fn bus(self) -> Bus {
        Bus { key: BusKey::Server(self.server), shown: self.shown.to_owned() }
    }
}

/// A value that belongs to a request: an argument, or a value that was set on its object before.
#[derive(Clone, Copy)]
pub(super) struct Part<'p> {
    pub(super) name: Option<&'p str>,
    pub(super) value: &'p Expr,
    pub(super) scope: FunctionId,
}

/// An event type in a body.
pub(super) struct Named<'p> {
    pub(super) found: Found<'p>,
    /// Address of the expression, to distinguish bodies.
    pub(super) place: usize,
    pub(super) shown: String,
}

/// True when a name has one of these words.
pub(super) fn speaks_of(name: &str, words: &[&str]) -> bool {
    verbs::split(name).iter().any(|word| words.contains(&word.as_str()))
}
