//! Rate-limited log lines about shortages of this machine, since during a shortage every delivery meets it.

use crate::egress::LocalFault;
use parking_lot::Mutex;
use std::{
    collections::HashMap,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::{Duration, Instant},
};

/// Shortest time between two log lines about the same shortage.
const PAUSE: Duration = Duration::from_secs(5);

/// Counts the deliveries that shortages put off.
#[derive(Debug, Default)]
pub(crate) struct Shortages {
    /// For each shortage the time of its last log line, and the number of deliveries put off since.
    met: Mutex<HashMap<LocalFault, (Option<Instant>, usize)>>,
    total: AtomicU64,
}

impl Shortages {
    /// Counts a delivery that `fault` put off, and logs the shortage when a line is due.
    pub(crate) fn report(&self, fault: LocalFault) {
        self.total.fetch_add(1, Relaxed);
        #[allow(clippy::disallowed_methods, reason = "a duration is measured, not a point in time")]
        if let Some(deliveries) = self.count(fault, Instant::now()) {
            tracing::error!(
                target: "postrider::delivery",
                shortage = %fault,
                deliveries,
                "deliveries put off by a second: a shortage of this machine, not of the receivers"
            );
        }
    }

    /// Number of times that a delivery was put off, since the process started.
    pub(crate) fn total(&self) -> u64 {
        self.total.load(Relaxed)
    }

    /// Returns the number of deliveries for the log line, when one is due.
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
    fn log_lines_about_a_shortage_are_rate_limited_and_count_deliveries() {
        let (shortages, start) = (Shortages::default(), Instant::now());
        assert_eq!(shortages.count(LocalFault::Descriptors, start), Some(1));
        for _ in 0..10 {
            assert_eq!(shortages.count(LocalFault::Descriptors, start), None);
        }
        assert_eq!(shortages.count(LocalFault::Ports, start), Some(1), "each shortage has its own line");
        assert_eq!(shortages.count(LocalFault::Descriptors, start + PAUSE), Some(11));
    }
}
