//! Deliveries of the platform API: the log, and retries by hand.

pub(crate) mod filter;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod retry;
pub(crate) mod shown;
