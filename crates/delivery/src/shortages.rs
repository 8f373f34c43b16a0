//! Says in the log what this machine is short of: once in a while, since every delivery meets it.

use crate::egress::LocalFault;
use parking_lot::Mutex;
use std::{
    collections::HashMap,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::{Duration, Instant},
};

/// Between two lines about the same shortage.
const PAUSE: Duration = Duration::from_secs(5);

/// Shortages met.
#[derive(Debug, Default)]
pub(crate) struct Shortages {
    /// When each was last spoken of, and how many deliveries have met it since.
    met: Mutex<HashMap<LocalFault, (Option<Instant>, usize)>>,
    total: AtomicU64,
}

impl Shortages {
    /// A delivery was put off for this.
    pub(crate) fn report(&self, fault: LocalFault) {
        self.total.fetch_add(1, Relaxed);
        #[allow(clippy::disallowed_methods, reason = "a duration is measured, not a point in time")]
        if let Some(deliveries) = self.count(fault, Instant::now()) {
            tracing::error!(
                target: "postrider::delivery",
                shortage = %fault,
                deliveries,
                "deliveries put off by a second: this machine is short of something, not the receivers"
            );
        }
    }

    /// How often a delivery was put off.
    pub(crate) fn total(&self) -> u64 {
        self.total.load(Relaxed)
    }

    /// How many deliveries a line is about, when it is time for one.
    fn count(&self, fault: LocalFault, now: Instant) -> Option<usize> {
        let mut met = self.met.lock();
        let (spoken, unspoken) = met.entry(fault).or_default();
        *unspoken += 1;
        if spoken.is_some_and(|at| now.duration_since(at) < PAUSE) {
            return None;
        }
        *spoken = Some(now);
        Some(std::mem::take(unspoken))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[allow(clippy::disallowed_methods, reason = "a duration is measured, not a point in time")]
    fn a_shortage_is_logged_once_in_a_while_with_the_number_of_deliveries() {
        let (shortages, start) = (Shortages::default(), Instant::now());
        assert_eq!(shortages.count(LocalFault::Descriptors, start), Some(1));
        for _ in 0..10 {
            assert_eq!(shortages.count(LocalFault::Descriptors, start), None);
        }
        assert_eq!(shortages.count(LocalFault::Ports, start), Some(1), "another one has its own line");
        assert_eq!(shortages.count(LocalFault::Descriptors, start + PAUSE), Some(11));
    }
}
