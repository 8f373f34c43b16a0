//! The platform API: `/api/v1/webhooks` (`docs/contracts.md`).

pub(crate) mod catalog;
pub(crate) mod deliveries;
pub(crate) mod secrets;
pub(crate) mod short;
pub(crate) mod subscriptions;
