//! Turns findings into the report: [`Classifier`] chooses the main catalog and the main bus and gives each site its
//! state; `build_report` derives the states of events and the lists of the report; [`suggest`] proposes a place for
//! each gap.

mod build_report;
mod catalog;
mod choice;
mod classifier;
mod spellings;
pub(crate) mod suggest;

pub use catalog::{CatalogSource, NoSuchGroup, Promised};
pub(crate) use classifier::Classifier;
