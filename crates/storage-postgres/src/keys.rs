//! API keys of tenants.

use crate::{
    PgStore,
    cells::Cells,
    connect::{As, params},
    rows,
    tenants::THERE,
};
use async_trait::async_trait;
use model::{KeyId, TenantId, TenantKey};
use storage::{DeleteOutcome, Keys, StorageError, codec};
use tokio_postgres::Row;

const COLUMNS: &str = "tenant_id, id, name, hint, hash, scopes, created_at";

fn read(row: &Row) -> Result<TenantKey, StorageError> {
    let cells = Cells::api_keys(row);
    let hash = cells.get::<&[u8]>("hash");
    Ok(TenantKey {
        id: KeyId::from_uuid(cells.get("id")),
        tenant: cells.tenant("tenant_id"),
        name: cells.get("name"),
        hint: cells.get("hint"),
        hash: hash.try_into().map_err(|fault| cells.corrupt("hash", fault))?,
        scopes: cells.parsed("scopes", codec::scopes)?,
        created_at: cells.time("created_at"),
    })
}

#[async_trait]
impl Keys for PgStore {
    async fn insert_key(&self, key: &TenantKey) -> Result<bool, StorageError> {
        let sql = format!(
            "INSERT INTO postrider.api_keys ({COLUMNS}) SELECT $1, $2, $3, $4, $5, $6, $7 WHERE {THERE} RETURNING 1"
        );
        let (name, scopes) = (rows::text(&key.name), codec::scopes_text(key.scopes));
        let values = params![
            key.tenant.as_str() => TEXT, key.id.uuid() => UUID, name => TEXT, key.hint => TEXT, &key.hash[..] => BYTEA,
            scopes => TEXT, key.created_at.micros() => INT8,
        ];
        Ok(!self.write(As::Tenant(&key.tenant), &sql, values).await?.is_empty())
    }

    async fn keys(&self, tenant: &TenantId) -> Result<Vec<TenantKey>, StorageError> {
        let sql = format!("SELECT {COLUMNS} FROM postrider.api_keys WHERE tenant_id = $1 AND {THERE} ORDER BY id DESC");
        let rows = self.read(As::Tenant(tenant), &sql, params![tenant.as_str() => TEXT]).await?;
        rows.iter().map(read).collect()
    }

    async fn delete_key(&self, tenant: &TenantId, id: KeyId) -> Result<DeleteOutcome, StorageError> {
        let sql = format!("DELETE FROM postrider.api_keys WHERE tenant_id = $1 AND id = $2 AND {THERE} RETURNING 1");
        let values = params![tenant.as_str() => TEXT, id.uuid() => UUID];
        let gone = self.write(As::Tenant(tenant), &sql, values).await?;
        Ok(if gone.is_empty() { DeleteOutcome::Missing } else { DeleteOutcome::Done })
    }

    async fn all_keys(&self) -> Result<Vec<TenantKey>, StorageError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM postrider.api_keys
             WHERE tenant_id NOT IN (SELECT id FROM postrider.tenants WHERE deleting)"
        );
        self.read(As::Worker, &sql, &[]).await?.iter().map(read).collect()
    }
}
