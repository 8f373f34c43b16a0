//! The time that everything here goes by: it runs as evenly as the machine runs, and follows a clock that is watched. That is
//! the machine's own, or the store's where several nodes share one. A jump of that clock changes nothing at first, see
//! [`jump`]: retention, what is due and what expires, ids and the times that are shown wait until it has lasted.
//!
//! Signatures alone carry the time of the watched clock as it is ([`Clock::wall`]): receivers compare it with their own.

mod jump;

use crate::wake::Sleeper;
use futures_util::future::BoxFuture;
use jump::{Held, Verdict, Watch};
use model::{Clock, SystemClock, Timestamp};
use parking_lot::Mutex;
use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering::Relaxed},
    },
    time::Duration,
};
use tokio::sync::Notify;

/// How long the machine has been running, with the time in which it was suspended. No setting of a clock changes it.
#[allow(clippy::disallowed_methods, reason = "the one place that measures how time passes, for clocks and leases")]
pub(crate) fn uptime() -> Duration {
    #[cfg(target_os = "linux")]
    let clock = rustix::time::ClockId::Boottime;
    #[cfg(not(target_os = "linux"))]
    let clock = rustix::time::ClockId::Monotonic;
    let now = rustix::time::clock_gettime(clock);
    Duration::new(u64::try_from(now.tv_sec).unwrap_or(0), u32::try_from(now.tv_nsec).unwrap_or(0))
}

/// Whose clock is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watched {
    /// The machine's own.
    Machine,
    /// The store's, which several nodes share. The machine's may show anything.
    Store,
}

/// An even clock.
#[derive(Debug)]
pub struct SteadyClock {
    watched: Watched,
    /// Microseconds from the uptime to the time.
    offset: AtomicI64,
    /// The same of the watched clock, as it was shown last.
    shown: AtomicI64,
    watch: Mutex<Watch>,
    /// The time went back.
    went_back: Notify,
}

fn micros(of: Duration) -> i64 {
    i64::try_from(of.as_micros()).unwrap_or(i64::MAX)
}

impl SteadyClock {
    /// Begins with the time that the machine shows.
    pub fn new(watched: Watched) -> Arc<Self> {
        let offset = SystemClock.now().micros() - micros(uptime());
        Arc::new(Self {
            watched,
            offset: AtomicI64::new(offset),
            shown: AtomicI64::new(offset),
            watch: Mutex::new(Watch::new()),
            went_back: Notify::new(),
        })
    }

    /// Before anything goes by it: the time is what the watched clock shows, and nothing known is newer than `floor`.
    pub(crate) fn begin(&self, shown: Option<(Timestamp, Timestamp)>, floor: Option<Timestamp>) {
        if let Some((shown, asked)) = shown {
            let off = self.off(shown, asked);
            self.shown.fetch_add(off, Relaxed);
            self.offset.fetch_add(off, Relaxed);
            if off.abs() > 250_000 {
                tracing::info!(
                    milliseconds = off / 1_000,
                    "this machine's clock is off from the store's; the store's is followed"
                );
            }
        }
        if let Some(floor) = floor {
            self.watch.lock().set_floor(floor);
        }
    }

    /// How far the time is behind what was shown at some time between `asked` and now.
    fn off(&self, shown: Timestamp, asked: Timestamp) -> i64 {
        let now = self.now().micros();
        shown.micros().saturating_sub(asked.micros() + (now - asked.micros()) / 2)
    }

    pub(crate) const fn watched(&self) -> Watched {
        self.watched
    }

    /// Looks at the machine's clock. `true` when it has jumped.
    pub(crate) fn look(&self) -> bool {
        let now = self.now();
        self.observe(SystemClock.now(), now)
    }

    /// The watched clock showed this at some time between `asked` and now. `true` when it has jumped.
    pub(crate) fn observe(&self, shown: Timestamp, asked: Timestamp) -> bool {
        let (now, off) = (self.now(), self.off(shown, asked));
        let shown = Timestamp::from_micros(now.micros().saturating_add(off));
        self.shown.store(shown.micros().saturating_sub(micros(uptime())), Relaxed);
        let verdict = self.watch.lock().judge(uptime(), now, shown);
        match verdict {
            Verdict::Keep => return false,
            Verdict::Over => tracing::info!("the clock shows the expected time again; nothing was changed by its jump"),
            Verdict::Correct => {
                self.offset.fetch_add(off, Relaxed);
                tracing::info!(milliseconds = off / 1_000, "the clock was corrected, and is followed");
                return false;
            }
            Verdict::Believe => {
                self.offset.fetch_add(off, Relaxed);
                tracing::warn!(%shown, seconds = off / 1_000_000, "the clock has shown that for long enough, and is followed");
            }
            Verdict::GoBack => {
                self.offset.fetch_add(off, Relaxed);
                tracing::warn!(%shown, seconds = off / 1_000_000, "the clock was put back, and is followed");
                self.went_back.notify_one();
            }
            Verdict::Hold(held) => say(held, shown, now),
        }
        true
    }

    /// Returns when times in the future are to be looked for.
    pub(crate) async fn went_back(&self) {
        self.went_back.notified().await;
    }
}

/// Tells the operator what is the matter and what to do.
fn say(held: Held, shown: Timestamp, expected: Timestamp) {
    let Held { say, is_large, left } = held;
    if !say {
        return;
    }
    let seconds = (shown.micros().saturating_sub(expected.micros())) / 1_000_000;
    let hours = left.as_secs().div_ceil(3_600);
    let advice = "retention, retries, expiry and the times of events go on without it. If the clock is wrong, set it right and \
                  nothing was changed. If it is right, it is followed when it has lasted, or at once after a restart";
    if is_large {
        tracing::error!(%shown, %expected, seconds, followed_in_hours = hours, "the clock has jumped: {advice}");
    } else {
        tracing::warn!(%shown, %expected, seconds, followed_in_hours = hours, "the clock has jumped: {advice}");
    }
}

impl Clock for SteadyClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(micros(uptime()).saturating_add(self.offset.load(Relaxed)))
    }

    fn wall(&self) -> Timestamp {
        match self.watched {
            Watched::Machine => SystemClock.now(),
            Watched::Store => Timestamp::from_micros(micros(uptime()).saturating_add(self.shown.load(Relaxed))),
        }
    }
}

/// No sleep is longer than this without a look at the time, which may be corrected meanwhile.
const NAP: Duration = Duration::from_secs(30);

impl Sleeper for SteadyClock {
    fn sleep_until(&self, until: Option<Timestamp>) -> BoxFuture<'static, ()> {
        match until {
            None => Box::pin(std::future::pending()),
            Some(at) => Box::pin(tokio::time::sleep(at.since(self.now()).min(NAP) + Duration::from_millis(1))),
        }
    }
}
