//! The clock of tests (feature `test`).

use crate::wake::Sleeper;
use futures_util::future::BoxFuture;
use model::{Clock, Timestamp};
use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering::SeqCst},
    },
    time::Duration,
};
use tokio::sync::watch;

/// A clock that stands still until it is moved, and then wakes the tasks that wait for a time.
#[derive(Debug)]
pub struct TestClock {
    micros: AtomicI64,
    moved: watch::Sender<()>,
}

impl TestClock {
    pub fn at(start: Timestamp) -> Arc<Self> {
        Arc::new(Self { micros: AtomicI64::new(start.micros()), moved: watch::Sender::new(()) })
    }

    pub fn advance(&self, by: Duration) {
        self.micros.fetch_add(i64::try_from(by.as_micros()).unwrap_or(i64::MAX), SeqCst);
        self.moved.send_replace(());
    }

    /// Puts the clock back, as a correction of a wrong clock does.
    pub fn put_back(&self, by: Duration) {
        self.micros.fetch_sub(i64::try_from(by.as_micros()).unwrap_or(i64::MAX), SeqCst);
        self.moved.send_replace(());
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.micros.load(SeqCst))
    }
}

impl Sleeper for TestClock {
    fn sleep_until(&self, until: Option<Timestamp>) -> BoxFuture<'static, ()> {
        // Subscribes before it reads the clock, so that no move in between is missed.
        let mut moved = self.moved.subscribe();
        let due = until.is_some_and(|at| at <= self.now());
        Box::pin(async move {
            if !due {
                let _ = moved.changed().await;
            }
        })
    }
}
