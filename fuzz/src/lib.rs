//! Fuzz targets for every parser of Postrider. A target is a function of bytes that panics when a rule is broken: a
//! parser panics, accepts what it must refuse, prints what it does not read back, or does more work than its bound.
//!
//! `tests/corpus.rs` runs all targets with their seeds (`corpus/<target>/`) and a fixed number of mutations of them.
//! `cargo xtask fuzz` builds `libfuzzer/` and runs one target for minutes, guided by coverage. `docs/fuzzing.md` is the
//! page about both.

// The configuration belongs to the binary `postrider`, which no library can use; its files are compiled here as they are.
#[path = "../../crates/cli/src/config/mod.rs"]
#[allow(dead_code, unused_imports, reason = "the target reads a configuration; the commands use more of it")]
mod config;
mod input;
pub mod mutate;
mod store;
mod targets;

pub use targets::{TARGETS, Target};
