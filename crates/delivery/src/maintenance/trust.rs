//! The time that retention uses. Removal is final, and at a start the clock can only be compared with the last trusted
//! time, which is kept in the store, or with the newest event. If that time is long ago, either the server was down
//! since then or the clock is wrong. So for a day retention uses a time that starts there and advances with the clock.
//! (The stored time is preferred to the newest event, which may have been created under a wrong clock.)

use super::clock::believed_time;
use model::{Clock, Timestamp};
use std::time::Duration;
use storage::{StorageError, Store};

pub(super) struct Trust {
    doubt: Option<Doubt>,
    slack: Duration,
}

struct Doubt {
    base: Timestamp,
    passed: Duration,
    last: Timestamp,
}

/// Time after which a doubted clock is trusted.
const DOUBT: Duration = Duration::from_secs(24 * 60 * 60);

impl Trust {
    pub(super) async fn begin(
        store: &dyn Store,
        clock: &dyn Clock,
        keep: Option<Duration>,
    ) -> Result<Self, StorageError> {
        let now = clock.now();
        let slack = keep.map_or(DOUBT, |keep| (keep / 10).min(DOUBT));
        let base = believed_time(store, clock).await?.filter(|base| now.since(*base) > slack);
        if let Some(base) = base {
            tracing::warn!(
                target: "postrider::retention",
                %now, last_known = %base, hours = DOUBT.as_secs() / 3_600,
                "the server was down for a long time, or the clock is wrong: retention waits. If the clock is wrong, \
                 stop the server and set it right, and nothing is removed. If it is right, nothing has to be done"
            );
        }
        Ok(Self { doubt: base.map(|base| Doubt { base, passed: Duration::ZERO, last: now }), slack })
    }

    /// The time that retention uses at `now`.
    pub(super) fn time(&mut self, now: Timestamp) -> Timestamp {
        let Some(doubt) = &mut self.doubt else { return now };
        doubt.passed += now.since(doubt.last);
        doubt.last = now;
        let believed = doubt.base.after(doubt.passed);
        if doubt.passed >= DOUBT || now <= believed.after(self.slack) {
            tracing::info!(target: "postrider::retention", %now, "the clock is trusted; retention continues");
            self.doubt = None;
            return now;
        }
        believed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: Timestamp = Timestamp::from_millis(1_760_000_000_000);
    const HOUR: Duration = Duration::from_secs(3_600);

    fn doubtful(now: Timestamp) -> Trust {
        Trust { doubt: Some(Doubt { base: BASE, passed: Duration::ZERO, last: now }), slack: DOUBT }
    }

    #[test]
    fn a_time_far_from_the_last_trusted_one_is_trusted_after_a_day() {
        let start = BASE.after(100 * DOUBT);
        let mut trust = doubtful(start);
        assert_eq!(trust.time(start), BASE);
        assert_eq!(trust.time(start.after(23 * HOUR)), BASE.after(23 * HOUR));
        assert_eq!(trust.time(start.after(24 * HOUR)), start.after(24 * HOUR));
        assert!(trust.doubt.is_none());
    }

    #[test]
    fn a_corrected_clock_is_trusted_at_once() {
        let start = BASE.after(100 * DOUBT);
        let mut trust = doubtful(start);
        trust.time(start.after(HOUR));
        let right = BASE.after(2 * HOUR);
        assert_eq!(trust.time(right), right);
        assert!(trust.doubt.is_none());
    }
}
