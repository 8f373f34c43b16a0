//! Egress against scripted servers on loopback, which can violate the protocols.

mod addresses;
mod hostile_urls;
mod http2;
mod limits;
pub(super) mod name_server;
mod peer;
mod rebinding;
mod resend;
mod routes;
mod rules;
mod spellings;
pub(super) mod support;
mod tls;
mod versions;
