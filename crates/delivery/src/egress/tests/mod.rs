//! Egress against scripted servers on loopback, which can violate the protocols.

mod addresses;
mod http2;
mod limits;
mod resend;
pub(super) mod support;
mod tls;
