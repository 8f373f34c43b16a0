//! Says in the log what this machine is short of: once in a while, since every delivery meets it.

use crate::egress::LocalFault;
use parking_lot::Mutex;
use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

/// Between two lines about the same shortage.
const PAUSE: Duration = Duration::from_secs(5);

/// Shortages met, and since when they were not spoken of.
#[derive(Debug, Default)]
pub(crate) struct Shortages(Mutex<HashMap<LocalFault, (Option<Instant>, usize)>>);

impl Shortages {
    /// A delivery was put off for this.
    pub(crate) fn report(&self, fault: LocalFault) {
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

    /// How many deliveries a line is about, when it is time for one.
    fn count(&self, fault: LocalFault, now: Instant) -> Option<usize> {
        let mut met = self.0.lock();
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
