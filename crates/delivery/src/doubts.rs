//! Commits of unknown outcome: a commit whose response was lost may have happened, or may still happen a little later.

use crate::lease::Lease;
use parking_lot::Mutex;
use std::time::Duration;

/// Time after a failed commit during which the store is searched for deliveries that are not in memory.
const DOUBT: Duration = Duration::from_secs(20);
/// Interval of these searches.
const BETWEEN: Duration = Duration::from_secs(3);

/// Tells when the store must be searched for deliveries that are not in memory.
#[derive(Debug, Default)]
pub(crate) struct Doubts(Mutex<Option<(Duration, Duration)>>);

impl Doubts {
    /// Starts the searches, after a failed commit.
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
