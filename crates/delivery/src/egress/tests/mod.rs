//! Egress against scripted servers on loopback, which can violate the protocols.

mod addresses;
mod http2;
mod limits;
mod peer;
mod resend;
mod routes;
pub(super) mod support;
mod tls;
mod versions;
