//! What is done from time to time beside the traffic: one file a job.

pub(crate) mod clock;
pub(crate) mod retention;
mod trust;
