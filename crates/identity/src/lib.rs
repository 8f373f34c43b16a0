//! Verification of JSON Web Tokens (RFC 7519) that the platform's own users send: signature, times, issuer, audience, and
//! the tenant, permissions and role that the claims name.
//!
//! Pure: keys, time and rules come in as arguments. The algorithm is pinned by the rules and by the key, never chosen by
//! the token.

mod algorithm;
mod claims;
mod der;
mod key;
mod key_set;
mod refusal;
mod rules;
mod token;
mod user;

pub use algorithm::Algorithm;
pub use claims::ClaimPath;
pub use key::{BadKey, Key};
pub use key_set::{BadKeySet, MAX_BYTES as KEY_SET_MAX_BYTES, parse as parse_key_set};
pub use refusal::Refusal;
pub use rules::Rules;
pub use token::{MAX_BYTES as TOKEN_MAX_BYTES, Token, looks_like};
pub use user::{Standing, User};
