//! Sign-in sessions.

use crate::{
    PgStore,
    cells::Cells,
    connect::{As, Fault, Tx, params},
};
use async_trait::async_trait;
use model::{Session, TenantId, Timestamp};
use storage::{DeleteOutcome, PORTAL_SESSIONS_KEPT, Sessions, StorageError};
use tokio_postgres::Row;

const COLUMNS: &str = "hash, key_hash, tenant_id, created_at, used_at, expires_at";

fn read(row: &Row) -> Result<Session, StorageError> {
    let cells = Cells::sessions(row);
    let hash = |column| {
        let bytes = cells.get::<&[u8]>(column);
        bytes.try_into().map_err(|fault| cells.corrupt(column, fault))
    };
    Ok(Session {
        hash: hash("hash")?,
        key_hash: hash("key_hash")?,
        tenant: cells.get::<Option<&str>>("tenant_id").map(TenantId::trusted),
        created_at: cells.time("created_at"),
        used_at: cells.time("used_at"),
        expires_at: cells.time("expires_at"),
    })
}

impl PgStore {
    async fn insert(&self, session: &Session, most: u32) -> Result<(), Fault> {
        let tx = Tx::begin(&self.0.pool, As::Worker).await?;
        let (hash, key, now) = (&session.hash[..], &session.key_hash[..], session.created_at.micros());
        // Sign-ins with one key at the same time would each leave room for one.
        let alone = "SELECT pg_advisory_xact_lock(hashtextextended(encode($1, 'hex'), 7061874))";
        tx.query(alone, params![key => BYTEA]).await?;
        let expired = "DELETE FROM postrider.sessions WHERE key_hash = $1 AND expires_at <= $2";
        tx.query(expired, params![key => BYTEA, now => INT8]).await?;
        let oldest = "DELETE FROM postrider.sessions WHERE hash IN
            (SELECT hash FROM postrider.sessions WHERE key_hash = $1 ORDER BY used_at DESC, hash OFFSET $2)";
        tx.query(oldest, params![key => BYTEA, i64::from(most.saturating_sub(1)) => INT8]).await?;
        let sql = format!("INSERT INTO postrider.sessions ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6)");
        let tenant = session.tenant.as_ref().map(TenantId::as_str);
        let values = params![
            hash => BYTEA, key => BYTEA, tenant => TEXT, now => INT8, session.used_at.micros() => INT8,
            session.expires_at.micros() => INT8,
        ];
        tx.query(&sql, values).await?;
        tx.commit().await
    }
}

#[async_trait]
impl Sessions for PgStore {
    async fn insert_session(&self, session: &Session, most: u32) -> Result<(), StorageError> {
        Ok(self.insert(session, most).await?)
    }

    async fn session(&self, hash: &[u8; 32]) -> Result<Option<Session>, StorageError> {
        let sql = format!("SELECT {COLUMNS} FROM postrider.sessions WHERE hash = $1");
        self.read(As::Worker, &sql, params![&hash[..] => BYTEA]).await?.first().map(read).transpose()
    }

    async fn renew_session(&self, session: &Session) -> Result<(), StorageError> {
        let sql = "UPDATE postrider.sessions SET used_at = greatest(used_at, $2), expires_at = greatest(expires_at, $3)
                   WHERE hash = $1";
        let (hash, used, expires) = (&session.hash[..], session.used_at.micros(), session.expires_at.micros());
        self.write(As::Worker, sql, params![hash => BYTEA, used => INT8, expires => INT8]).await?;
        Ok(())
    }

    async fn remove_session(&self, hash: &[u8; 32]) -> Result<DeleteOutcome, StorageError> {
        let sql = "DELETE FROM postrider.sessions WHERE hash = $1 RETURNING 1";
        let gone = self.write(As::Worker, sql, params![&hash[..] => BYTEA]).await?;
        Ok(if gone.is_empty() { DeleteOutcome::Missing } else { DeleteOutcome::Done })
    }

    async fn tidy_sessions(&self, now: Timestamp) -> Result<(), StorageError> {
        let sessions = "DELETE FROM postrider.sessions WHERE expires_at <= $1";
        self.write(As::Worker, sessions, params![now.micros() => INT8]).await?;
        let before = now.before(PORTAL_SESSIONS_KEPT).micros();
        let links = "DELETE FROM postrider.portal_sessions WHERE ends_at < $1";
        self.write(As::Worker, links, params![before => INT8]).await?;
        Ok(())
    }
}
