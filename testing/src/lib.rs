//! Throw-away servers for tests and benchmarks: PostgreSQL, a streaming replica, PgBouncer. And [`workshop`], for tests
//! that run programs in other languages.
//!
//! The servers are real ones, of the Debian packages `postgresql` and `pgbouncer`. Each has a folder of its own and a port of
//! its own on loopback, and neither outlives the process that started it, however that ends. When one cannot be started,
//! the test fails with a sentence that says why; no test is skipped.

mod cluster;
mod keeper;
mod pgbouncer;
mod port;
mod postgres;
mod programs;
mod psql;
mod replica;
mod servant;
pub mod workshop;

pub use pgbouncer::PgBouncer;
pub use postgres::{Options, Postgres};
pub use replica::Replica;

/// The superuser of every server here. It has no password, and needs none.
pub const USER: &str = "postrider";
