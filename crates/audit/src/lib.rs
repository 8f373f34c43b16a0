//! Which of the events that a catalog promises does a source tree really publish?
//!
//! From files to report: [`tree`] says which files, `lower` makes facts of each, `project` knows what a name means,
//! `reach` follows values, `publish` finds the calls that publish, `live` the functions that anybody calls, and `cross`
//! compares with the catalog.

mod bus;
mod bypass;
pub mod config;
mod cross;
mod doors;
mod facts;
#[cfg(test)]
mod fail;
pub mod formats;
pub mod gate;
mod graph;
mod groups;
mod live;
mod lower;
mod make;
mod near;
mod project;
mod publish;
mod reach;
pub mod report;
mod roots;
mod run;
pub mod seen;
pub mod since;
mod sql;
mod suggest;
pub mod tree;
mod verbs;
mod walk;

pub use cross::{CatalogSource, NoSuchGroup, Promised};
pub use run::{About, Fault, audit};
