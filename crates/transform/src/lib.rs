//! Changes to webhook requests before they are sent: scripts of customers in JavaScript, which run in child processes
//! that can be killed, and fixed templates for the formats of well-known receivers.
//!
//! [`Scripts`] is the host's side of scripts: a pool of workers. [`work`] is the worker's side, which the binary calls for
//! a hidden subcommand. Only the worker touches the JavaScript engine. Rules for customers are in
//! `docs/transformations.md`.

mod clock;
mod fault;
mod frame;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod host;
mod limits;
mod shape;
pub mod templates;
mod wire;
mod work;

pub use fault::{Failure, FaultKind, ScriptFault};
pub use host::{Input, Program, Ran, Scripts};
pub use limits::{Limits, SOURCE_MAX};
pub use shape::{Effect, Method, Shaped};
pub use work::work;
