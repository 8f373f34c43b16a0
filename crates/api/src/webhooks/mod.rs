//! P: `/api/v1/webhooks`, the platform system's API (`CONTRACTS.md`, P).

pub(crate) mod catalog;
pub(crate) mod deliveries;
pub(crate) mod secrets;
pub(crate) mod short;
pub(crate) mod subscriptions;
