//! Commits of unknown outcome: the store may have carried out a commit whose answer was lost, and may do so a little later.

use crate::lease::Lease;
use parking_lot::Mutex;
use std::time::Duration;

/// How long after a failed commit the store is asked for deliveries that memory does not know.
const DOUBT: Duration = Duration::from_secs(20);
const BETWEEN: Duration = Duration::from_secs(3);

/// Whether the store may have deliveries that memory does not know.
#[derive(Debug, Default)]
pub(crate) struct Doubts(Mutex<Option<(Duration, Duration)>>);

impl Doubts {
    /// A commit failed.
    pub(crate) fn begin(&self) {
        let now = Lease::now();
        *self.0.lock() = Some((now + DOUBT, now));
    }

    pub(crate) fn must_look(&self) -> bool {
        let mut doubts = self.0.lock();
        let now = Lease::now();
        match *doubts {
            Some((until, next)) if next <= now => {
                *doubts = (next < until).then(|| (until, now + BETWEEN));
                true
            }
            _ => false,
        }
    }
}
