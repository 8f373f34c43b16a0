//! API keys of tenants.

use crate::{
    PgStore,
    cells::Cells,
    connect::{As, params},
    rows,
    tenants::THERE,
};
use async_trait::async_trait;
use model::{KeyId, TenantId, TenantKey, Timestamp};
use storage::{DeleteOutcome, KeyUse, Keys, StorageError, codec};
use tokio_postgres::Row;
use uuid::Uuid;

const COLUMNS: &str = "tenant_id, id, name, hint, hash, scopes, created_at, last_used_at, expires_at, networks";

/// Locks the rows in the order of their keys, since several nodes may note uses at the same time.
const USE: &str = "WITH used AS (
        SELECT k.tenant_id, k.id, u.at FROM postrider.api_keys k
        JOIN unnest($1::text[], $2::uuid[], $3::bigint[]) AS u (tenant_id, id, at)
            ON u.tenant_id = k.tenant_id AND u.id = k.id
        ORDER BY k.tenant_id, k.id FOR UPDATE OF k
    )
    UPDATE postrider.api_keys k SET last_used_at = u.at FROM used u
    WHERE k.tenant_id = u.tenant_id AND k.id = u.id AND coalesce(k.last_used_at, 0) < u.at";

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
        last_used_at: cells.time_or_none("last_used_at"),
        expires_at: cells.time_or_none("expires_at"),
        networks: cells.parsed("networks", codec::key_networks)?,
    })
}

#[async_trait]
impl Keys for PgStore {
    async fn insert_key(&self, key: &TenantKey) -> Result<bool, StorageError> {
        let sql = format!(
            "INSERT INTO postrider.api_keys ({COLUMNS}) SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10 WHERE {THERE}
             RETURNING 1"
        );
        let (name, scopes) = (rows::text(&key.name), codec::scopes_text(key.scopes));
        let (expires_at, networks) = (key.expires_at.map(Timestamp::micros), key.networks.to_string());
        let values = params![
            key.tenant.as_str() => TEXT, key.id.uuid() => UUID, name => TEXT, key.hint => TEXT, &key.hash[..] => BYTEA,
            scopes => TEXT, key.created_at.micros() => INT8, key.last_used_at.map(Timestamp::micros) => INT8,
            expires_at => INT8, networks => TEXT,
        ];
        Ok(!self.write(As::Tenant(&key.tenant), &sql, values).await?.is_empty())
    }

    async fn replace_key(&self, old: KeyId, new: &TenantKey, end: Timestamp) -> Result<bool, StorageError> {
        let sql = format!(
            "WITH ended AS (
                UPDATE postrider.api_keys SET expires_at = least(coalesce(expires_at, $11), $11)
                WHERE tenant_id = $1 AND id = $12 AND {THERE} RETURNING 1
            )
            INSERT INTO postrider.api_keys ({COLUMNS}) SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10 FROM ended
            RETURNING 1"
        );
        let (name, scopes) = (rows::text(&new.name), codec::scopes_text(new.scopes));
        let (expires_at, networks) = (new.expires_at.map(Timestamp::micros), new.networks.to_string());
        let values = params![
            new.tenant.as_str() => TEXT, new.id.uuid() => UUID, name => TEXT, new.hint => TEXT, &new.hash[..] => BYTEA,
            scopes => TEXT, new.created_at.micros() => INT8, new.last_used_at.map(Timestamp::micros) => INT8,
            expires_at => INT8, networks => TEXT, end.micros() => INT8, old.uuid() => UUID,
        ];
        Ok(!self.write(As::Tenant(&new.tenant), &sql, values).await?.is_empty())
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

    async fn use_keys(&self, uses: &[KeyUse]) -> Result<(), StorageError> {
        let tenants: Vec<&str> = uses.iter().map(|one| one.tenant.as_str()).collect();
        let ids: Vec<Uuid> = uses.iter().map(|one| one.key.uuid()).collect();
        let times: Vec<i64> = uses.iter().map(|one| one.at.micros()).collect();
        let values = params![tenants => TEXT_ARRAY, ids => UUID_ARRAY, times => INT8_ARRAY];
        self.write(As::Worker, USE, values).await?;
        Ok(())
    }

    async fn all_keys(&self) -> Result<Vec<TenantKey>, StorageError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM postrider.api_keys
             WHERE tenant_id NOT IN (SELECT id FROM postrider.tenants WHERE deleting)"
        );
        self.read(As::Worker, &sql, &[]).await?.iter().map(read).collect()
    }
}
