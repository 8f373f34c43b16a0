//! The host: a pool of worker processes, and calls to them.

mod process;
mod scripts;

pub use process::Program;
pub use scripts::{Input, Ran, Scripts};
