//! Sign-in sessions of browsers: a key is exchanged for a cookie, and the session ends with the key.

use crate::{tenant::TenantId, time::Timestamp};
use std::time::Duration;

/// A session as it is stored; the cookie itself is stored as a SHA-256 hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    pub hash: [u8; 32],
    /// Hash of the key that was exchanged: the operator's or a tenant's. A session is valid while this key is.
    pub key_hash: [u8; 32],
    /// The tenant of the key; `None` for the operator's.
    pub tenant: Option<TenantId>,
    pub created_at: Timestamp,
    pub used_at: Timestamp,
    pub expires_at: Timestamp,
}

impl Session {
    /// A session that is not used for this long ends.
    pub const IDLE: Duration = Duration::from_secs(12 * 60 * 60);
    /// A session ends after this time, however often it is used.
    pub const LONGEST: Duration = Duration::from_secs(7 * 24 * 60 * 60);
    /// Uses within this time of the last recorded one are not recorded.
    pub const RENEWED_EVERY: Duration = Duration::from_secs(60);

    pub fn begin(hash: [u8; 32], key_hash: [u8; 32], tenant: Option<TenantId>, now: Timestamp) -> Self {
        Self { hash, key_hash, tenant, created_at: now, used_at: now, expires_at: now.after(Self::IDLE) }
    }

    pub fn is_live(&self, now: Timestamp) -> bool {
        now < self.expires_at
    }

    /// The session after a use; `None` when this use need not be recorded.
    #[must_use]
    pub fn used(&self, now: Timestamp) -> Option<Self> {
        let expires_at = now.after(Self::IDLE).min(self.created_at.after(Self::LONGEST));
        (now >= self.used_at.after(Self::RENEWED_EVERY)).then(|| Self { used_at: now, expires_at, ..self.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_slides_with_its_use_up_to_a_maximum() {
        let start = Timestamp::from_millis(1_760_000_000_000);
        let begun = Session::begin([1; 32], [2; 32], None, start);
        assert!(begun.is_live(start.after(Duration::from_secs(12 * 3_600 - 1))));
        assert!(!begun.is_live(start.after(Session::IDLE)));
        assert_eq!(begun.used(start.after(Duration::from_secs(59))), None);
        let later = start.after(Duration::from_secs(3_600));
        let used = begun.used(later).unwrap();
        assert_eq!((used.used_at, used.expires_at), (later, later.after(Session::IDLE)));
        let end = start.after(Session::LONGEST);
        let late = end.before(Duration::from_secs(3_600));
        assert_eq!(begun.used(late).unwrap().expires_at, end);
    }
}
