//! Sources of time and randomness, passed as arguments; `clippy.toml` bans the ambient ones elsewhere.

use crate::time::Timestamp;

/// A source of the current time.
pub trait Clock: Send + Sync + std::fmt::Debug {
    fn now(&self) -> Timestamp;

    /// The wall clock, for signatures only, because receivers compare it with their own clocks. Everything else uses
    /// [`Clock::now`], which does not follow jumps of the wall clock.
    fn wall(&self) -> Timestamp {
        self.now()
    }
}

/// Unpredictable bytes, fit for keys.
pub trait Entropy: Send + Sync {
    fn fill(&self, bytes: &mut [u8]);
}

/// The wall clock of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }
}
