//! `/api/v1/events`.

mod batch;
mod get;
mod list;
mod publish;
