//! Static analysis of event coverage: compares a catalog of event types with a source tree, and finds which events the
//! code publishes and where the missing calls belong.
//!
//! Input: a tree of source files and a catalog of event types. Output: a [`report::Report`]. Each module is a stage of
//! the pipeline, in this order: [`source`] selects the files; `lower` parses each one with tree-sitter and keeps its
//! facts (an intermediate representation for all languages); `resolve` resolves names, builds the call graph,
//! propagates constants and computes reachability; `detect` finds catalogs, buses and publishing calls; `classify`
//! chooses the main catalog and bus and gives each event its state; [`report`] renders the result. `run` composes the
//! stages.

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
