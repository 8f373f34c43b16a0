//! Limits of scripts and of the processes that run them.

use std::time::Duration;

/// Largest source of a script in bytes.
pub const SOURCE_MAX: usize = 64 * 1024;

/// Deepest nesting of objects and arrays in a body.
pub(crate) const DEPTH_MAX: usize = 100;

/// Largest number of console lines that a call returns.
pub(crate) const CONSOLE_LINES: usize = 100;

/// Largest size of a call's console lines together, in bytes.
pub(crate) const CONSOLE_BYTES: usize = 8 * 1024;

/// Largest number of headers that a script may return.
pub(crate) const HEADERS_MAX: usize = 50;

/// Largest size of the returned headers together, in bytes.
pub(crate) const HEADERS_BYTES: usize = 16 * 1024;

/// Largest length of a returned path with its query, in bytes.
pub(crate) const PATH_MAX: usize = 2_000;

/// Limits that an operator may choose.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Largest number of worker processes.
    pub workers: usize,
    /// Calls that may wait for a worker. Further ones fail with `Failure::Busy`.
    pub queue: usize,
    /// Longest wait for a worker. A call that waits longer fails with `Failure::Busy`.
    pub patience: Duration,
    /// Time from the handover of a call to a worker until its answer. At the deadline the worker is killed.
    pub deadline: Duration,
    /// Time that a new worker process may take to start.
    pub start: Duration,
    /// Calls after which a worker is replaced.
    pub calls: u32,
    /// Heap of the JavaScript engine per call, in bytes.
    pub memory: usize,
    /// Largest body in bytes, before and after a transformation.
    pub body: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            workers: 2,
            queue: 64,
            patience: Duration::from_secs(2),
            deadline: Duration::from_millis(500),
            start: Duration::from_secs(10),
            calls: 1_000,
            memory: 32 * 1024 * 1024,
            body: 256 * 1024,
        }
    }
}
