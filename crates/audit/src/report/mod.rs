//! What an audit found and what is made of it: the contract, its formats, the gate, and comparisons with another revision
//! and with a running server. The contract knows nothing else of the crate, so every stage may fill in its part.

mod contract;
pub mod formats;
pub mod gate;
pub mod live;
pub mod revisions;

pub use contract::*;
