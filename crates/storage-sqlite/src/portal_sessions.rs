//! Portal links.

use crate::{SqliteStore, cells::Cells, error::sqlite, query};
use async_trait::async_trait;
use model::{
    PortalMode, PortalSession, PortalSessionId, TenantId, Timestamp,
    portal::{Appearance, WebUrl},
};
use rusqlite::{Row, Transaction, named_params};
use storage::{DeleteOutcome, InsertPortalSession, ListScope, Page, PortalSessions, StorageError, codec};

const COLUMNS: &str = "tenant_id, id, hash, mode, capabilities, appearance, return_url, refresh_url, allowed_ancestors,
    created_at, expires_at, revoked_at, last_used_at";
/// Condition that the tenant of a row is not being deleted.
const THERE: &str = "tenant_id NOT IN (SELECT id FROM tenants WHERE deleting = 1)";

fn read(row: &Row<'_>) -> Result<PortalSession, StorageError> {
    let cells = Cells::portal_sessions(row);
    let url = |column| Ok(cells.get::<Option<String>>(column)?.map(WebUrl::stored));
    Ok(PortalSession {
        id: PortalSessionId::from_bytes(cells.get("id")?),
        tenant: cells.tenant("tenant_id")?,
        hash: cells.get("hash")?,
        mode: cells.code("mode", PortalMode::from_code)?,
        capabilities: cells.parsed("capabilities", codec::capabilities)?,
        appearance: cells.parsed("appearance", Appearance::parse)?,
        return_url: url("return_url")?,
        refresh_url: url("refresh_url")?,
        allowed_ancestors: codec::words(cells.text("allowed_ancestors")?),
        created_at: cells.time("created_at")?,
        expires_at: cells.time("expires_at")?,
        revoked_at: cells.time_or_none("revoked_at")?,
        last_used_at: cells.time_or_none("last_used_at")?,
    })
}

fn insert(tx: &Transaction<'_>, one: &PortalSession, most: u32) -> rusqlite::Result<InsertPortalSession> {
    let tenant = one.tenant.as_str();
    let active = "SELECT count(*) FROM portal_sessions WHERE tenant_id = ?1 AND ends_at > ?2";
    let active: u32 = tx.query_row(active, (tenant, one.created_at.micros()), |row| row.get(0))?;
    if active >= most {
        return Ok(InsertPortalSession::TooMany);
    }
    tx.execute(
        &format!(
            "INSERT INTO portal_sessions ({COLUMNS}, ends_at) VALUES (:tenant, :id, :hash, :mode, :capabilities,
             :appearance, :return_url, :refresh_url, :allowed_ancestors, :created_at, :expires_at, :revoked_at,
             :last_used_at, :ends_at)"
        ),
        named_params! {
            ":tenant": tenant,
            ":id": one.id.bytes(),
            ":hash": one.hash,
            ":mode": one.mode.code(),
            ":capabilities": one.capabilities.names().join(" "),
            ":appearance": one.appearance.text(),
            ":return_url": one.return_url.as_ref().map(WebUrl::as_str),
            ":refresh_url": one.refresh_url.as_ref().map(WebUrl::as_str),
            ":allowed_ancestors": one.allowed_ancestors.join(" "),
            ":created_at": one.created_at.micros(),
            ":expires_at": one.expires_at.micros(),
            ":revoked_at": one.revoked_at.map(Timestamp::micros),
            ":last_used_at": one.last_used_at.map(Timestamp::micros),
            ":ends_at": one.ends_at().micros(),
        },
    )?;
    Ok(InsertPortalSession::Done)
}

impl SqliteStore {
    /// Finds a link by a column that is unique.
    async fn portal_session_where(
        &self,
        condition: &'static str,
        value: Vec<u8>,
    ) -> Result<Option<PortalSession>, StorageError> {
        self.readers
            .read(move |connection| {
                let sql = format!("SELECT {COLUMNS} FROM portal_sessions WHERE {condition} = ?1 AND {THERE}");
                query::first(&mut *connection.prepare_cached(&sql).map_err(sqlite)?, [value], read)
            })
            .await
    }
}

#[async_trait]
impl PortalSessions for SqliteStore {
    async fn insert_portal_session(
        &self,
        session: &PortalSession,
        most: u32,
    ) -> Result<InsertPortalSession, StorageError> {
        let (tenant, session) = (&session.tenant, session.clone());
        let work = move |tx: &Transaction<'_>, _: &TenantId| insert(tx, &session, most).map_err(sqlite);
        self.writer.transaction_of(tenant, InsertPortalSession::NoTenant, work).await
    }

    async fn portal_session(&self, id: PortalSessionId) -> Result<Option<PortalSession>, StorageError> {
        self.portal_session_where("id", id.bytes().to_vec()).await
    }

    async fn portal_session_by_token(&self, hash: &[u8; 32]) -> Result<Option<PortalSession>, StorageError> {
        self.portal_session_where("hash", hash.to_vec()).await
    }

    async fn portal_sessions(
        &self,
        scope: ListScope<'_>,
        page: Page<PortalSessionId>,
    ) -> Result<Vec<PortalSession>, StorageError> {
        self.readers
            .read_in(scope, move |connection, scope| {
                let (of, tenant) = match scope {
                    ListScope::Tenant(tenant) => ("tenant_id = ?4", tenant.as_str()),
                    ListScope::AllTenants => ("?4 = ''", ""),
                };
                let sql = format!(
                    "SELECT {COLUMNS} FROM portal_sessions WHERE {of} AND id < ?1 AND {THERE}
                     ORDER BY id DESC LIMIT ?2 OFFSET ?3"
                );
                let mut statement = connection.prepare_cached(&sql).map_err(sqlite)?;
                let below = page.cursor.map_or_else(|| vec![0xff; 17], |id| id.bytes().to_vec());
                query::all(&mut statement, (below, page.limit, page.offset, tenant), read)
            })
            .await
    }

    async fn use_portal_session(&self, id: PortalSessionId, now: Timestamp) -> Result<(), StorageError> {
        let sql = "UPDATE portal_sessions SET last_used_at = max(coalesce(last_used_at, 0), ?2) WHERE id = ?1";
        let values = (*id.bytes(), now.micros());
        self.writer.transaction(move |tx| tx.execute(sql, values).map(drop).map_err(sqlite)).await
    }

    async fn revoke_portal_session(&self, id: PortalSessionId, now: Timestamp) -> Result<DeleteOutcome, StorageError> {
        self.writer
            .transaction(move |tx| {
                let sql = format!(
                    "UPDATE portal_sessions SET revoked_at = coalesce(revoked_at, ?2), ends_at = min(ends_at, ?2)
                     WHERE id = ?1 AND {THERE}"
                );
                let changed = tx.execute(&sql, (id.bytes(), now.micros())).map_err(sqlite)?;
                Ok(if changed == 1 { DeleteOutcome::Done } else { DeleteOutcome::Missing })
            })
            .await
    }
}
