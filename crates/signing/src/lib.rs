//! Signing and verification of webhooks: Standard Webhooks (`v1`, `v1a`), the plain hex HMAC of the profiles
//! `platform` and `tenant`, and AWS Signature Version 4; and tickets in URLs. Does no I/O.

mod aws_v4;
mod secret;
mod sign;
mod ticket;
mod verify;

pub use aws_v4::{AwsKey, sign_aws_v4};
pub use secret::{
    BadSecret, Form, PublicKey, Secret, WHSEC_RANDOM, generate_ed25519, generate_url_safe, generate_whsec,
};
pub use sign::{hex, standard_content};
pub use ticket::TicketKey;
pub use verify::{VerifyError, verify_hex, verify_standard};

/// Maximum difference between a `webhook-timestamp` and the receiver's clock, in seconds (Standard Webhooks: five
/// minutes).
pub const TOLERANCE_SECONDS: i64 = 300;
