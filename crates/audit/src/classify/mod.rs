//! From findings to the report: the main set and the main bus, the state of each event, and where a gap is best closed.

mod build_report;
mod catalog;
mod classifier;
pub(crate) mod suggest;

pub use catalog::{CatalogSource, NoSuchGroup, Promised};
pub(crate) use classifier::Classifier;
