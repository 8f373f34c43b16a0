//! `docs/contracts.md` as a test: one row per rule, run over HTTP against the binary. A row is named by the line of the
//! document that it is about, so that either can be found from the other. Rows of a section share a server and run
//! side by side, each in a tenant of its own.

mod audit;
mod catalog;
mod p;
mod receiver;
mod rows;
mod server;
mod t;
mod wire;
