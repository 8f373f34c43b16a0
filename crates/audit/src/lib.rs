//! Which of the events that a catalog promises does a source tree really publish?

pub mod formats;
pub mod report;
