//! Waiting on the clock that everything else reads.

use futures_util::future::BoxFuture;
use model::{Clock, ManualClock, SystemClock, Timestamp};
use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering::Relaxed},
    },
    time::Duration,
};
use tokio::sync::watch;

/// Waits for a point in time on some clock.
pub trait Sleeper: Send + Sync {
    /// Returns at `until` or a little later; never, when there is none.
    fn sleep_until(&self, until: Option<Timestamp>) -> BoxFuture<'static, ()>;
}

impl Sleeper for SystemClock {
    fn sleep_until(&self, until: Option<Timestamp>) -> BoxFuture<'static, ()> {
        match until {
            None => Box::pin(std::future::pending()),
            // A wall clock can be set; so no sleep is longer than this without a look at it.
            Some(at) => Box::pin(tokio::time::sleep(
                at.since(self.now()).min(Duration::from_secs(30)) + Duration::from_millis(1),
            )),
        }
    }
}

/// The system's clock, put right by one that several machines share.
#[derive(Debug, Default)]
pub struct SharedClock {
    /// Microseconds by which the system's clock is behind.
    behind: AtomicI64,
}

/// Less than this is left alone: it is what asking takes.
const TOLERANCE: i64 = 250_000;

impl SharedClock {
    /// What the shared clock showed, at some time between `asked` and now by this one.
    pub fn adjust(&self, shown: Timestamp, asked: Timestamp) {
        let now = self.now().micros();
        let here = asked.micros() + (now - asked.micros()) / 2;
        let off = shown.micros() - here;
        if off.abs() > TOLERANCE {
            self.behind.fetch_add(off, Relaxed);
            tracing::info!(
                milliseconds = off / 1_000,
                "this machine's clock is off from the store's; the store's is followed"
            );
        }
    }
}

impl Clock for SharedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(SystemClock.now().micros() + self.behind.load(Relaxed))
    }
}

impl Sleeper for SharedClock {
    fn sleep_until(&self, until: Option<Timestamp>) -> BoxFuture<'static, ()> {
        let behind = self.behind.load(Relaxed);
        SystemClock.sleep_until(until.map(|at| Timestamp::from_micros(at.micros() - behind)))
    }
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
