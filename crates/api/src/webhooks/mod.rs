//! The platform API: `/api/v1/webhooks` (`docs/contracts.md`).

pub(crate) mod catalog;
pub(crate) mod deliveries;
pub(crate) mod limits;
pub(crate) mod replays;
pub(crate) mod secrets;
mod selection;
pub(crate) mod short;
pub(crate) mod stats;
pub(crate) mod subscriptions;
