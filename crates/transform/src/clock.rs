//! Elapsed time: the deadline inside of a worker, and the duration of a call.

use std::time::{Duration, Instant};

/// An instant from which time is measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Start(Instant);

impl Start {
    #[expect(clippy::disallowed_methods, reason = "measures a duration only")]
    pub(crate) fn now() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}
