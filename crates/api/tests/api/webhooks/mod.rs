//! `/api/v1/webhooks`: the platform API.

mod catalog;
mod deliveries;
mod short;
mod subscriptions;
