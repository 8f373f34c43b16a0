//! Sampling of the log lines about successful deliveries. Retries and failures are always logged.

use model::DeliveryId;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// The share of successful deliveries that are logged, from 0 to 1; it can be changed while the engine runs. The
/// decision depends on the delivery's id alone, so all nodes agree.
#[derive(Debug)]
pub struct LogSample(AtomicU64);

impl Default for LogSample {
    fn default() -> Self {
        Self::new(1.0)
    }
}

impl LogSample {
    pub const fn new(share: f64) -> Self {
        Self(AtomicU64::new(share.to_bits()))
    }

    pub fn set(&self, share: f64) {
        self.0.store(share.to_bits(), Relaxed);
    }

    pub fn share(&self) -> f64 {
        f64::from_bits(self.0.load(Relaxed))
    }

    pub(crate) fn takes(&self, id: DeliveryId) -> bool {
        let share = self.share();
        share >= 1.0 || fraction(id.uuid().as_u128()) < share
    }
}

/// Maps an id, whose bits count up, to an even spread over `0.0..1.0` (the finaliser of SplitMix64).
fn fraction(id: u128) -> f64 {
    let mut bits = (id >> 64) as u64 ^ id as u64;
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^= bits >> 31;
    (bits >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{EventId, Timestamp};
    use uuid::Uuid;

    /// Deliveries of one millisecond, as a busy server creates them.
    fn deliveries() -> impl Iterator<Item = DeliveryId> {
        let first = 0x019c_1363_49c0_705b_a084_0000_0000_0000_u128;
        (0..20_000_u128).map(move |n| {
            let event = EventId::from_uuid(Uuid::from_u128(first + (n << 16)));
            assert_eq!(event.made_at(), Timestamp::from_millis(0x019c_1363_49c0));
            event.delivery(1).unwrap()
        })
    }

    #[test]
    fn the_share_of_logged_deliveries_is_the_sample() {
        for share in [0.0, 0.01, 0.5, 1.0] {
            let sample = LogSample::new(share);
            let taken = deliveries().filter(|id| sample.takes(*id)).count();
            let expected = 20_000.0 * share;
            assert!((taken as f64 - expected).abs() <= 300.0, "{share}: {taken}");
            assert!(share > 0.0 || taken == 0);
        }
    }

    #[test]
    fn the_decision_about_a_delivery_stays_and_a_larger_share_contains_a_smaller_one() {
        let (small, large) = (LogSample::new(0.1), LogSample::new(0.3));
        for id in deliveries() {
            assert_eq!(small.takes(id), small.takes(id));
            assert!(!small.takes(id) || large.takes(id));
        }
    }
}
