//! The HTTP API: the router on one page, one file per endpoint, and the only place that knows wire types.

mod admin;
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
mod memory;
mod nodes;
mod pages;
mod prefixes;
mod probe;
mod problem;
mod query;
mod request_ids;
mod request_log;
mod room;
mod router;
mod schemas;
mod settings;
mod tenant_webhooks;
mod tenants;
mod unique_headers;
mod warnings;
mod webhooks;

pub use app::{App, Parts};
pub use auth::hash_key;
pub use keys::new_key;
pub use router::{health_router, openapi, router};
pub use settings::Settings;

use app::finish;
