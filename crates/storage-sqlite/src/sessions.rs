//! Sign-in sessions.

use crate::{SqliteStore, cells::Cells, error::sqlite, query};
use async_trait::async_trait;
use model::{Session, TenantId, Timestamp};
use rusqlite::{Row, Transaction};
use storage::{DeleteOutcome, PORTAL_SESSIONS_KEPT, Sessions, StorageError};

const COLUMNS: &str = "hash, key_hash, tenant_id, created_at, used_at, expires_at";

fn read(row: &Row<'_>) -> Result<Session, StorageError> {
    let cells = Cells::sessions(row);
    Ok(Session {
        hash: cells.get("hash")?,
        key_hash: cells.get("key_hash")?,
        tenant: cells.text_or_none("tenant_id")?.map(TenantId::trusted),
        created_at: cells.time("created_at")?,
        used_at: cells.time("used_at")?,
        expires_at: cells.time("expires_at")?,
    })
}

/// Removes sessions of a key, so that `most` are left: expired ones, then those that were used the longest ago.
fn make_room(tx: &Transaction<'_>, of: &Session, most: u32) -> rusqlite::Result<()> {
    let expired = "DELETE FROM sessions WHERE key_hash = ?1 AND expires_at <= ?2";
    tx.execute(expired, (of.key_hash, of.created_at.micros()))?;
    let oldest = "DELETE FROM sessions WHERE hash IN
        (SELECT hash FROM sessions WHERE key_hash = ?1 ORDER BY used_at DESC, hash LIMIT -1 OFFSET ?2)";
    tx.execute(oldest, (of.key_hash, most))?;
    Ok(())
}

#[async_trait]
impl Sessions for SqliteStore {
    async fn insert_session(&self, session: &Session, most: u32) -> Result<(), StorageError> {
        let session = session.clone();
        self.writer
            .transaction(move |tx| {
                make_room(tx, &session, most.saturating_sub(1)).map_err(sqlite)?;
                tx.execute(
                    &format!("INSERT INTO sessions ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"),
                    (
                        session.hash,
                        session.key_hash,
                        session.tenant.as_ref().map(TenantId::as_str),
                        session.created_at.micros(),
                        session.used_at.micros(),
                        session.expires_at.micros(),
                    ),
                )
                .map(drop)
                .map_err(sqlite)
            })
            .await
    }

    async fn session(&self, hash: &[u8; 32]) -> Result<Option<Session>, StorageError> {
        let hash = *hash;
        self.readers
            .read(move |connection| {
                let sql = format!("SELECT {COLUMNS} FROM sessions WHERE hash = ?1");
                query::first(&mut *connection.prepare_cached(&sql).map_err(sqlite)?, [hash], read)
            })
            .await
    }

    async fn renew_session(&self, session: &Session) -> Result<(), StorageError> {
        let values = (session.hash, session.used_at.micros(), session.expires_at.micros());
        let sql = "UPDATE sessions SET used_at = max(used_at, ?2), expires_at = max(expires_at, ?3) WHERE hash = ?1";
        self.writer.transaction(move |tx| tx.execute(sql, values).map(drop).map_err(sqlite)).await
    }

    async fn remove_session(&self, hash: &[u8; 32]) -> Result<DeleteOutcome, StorageError> {
        let hash = *hash;
        self.writer
            .transaction(move |tx| {
                let gone = tx.execute("DELETE FROM sessions WHERE hash = ?1", [hash]).map_err(sqlite)?;
                Ok(if gone == 1 { DeleteOutcome::Done } else { DeleteOutcome::Missing })
            })
            .await
    }

    async fn tidy_sessions(&self, now: Timestamp) -> Result<(), StorageError> {
        self.writer
            .transaction(move |tx| {
                let before = now.before(PORTAL_SESSIONS_KEPT).micros();
                tx.execute("DELETE FROM sessions WHERE expires_at <= ?1", [now.micros()]).map_err(sqlite)?;
                tx.execute("DELETE FROM portal_sessions WHERE ends_at < ?1", [before]).map(drop).map_err(sqlite)
            })
            .await
    }
}
