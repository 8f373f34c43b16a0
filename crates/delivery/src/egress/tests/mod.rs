//! Egress against scripted servers on loopback, which can violate the protocols.

mod addresses;
mod http2;
mod limits;
mod peer;
mod resend;
pub(super) mod support;
mod tls;
