//! Waiting on the clock that everything else reads.

use futures_util::future::BoxFuture;
use model::Timestamp;

/// Waits for a point in time on some clock.
pub trait Sleeper: Send + Sync {
    /// Returns at `until` or a little later; never, when there is none.
    fn sleep_until(&self, until: Option<Timestamp>) -> BoxFuture<'static, ()>;
}
