//! The result of an audit: the contract (the report's data types), its formats, the gate, and comparisons with another
//! revision and with a running server. The contract depends on no other module of the crate, so every stage may fill in
//! its part.

mod contract;
pub mod formats;
pub mod gate;
pub mod live;
mod place;
pub mod revisions;

pub use contract::*;
pub use place::*;
