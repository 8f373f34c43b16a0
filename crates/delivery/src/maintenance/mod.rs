//! Periodic background jobs, one file per job.

pub(crate) mod clock;
pub(crate) mod retention;
mod trust;
