//! The HTTP API: the router on one page, one file per endpoint, and the only place that knows wire types.

mod admin;
mod admission;
mod app;
mod around;
mod audit;
mod auth;
mod backlog;
mod body;
mod catalog;
mod catalog_check;
mod changes;
mod cors;
mod dashboard;
mod docs;
mod egress_addresses;
mod events;
mod family;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod health;
mod key_use_task;
mod key_uses;
mod keys;
mod log_control;
mod memory;
mod nodes;
mod outside;
mod pages;
mod payloads;
mod portal_sessions;
mod prefixes;
mod problem;
mod public_url;
mod query;
mod quota;
mod receiver;
mod request_ids;
mod request_log;
mod request_metrics;
mod room;
mod router;
mod schemas;
mod scrape;
mod session;
mod settings;
mod stream;
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
pub use public_url::{BadPublicUrl, PublicUrl};
pub use receiver::receiver_url;
pub use router::{health_router, metrics_router, openapi, router};
pub use settings::{SettingShown, SettingSource, Settings};

use app::finish;
