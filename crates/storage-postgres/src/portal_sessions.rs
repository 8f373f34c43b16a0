//! Portal links.

use crate::{
    PgStore,
    cells::Cells,
    connect::{As, Fault, Tx, params},
    rows,
    tenants::THERE,
};
use async_trait::async_trait;
use model::{
    PortalMode, PortalSession, PortalSessionId, Timestamp,
    portal::{Appearance, WebUrl},
};
use storage::{DeleteOutcome, InsertPortalSession, ListScope, Page, PortalSessions, StorageError, codec};
use tokio_postgres::Row;
use uuid::Uuid;

const COLUMNS: &str = "tenant_id, id, hash, mode, capabilities, appearance, return_url, refresh_url, allowed_ancestors,
    created_at, expires_at, revoked_at, last_used_at";
/// Condition that the tenant of a row is not being deleted.
const OWNED: &str = "(SELECT NOT t.deleting FROM postrider.tenants t WHERE t.id = p.tenant_id)";

fn read(row: &Row) -> Result<PortalSession, StorageError> {
    let cells = Cells::portal_sessions(row);
    let hash = cells.get::<&[u8]>("hash");
    Ok(PortalSession {
        id: PortalSessionId::from_uuid(cells.get("id")),
        tenant: cells.tenant("tenant_id"),
        hash: hash.try_into().map_err(|fault| cells.corrupt("hash", fault))?,
        mode: cells.code("mode", PortalMode::from_code)?,
        capabilities: cells.parsed("capabilities", codec::capabilities)?,
        appearance: cells.parsed("appearance", Appearance::parse)?,
        return_url: cells.get::<Option<String>>("return_url").map(WebUrl::stored),
        refresh_url: cells.get::<Option<String>>("refresh_url").map(WebUrl::stored),
        allowed_ancestors: codec::words(cells.get("allowed_ancestors")),
        created_at: cells.time("created_at"),
        expires_at: cells.time("expires_at"),
        revoked_at: cells.time_or_none("revoked_at"),
        last_used_at: cells.time_or_none("last_used_at"),
    })
}

impl PgStore {
    async fn insert_link(&self, one: &PortalSession, most: u32) -> Result<InsertPortalSession, Fault> {
        let tenant = one.tenant.as_str();
        let tx = Tx::begin(&self.0.pool, As::Tenant(&one.tenant)).await?;
        // Creations in one tenant take turns, so that two cannot both be the last one that fits.
        let alone = "SELECT pg_advisory_xact_lock(hashtextextended($1, 7061875))";
        tx.query(alone, params![tenant => TEXT]).await?;
        let active = "SELECT count(*) AS rows FROM postrider.portal_sessions WHERE tenant_id = $1 AND ends_at > $2";
        let values = params![tenant => TEXT, one.created_at.micros() => INT8];
        let active: u32 = rows::count(&tx.query(active, values).await?);
        if active >= most {
            return Ok(InsertPortalSession::TooMany);
        }
        let sql = format!(
            "INSERT INTO postrider.portal_sessions ({COLUMNS}, ends_at)
             SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14 WHERE {THERE} RETURNING 1"
        );
        let (mode, capabilities) = (i16::from(one.mode.code()), one.capabilities.names().join(" "));
        let (return_url, refresh_url) =
            (one.return_url.as_ref().map(WebUrl::as_str), one.refresh_url.as_ref().map(WebUrl::as_str));
        let values = params![
            tenant => TEXT, one.id.uuid() => UUID, &one.hash[..] => BYTEA, mode => INT2, capabilities => TEXT,
            one.appearance.text() => TEXT, return_url => TEXT, refresh_url => TEXT,
            one.allowed_ancestors.join(" ") => TEXT, one.created_at.micros() => INT8, one.expires_at.micros() => INT8,
            one.revoked_at.map(Timestamp::micros) => INT8, one.last_used_at.map(Timestamp::micros) => INT8,
            one.ends_at().micros() => INT8,
        ];
        let made = tx.query(&sql, values).await?;
        tx.commit().await?;
        Ok(if made.is_empty() { InsertPortalSession::NoTenant } else { InsertPortalSession::Done })
    }
}

#[async_trait]
impl PortalSessions for PgStore {
    async fn insert_portal_session(
        &self,
        session: &PortalSession,
        most: u32,
    ) -> Result<InsertPortalSession, StorageError> {
        Ok(self.insert_link(session, most).await?)
    }

    async fn portal_session(&self, id: PortalSessionId) -> Result<Option<PortalSession>, StorageError> {
        let sql = format!("SELECT {COLUMNS} FROM postrider.portal_sessions p WHERE p.id = $1 AND {OWNED}");
        self.read(As::Worker, &sql, params![id.uuid() => UUID]).await?.first().map(read).transpose()
    }

    async fn portal_session_by_token(&self, hash: &[u8; 32]) -> Result<Option<PortalSession>, StorageError> {
        let sql = format!("SELECT {COLUMNS} FROM postrider.portal_sessions p WHERE p.hash = $1 AND {OWNED}");
        self.read(As::Worker, &sql, params![&hash[..] => BYTEA]).await?.first().map(read).transpose()
    }

    async fn portal_sessions(
        &self,
        scope: ListScope<'_>,
        page: Page<PortalSessionId>,
    ) -> Result<Vec<PortalSession>, StorageError> {
        let of = if scope.tenant().is_some() { "p.tenant_id = $4" } else { "$4::text IS NULL" };
        let sql = format!(
            "SELECT {COLUMNS} FROM postrider.portal_sessions p WHERE {of} AND p.id <= $1 AND p.id <> $5 AND {OWNED}
             ORDER BY p.id DESC LIMIT $2 OFFSET $3"
        );
        let (below, but) = match page.cursor {
            Some(id) => (id.uuid(), id.uuid()),
            None => (Uuid::max(), Uuid::nil()),
        };
        let tenant = scope.tenant().map(model::TenantId::as_str);
        let values = params![
            below => UUID, i64::from(page.limit) => INT8, i64::from(page.offset) => INT8, tenant => TEXT, but => UUID,
        ];
        self.list(scope.into(), &sql, values).await?.iter().map(read).collect()
    }

    async fn use_portal_session(&self, id: PortalSessionId, now: Timestamp) -> Result<(), StorageError> {
        let sql = "UPDATE postrider.portal_sessions SET last_used_at = greatest(coalesce(last_used_at, 0), $2)
                   WHERE id = $1";
        self.write(As::Worker, sql, params![id.uuid() => UUID, now.micros() => INT8]).await?;
        Ok(())
    }

    async fn revoke_portal_session(&self, id: PortalSessionId, now: Timestamp) -> Result<DeleteOutcome, StorageError> {
        let sql = format!(
            "UPDATE postrider.portal_sessions p SET revoked_at = coalesce(revoked_at, $2), ends_at = least(ends_at, $2)
             WHERE p.id = $1 AND {OWNED} RETURNING 1"
        );
        let changed = self.write(As::Worker, &sql, params![id.uuid() => UUID, now.micros() => INT8]).await?;
        Ok(if changed.is_empty() { DeleteOutcome::Missing } else { DeleteOutcome::Done })
    }
}
