//! Results as a table, as JSON and as plots.

pub(crate) mod outcome;
pub(crate) mod percentile;
pub(crate) mod plot;
pub(crate) mod results;
pub(crate) mod table;
