//! Requests to receivers, and their outcomes.

mod idempotency;
mod oddities;
mod outcomes;
mod priority;
mod recovery;
mod retention;
mod retry;
mod retry_after;
mod shortages;
mod signatures;
mod timeouts;
mod wildcards;
mod wire;
