//! Coverage of the catalog: promised event types compared with published events, active subscriptions and the report
//! of a code audit.

pub(crate) mod coverage;
mod join;
pub(crate) mod report;
mod shown;
