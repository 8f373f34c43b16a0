//! Throw-away servers for tests and benchmarks: PostgreSQL, a streaming replica, PgBouncer, Prometheus. And
//! [`workshop`], for tests that run programs in other languages.
//!
//! The servers are those of the Debian packages `postgresql`, `pgbouncer` and `prometheus`. Each has its own folder and
//! its own port on loopback, and none outlives the process that started it, however that ends. When a server cannot be started, the
//! test fails with the reason; no test is skipped.

mod cluster;
mod keeper;
mod pgbouncer;
mod port;
mod postgres;
mod programs;
mod prometheus;
mod psql;
mod replica;
mod servant;
pub mod workshop;

pub use pgbouncer::PgBouncer;
pub use postgres::{Options, Postgres};
pub use prometheus::Prometheus;
pub use replica::Replica;

/// The superuser of every database server, which has no password.
pub const USER: &str = "postrider";
