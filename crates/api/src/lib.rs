//! The HTTP API: the router on one page, one file per endpoint, and the only place that knows wire types.

mod admin;
mod admission;
mod app;
mod audit;
mod auth;
mod backlog;
mod body;
mod catalog;
mod catalog_check;
mod changes;
mod cors;
mod docs;
mod events;
mod family;
mod health;
mod keys;
mod log_control;
mod memory;
mod nodes;
mod pages;
mod prefixes;
mod problem;
mod query;
mod quota;
mod request_ids;
mod request_log;
mod request_metrics;
mod room;
mod router;
mod schemas;
mod scrape;
mod settings;
mod tenant_webhooks;
mod tenants;
mod trace;
mod unique_headers;
mod warnings;
mod webhooks;

pub use app::{App, Parts};
pub use auth::hash_key;
pub use keys::new_key;
pub use log_control::LogControl;
pub use router::{health_router, metrics_router, openapi, router};
pub use settings::Settings;

use app::finish;
