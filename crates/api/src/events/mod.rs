//! Core API: publish events and read published ones.

pub(crate) mod batch;
pub(crate) mod cancel;
pub(crate) mod erase_payload;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod payload;
pub(crate) mod preview;
pub(crate) mod publish;
pub(crate) mod request;
pub(crate) mod shown;
