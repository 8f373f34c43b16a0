//! The clock that all processes of a run share: microseconds since the epoch.

use std::time::{SystemTime, UNIX_EPOCH};

pub(crate) fn now_us() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_micros() as u64)
}

/// Seconds between two such times; zero when they are in reverse order.
pub(crate) fn seconds_between(from_us: u64, to_us: u64) -> f64 {
    to_us.saturating_sub(from_us) as f64 / 1e6
}
