//! What goes over the wire to receivers, and what comes of it.

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
