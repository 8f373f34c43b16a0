//! One way into a webhook server, and what a call brings there.

use crate::{
    detect::{
        bus::{Bus, BusKey},
        server::Server,
    },
    facts::Expr,
    resolve::{Found, FunctionId},
    text::verbs,
};

/// One way into a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EntryPoint {
    pub(crate) server: Server,
    /// As the report shows it.
    pub(crate) shown: &'static str,
    /// The field of the body that names the event type; none for SQL.
    pub(crate) key: &'static str,
}

impl EntryPoint {
    pub(super) fn bus(self) -> Bus {
        Bus { key: BusKey::Server(self.server), shown: self.shown.to_owned() }
    }
}

/// A value that comes with a call: an argument, or something that was set on the object before.
#[derive(Clone, Copy)]
pub(super) struct Part<'p> {
    pub(super) name: Option<&'p str>,
    pub(super) value: &'p Expr,
    pub(super) scope: FunctionId,
}

/// The event type of a body, and where it stands.
pub(super) struct Named<'p> {
    pub(super) found: Found<'p>,
    /// The address of the expression, to tell two bodies apart.
    pub(super) place: usize,
    pub(super) shown: String,
}

/// Whether a name holds one of these words.
pub(super) fn speaks_of(name: &str, words: &[&str]) -> bool {
    verbs::split(name).iter().any(|word| words.contains(&word.as_str()))
}
