//! `/api/v1/webhooks/events`: the catalog.

mod change;
mod get;
mod list;
mod register;
mod retire;

const PATH: &str = "/api/v1/webhooks/events";
