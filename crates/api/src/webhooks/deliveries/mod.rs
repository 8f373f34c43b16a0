//! Deliveries: the log, and sending again.

pub(crate) mod filter;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod retry;
pub(crate) mod shown;
