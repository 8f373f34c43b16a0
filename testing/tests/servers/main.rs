//! The servers that other tests rely on: they start, do what they are for, and leave nothing behind.

mod killed;
mod pgbouncer;
mod postgres;
mod replica;
