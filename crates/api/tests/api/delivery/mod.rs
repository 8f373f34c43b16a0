//! Requests to receivers, and their outcomes.

mod auto_disable;
mod expiry;
mod idempotency;
mod oddities;
mod outcomes;
mod priority;
mod protection;
mod receivers;
mod recovery;
mod retention;
mod retry;
mod retry_after;
mod retry_rules;
mod shaping;
mod shortages;
mod signatures;
mod timeouts;
mod traces;
mod wildcards;
mod wire;
