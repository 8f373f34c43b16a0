//! Timers on the injected clock.

use futures_util::future::BoxFuture;
use model::Timestamp;

/// A timer of a clock.
pub trait Sleeper: Send + Sync {
    /// Waits until `until`, or without end for `None`. May return early: callers compare the time again.
    fn sleep_until(&self, until: Option<Timestamp>) -> BoxFuture<'static, ()>;
}
