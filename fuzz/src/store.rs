//! The part of the binary's module `store` that the configuration uses.

#[path = "../../crates/cli/src/store/location.rs"]
#[allow(dead_code, reason = "the configuration uses a part of it")]
mod location;

pub(crate) use location::{StoreUrl, parse_postgres};
