//! What is promised (the catalog) against what happens: what was really published, who waits for it, and what an audit
//! of the product's code found.

pub(crate) mod coverage;
mod join;
pub(crate) mod report;
