//! Periodic background jobs, one file per job.

pub(crate) mod breakers;
pub(crate) mod clock;
pub(crate) mod failing;
pub(crate) mod retention;
pub(crate) mod rotation;
pub(crate) mod rounds;
mod trust;
