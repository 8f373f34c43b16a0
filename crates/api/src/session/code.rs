//! One-time codes, which sign the operator in without showing the key. They are in the memory of one process.

use crate::auth::hash_key;
use model::Timestamp;
use parking_lot::Mutex;
use std::time::Duration;

/// Lifetime of a code.
const LIFETIME: Duration = Duration::from_secs(10 * 60);

/// The codes that were not used yet: hashes with the times at which they expire.
#[derive(Debug, Default)]
pub(crate) struct OneTimeCodes(Mutex<Vec<([u8; 32], Timestamp)>>);

impl OneTimeCodes {
    pub(super) fn add(&self, code: &str, now: Timestamp) {
        let mut codes = self.0.lock();
        codes.retain(|(_, expires_at)| now < *expires_at);
        codes.push((hash_key(code), now.after(LIFETIME)));
    }

    /// Uses a code up. Returns `false` when it is unknown, used or expired.
    pub(super) fn take(&self, code: &str, now: Timestamp) -> bool {
        let hash = hash_key(code);
        let mut codes = self.0.lock();
        codes.retain(|(_, expires_at)| now < *expires_at);
        let live = codes.len();
        codes.retain(|(known, _)| *known != hash);
        codes.len() < live
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_valid_once_and_for_ten_minutes() {
        let (codes, start) = (OneTimeCodes::default(), Timestamp::from_millis(1_760_000_000_000));
        codes.add("one", start);
        codes.add("two", start);
        assert!(!codes.take("three", start));
        assert!(codes.take("one", start.after(Duration::from_secs(599))));
        assert!(!codes.take("one", start));
        assert!(!codes.take("two", start.after(LIFETIME)));
    }
}
