//! The steady clock, for everything but signatures: it advances with the machine's uptime and follows a watched clock,
//! which is the machine's wall clock, or the store's where several nodes share one. A jump of the watched clock is held
//! at first (see [`jump`]): retention, due times, expiry, ids and displayed times ignore it until it has lasted.
//!
//! Signatures use the watched clock as it is ([`Clock::wall`]), since receivers compare it with their own.

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

/// The machine's uptime, suspends included. Monotonic: setting the wall clock does not change it.
#[allow(clippy::disallowed_methods, reason = "the one place that measures how time passes, for clocks and leases")]
pub(crate) fn uptime() -> Duration {
    #[cfg(target_os = "linux")]
    let clock = rustix::time::ClockId::Boottime;
    #[cfg(not(target_os = "linux"))]
    let clock = rustix::time::ClockId::Monotonic;
    let now = rustix::time::clock_gettime(clock);
    Duration::new(u64::try_from(now.tv_sec).unwrap_or(0), u32::try_from(now.tv_nsec).unwrap_or(0))
}

/// The clock that the steady clock follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watched {
    /// The machine's wall clock.
    Machine,
    /// The clock of a store that several nodes share. The machine's wall clock is ignored.
    Store,
}

/// A clock that advances with the machine's uptime and follows a watched clock.
#[derive(Debug)]
pub struct SteadyClock {
    watched: Watched,
    /// Steady time minus uptime, in microseconds.
    offset: AtomicI64,
    /// Time of the watched clock minus uptime, in microseconds, at its last reading.
    shown: AtomicI64,
    watch: Mutex<Watch>,
    /// Notified when the steady time was set back.
    went_back: Notify,
}

fn micros(of: Duration) -> i64 {
    i64::try_from(of.as_micros()).unwrap_or(i64::MAX)
}

impl SteadyClock {
    /// Starts at the time of the machine's wall clock.
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

    /// Called before the clock is used. `shown` is a reading of the watched clock, with the time at which it was
    /// requested; `floor` is the newest time known from before this process.
    pub(crate) fn begin(&self, shown: Option<(Timestamp, Timestamp)>, floor: Option<Timestamp>) {
        if let Some((shown, asked)) = shown {
            let off = self.off(shown, asked);
            self.shown.fetch_add(off, Relaxed);
            self.offset.fetch_add(off, Relaxed);
            if off.abs() > 250_000 {
                tracing::info!(
                    milliseconds = off / 1_000,
                    "this machine's clock differs from the store's; using the store's"
                );
            }
        }
        if let Some(floor) = floor {
            self.watch.lock().set_floor(floor);
        }
    }

    /// Microseconds by which the steady time is behind `shown`, a reading made at some time between `asked` and now.
    fn off(&self, shown: Timestamp, asked: Timestamp) -> i64 {
        let now = self.now().micros();
        shown.micros().saturating_sub(asked.micros() + (now - asked.micros()) / 2)
    }

    pub(crate) const fn watched(&self) -> Watched {
        self.watched
    }

    /// Reads the machine's wall clock. Returns `true` when it has jumped.
    pub(crate) fn look(&self) -> bool {
        let now = self.now();
        self.observe(SystemClock.now(), now)
    }

    /// Takes a reading of the watched clock, made at some time between `asked` and now. Returns `true` when the clock
    /// has jumped.
    pub(crate) fn observe(&self, shown: Timestamp, asked: Timestamp) -> bool {
        let (now, off) = (self.now(), self.off(shown, asked));
        let shown = Timestamp::from_micros(now.micros().saturating_add(off));
        self.shown.store(shown.micros().saturating_sub(micros(uptime())), Relaxed);
        let verdict = self.watch.lock().judge(uptime(), now, shown);
        match verdict {
            Verdict::Keep => return false,
            Verdict::Over => tracing::info!("the clock shows the expected time again; its jump had no effect"),
            Verdict::Correct => {
                self.offset.fetch_add(off, Relaxed);
                tracing::info!(milliseconds = off / 1_000, "following a correction of the clock");
                return false;
            }
            Verdict::Believe => {
                self.offset.fetch_add(off, Relaxed);
                tracing::warn!(%shown, seconds = off / 1_000_000, "following a jump of the clock that has lasted");
            }
            Verdict::GoBack => {
                self.offset.fetch_add(off, Relaxed);
                tracing::warn!(%shown, seconds = off / 1_000_000, "the clock was put back; following it");
                self.went_back.notify_one();
            }
            Verdict::Hold(held) => say(held, shown, now),
        }
        true
    }

    /// Completes when the steady time was set back, so that stored times may lie in the future.
    pub(crate) async fn went_back(&self) {
        self.went_back.notified().await;
    }
}

/// Logs a held jump, with advice for the operator.
fn say(held: Held, shown: Timestamp, expected: Timestamp) {
    let Held { say, is_large, left } = held;
    if !say {
        return;
    }
    let seconds = (shown.micros().saturating_sub(expected.micros())) / 1_000_000;
    let hours = left.as_secs().div_ceil(3_600);
    let advice = "retention, retries, expiry and the times of events ignore it for now. If the clock is wrong, set it \
                  right: the jump had no effect. If it is right, it is followed when it has lasted, or at once after a \
                  restart";
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

/// Longest sleep before the time is read again, since it may be corrected meanwhile.
const NAP: Duration = Duration::from_secs(30);

impl Sleeper for SteadyClock {
    fn sleep_until(&self, until: Option<Timestamp>) -> BoxFuture<'static, ()> {
        match until {
            None => Box::pin(std::future::pending()),
            Some(at) => Box::pin(tokio::time::sleep(at.since(self.now()).min(NAP) + Duration::from_millis(1))),
        }
    }
}
