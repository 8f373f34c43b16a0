//! Sessions of browsers: sign-in sessions and portal links.

use crate::{DeleteOutcome, ListScope, Page, StorageError};
use async_trait::async_trait;
use model::{PortalSession, PortalSessionId, Session, Timestamp};
use std::time::Duration;

/// Time for which portal links are listed after they have expired or were revoked.
pub const PORTAL_SESSIONS_KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Result of inserting a portal link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InsertPortalSession {
    Done,
    NoTenant,
    /// The tenant has the maximum number of active links.
    TooMany,
}

/// Sign-in sessions. They belong to the installation, so methods take no tenant; their hashes cannot be guessed.
#[async_trait]
pub trait Sessions: Send + Sync {
    /// Stores a session. Of the live sessions of its key at most `most` are kept: those that were used last, and the new
    /// one.
    async fn insert_session(&self, session: &Session, most: u32) -> Result<(), StorageError>;

    async fn session(&self, hash: &[u8; 32]) -> Result<Option<Session>, StorageError>;

    /// Records a use: `used_at` and `expires_at`, which never go back. A session that was removed stays removed.
    async fn renew_session(&self, session: &Session) -> Result<(), StorageError>;

    async fn remove_session(&self, hash: &[u8; 32]) -> Result<DeleteOutcome, StorageError>;

    /// Removes sessions that had expired at `now`, and portal links that ended more than [`PORTAL_SESSIONS_KEPT`] before
    /// it.
    async fn tidy_sessions(&self, now: Timestamp) -> Result<(), StorageError>;
}

/// Portal links. Only the operator lists and revokes them, by ids that are unique in the installation.
#[async_trait]
pub trait PortalSessions: Send + Sync {
    /// Stores a link, unless its tenant has `most` links that are active at its creation.
    async fn insert_portal_session(
        &self,
        session: &PortalSession,
        most: u32,
    ) -> Result<InsertPortalSession, StorageError>;

    async fn portal_session(&self, id: PortalSessionId) -> Result<Option<PortalSession>, StorageError>;

    async fn portal_session_by_token(&self, hash: &[u8; 32]) -> Result<Option<PortalSession>, StorageError>;

    /// Newest first.
    async fn portal_sessions(
        &self,
        scope: ListScope<'_>,
        page: Page<PortalSessionId>,
    ) -> Result<Vec<PortalSession>, StorageError>;

    /// Records the time of the last use, which never goes back.
    async fn use_portal_session(&self, id: PortalSessionId, now: Timestamp) -> Result<(), StorageError>;

    /// Revokes a link; a link that is revoked already keeps its time.
    async fn revoke_portal_session(&self, id: PortalSessionId, now: Timestamp) -> Result<DeleteOutcome, StorageError>;
}
