//! Deliveries of the platform API: the log, retries by hand, and cancellation.

pub(crate) mod attempts;
pub(crate) mod cancel;
pub(crate) mod cancel_many;
pub(crate) mod counts;
pub(crate) mod filter;
pub(crate) mod get;
pub(crate) mod list;
mod newest;
pub(crate) mod rates;
pub(crate) mod retry;
pub(crate) mod shown;
