//! Tokens, the keys under which they are kept, and the faults of their fetches.

use model::{
    SubscriptionId, TenantId, Timestamp,
    credentials::{ClientAuthentication, OAuth2},
};
use sha2::{Digest, Sha256};
use std::{fmt, ops::Range, sync::Arc, time::Duration};

/// The subscription for which a token is fetched, and its settings. Changed settings make another key, so that a token
/// or a fault of the previous settings is not used.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct TokenKey {
    tenant: TenantId,
    subscription: SubscriptionId,
    settings: [u8; 32],
}

impl TokenKey {
    pub(crate) fn new(tenant: TenantId, subscription: SubscriptionId, settings: &OAuth2) -> Self {
        let OAuth2 { token_url, client_id, client_secret, scope, audience, client_authentication } = settings;
        let mut hash = Sha256::new();
        for text in [Some(token_url), Some(client_id), Some(client_secret), scope.as_ref(), audience.as_ref()] {
            // Lengths keep the fields apart. No text is as long as the mark of an absent one.
            hash.update(text.map_or(u64::MAX, |text| text.len() as u64).to_be_bytes());
            hash.update(text.map_or("", String::as_str));
        }
        hash.update([u8::from(*client_authentication == ClientAuthentication::Body)]);
        Self { tenant, subscription, settings: hash.finalize().into() }
    }
}

impl fmt::Debug for TokenKey {
    /// Omits the hash, from which a short secret could be guessed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenKey({}, {})", self.tenant.as_str(), self.subscription)
    }
}

/// A token as the token endpoint issued it. [`crate::receivers::token_request`] has checked it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Fetched {
    pub(crate) access_token: String,
    /// Lifetime in seconds. Zero or less: for the requests that wait for it only. Absent: [`LIFETIME_DEFAULT`].
    pub(crate) expires_in: Option<i64>,
}

impl fmt::Debug for Fetched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fetched").field("expires_in", &self.expires_in).finish_non_exhaustive()
    }
}

/// An access token with its lifetime.
pub(crate) struct Token {
    pub(super) access_token: String,
    /// From the start of its fetch, so that the time of the fetch shortens the lifetime.
    pub(super) valid: Range<Timestamp>,
    /// The end of the time in which nobody renews it.
    pub(super) renewed_from: Timestamp,
}

impl Token {
    /// Visible ASCII characters only.
    pub(crate) fn access_token(&self) -> &str {
        &self.access_token
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token").field("valid", &self.valid).finish_non_exhaustive()
    }
}

/// Why there is no token; a sentence for the log of attempts, without secrets.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no access token: {reason}")]
pub(crate) struct TokenFault {
    pub(super) reason: Arc<str>,
    pub(super) retry_at: Option<Timestamp>,
}

impl TokenFault {
    /// `reason` completes the sentence "no access token: …".
    pub(crate) fn new(reason: impl Into<Arc<str>>) -> Self {
        Self { reason: reason.into(), retry_at: None }
    }

    /// The time until which callers get this fault without a fetch. A retry before it would fail at once.
    #[cfg(test)]
    pub(crate) const fn retry_at(&self) -> Option<Timestamp> {
        self.retry_at
    }
}

/// Lifetime of a token whose endpoint names none.
pub(crate) const LIFETIME_DEFAULT: Duration = Duration::from_secs(60 * 60);
/// Longest time for which a token is used.
pub(crate) const LIFETIME_MAX: Duration = Duration::from_secs(24 * 60 * 60);
