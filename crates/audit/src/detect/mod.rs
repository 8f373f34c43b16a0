//! Turns values into findings: sets of constants that are catalogs ([`groups`]), publishing calls by their names
//! ([`publish`]) and over a wire ([`entry_points`]), the bus of each call ([`bus`]), and SQL that bypasses the bus
//! ([`bypass`]). No finding has a state yet.

pub(crate) mod bus;
pub(crate) mod bypass;
pub(crate) mod entry_points;
pub(crate) mod groups;
pub(crate) mod publish;
pub(crate) mod search;
mod server;
pub(crate) mod site;
