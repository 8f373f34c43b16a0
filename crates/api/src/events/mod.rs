//! Core: publish events, and look at what was published.

pub(crate) mod batch;
pub(crate) mod draft;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod publish;
pub(crate) mod shown;
