//! Timers on the injected clock, and a clock for tests.

use futures_util::future::BoxFuture;
use model::{Clock, ManualClock, Timestamp};
use std::{sync::Arc, time::Duration};
use tokio::sync::watch;

/// A timer of a clock.
pub trait Sleeper: Send + Sync {
    /// Waits until `until`, or without end for `None`. May return early: callers compare the time again.
    fn sleep_until(&self, until: Option<Timestamp>) -> BoxFuture<'static, ()>;
}

/// A clock for tests that stands still until it is advanced, which wakes all sleepers.
#[derive(Debug)]
pub struct TestClock {
    clock: ManualClock,
    moved: watch::Sender<()>,
}

impl TestClock {
    pub fn at(start: Timestamp) -> Arc<Self> {
        Arc::new(Self { clock: ManualClock::at(start), moved: watch::Sender::new(()) })
    }

    pub fn advance(&self, by: Duration) {
        self.clock.advance(by);
        self.moved.send_replace(());
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

impl Sleeper for TestClock {
    fn sleep_until(&self, until: Option<Timestamp>) -> BoxFuture<'static, ()> {
        // Subscribed before the clock is read, so that no later advance is missed.
        let mut moved = self.moved.subscribe();
        let due = until.is_some_and(|at| at <= self.now());
        Box::pin(async move {
            if !due {
                let _ = moved.changed().await;
            }
        })
    }
}
