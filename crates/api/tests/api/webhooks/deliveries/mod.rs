//! `/api/v1/webhooks/deliveries`.

mod get;
mod list;
mod retry;

const PATH: &str = "/api/v1/webhooks/deliveries";
