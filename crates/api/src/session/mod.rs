//! Sign-in sessions of browsers: a key, or the one-time code of `serve --dev`, is exchanged for a cookie.

mod code;
mod cookie;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod get;
mod shown;
mod sign_in_code;

pub(crate) use code::OneTimeCodes;

/// Maximum number of live sessions of a key; a further one ends the one that was used the longest ago.
const SESSIONS_PER_KEY: u32 = 100;
