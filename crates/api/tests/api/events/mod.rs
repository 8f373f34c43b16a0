//! `/api/v1/events`.

mod batch;
mod full;
mod get;
mod list;
mod pages;
mod publish;
