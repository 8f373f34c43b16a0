//! `docs/contracts.md` as a test: one row per rule, run over HTTP against the binary. A row's name quotes the rule's
//! section and line, so that each can be found from the other. Rows of a section share a server and run concurrently,
//! each in its own tenant.

mod audit;
mod catalog;
mod operational;
mod p;
mod receiver;
mod rows;
mod server;
mod t;
mod wire;
