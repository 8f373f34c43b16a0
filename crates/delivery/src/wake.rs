//! Waiting on the clock that everything else reads.

use futures_util::future::BoxFuture;
use model::{Clock, ManualClock, Timestamp};
use std::{sync::Arc, time::Duration};
use tokio::sync::watch;

/// Waits for a point in time on some clock.
pub trait Sleeper: Send + Sync {
    /// Returns at `until` or a little later; never, when there is none.
    fn sleep_until(&self, until: Option<Timestamp>) -> BoxFuture<'static, ()>;
}

/// A clock that stands still until it is moved, and wakes those who wait for the time it then shows.
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
        // Before the look at the clock: what moves it after that is seen.
        let mut moved = self.moved.subscribe();
        let due = until.is_some_and(|at| at <= self.now());
        Box::pin(async move {
            if !due {
                let _ = moved.changed().await;
            }
        })
    }
}
