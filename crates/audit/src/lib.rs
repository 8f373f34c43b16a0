//! Which of the events that a catalog promises does a source tree really publish?
//!
//! Each folder is a stage, in the order in which data goes through them: [`source`] chooses the files, `lower` makes facts
//! of each, `resolve` follows names, calls and values, `detect` finds the calls that publish, `classify` compares them with
//! the catalog, and [`report`] is the result. `run` is the whole way.

mod classify;
pub mod config;
mod detect;
mod facts;
#[cfg(test)]
mod failpoints;
mod lower;
pub mod report;
mod resolve;
mod run;
pub mod source;
mod text;

pub use classify::{CatalogSource, NoSuchGroup, Promised};
pub use run::{About, Fault, audit};
