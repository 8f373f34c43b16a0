//! `/api/v1/webhooks/deliveries`.

mod attempts;
mod cancel;
mod cancel_many;
mod counts;
mod get;
mod list;
mod rates;
mod retry;
mod search;

const PATH: &str = "/api/v1/webhooks/deliveries";
