//! Turns findings into the report: [`Classifier`] chooses the main catalog and the main bus and gives each site its
//! state; `build_report` derives the states of events and the lists of the report; [`suggest`] proposes a place for
//! each gap, and [`examples`] quotes the code's own publishing calls.

mod build_report;
mod catalog;
pub(crate) mod categories;
mod choice;
mod classifier;
pub(crate) mod examples;
mod shown;
mod spellings;
pub(crate) mod suggest;

pub use catalog::{CatalogSource, NoSuchGroup, Promised};
pub(crate) use classifier::Classifier;
