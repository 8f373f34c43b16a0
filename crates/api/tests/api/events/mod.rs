//! `/api/v1/events`.

mod batch;
mod cancel;
mod delayed;
mod erase_payload;
mod full;
mod get;
mod list;
mod pages;
mod payload;
mod preview;
mod publish;
