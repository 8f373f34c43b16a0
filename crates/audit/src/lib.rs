//! Static analysis of event coverage: compares a catalog of event types with a source tree, and finds which events the
//! code publishes and where the missing calls belong.
//!
//! Input: a tree of source files and a catalog of event types. Output: a [`report::Report`]. Each module is a stage of
//! the pipeline, in this order: [`source`] selects the files; `lower` parses each one with tree-sitter and keeps its
//! facts (an intermediate representation for all languages); `resolve` resolves names, builds the call graph,
//! propagates constants and computes reachability; `detect` finds catalogs, buses and publishing calls; `classify`
//! chooses the main catalog and bus and gives each event its state; [`report`] renders the result. `run` composes the
//! stages.
//!
//! A *site* is a place in the code that publishes an event. A *bus* is the class, function or server that it publishes
//! through. The *main bus* leads to the webhooks; any other one is a *parallel system*. A *gap* is an event of the
//! catalog that no reachable code publishes on the main bus. `docs/audit.md` has the rules.

mod classify;
pub mod config;
mod detect;
mod facts;
#[cfg(test)]
mod failpoints;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod lower;
pub mod report;
mod resolve;
mod run;
pub mod source;
mod text;

pub use classify::{CatalogSource, NoSuchGroup, Promised};
pub use run::{About, Fault, NoSuchName, audit};
