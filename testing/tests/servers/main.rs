//! Tests of the throw-away servers: they start, work, and leave nothing behind.

mod killed;
mod pgbouncer;
mod postgres;
mod prometheus;
mod replica;
