//! `/api/v1/webhooks`: the platform API.

mod catalog;
mod deliveries;
mod replays;
mod short;
mod stats;
mod subscriptions;
