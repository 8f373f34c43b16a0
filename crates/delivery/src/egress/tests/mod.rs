//! Egress against servers on loopback that are made by hand, so that they can do what no good server does.

mod addresses;
mod http2;
mod limits;
mod resend;
pub(super) mod support;
mod tls;
