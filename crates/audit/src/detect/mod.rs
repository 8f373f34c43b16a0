//! From values to findings: the sets of event types, the buses, the calls that publish, and the writes past the bus.

pub(crate) mod bus;
pub(crate) mod bypass;
pub(crate) mod entry_points;
pub(crate) mod groups;
pub(crate) mod publish;
pub(crate) mod search;
mod server;
pub(crate) mod site;
