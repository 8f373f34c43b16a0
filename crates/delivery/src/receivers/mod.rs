//! Credentials of requests to receivers: fixed headers, OAuth 2.0 access tokens, and signatures of AWS.

pub(crate) mod authenticate;
mod token_request;
mod tokens;

pub(crate) use authenticate::Unauthenticated;
#[cfg(feature = "fuzzing")]
pub(crate) use token_request::read_answer;
pub(crate) use tokens::{Token, Tokens};
