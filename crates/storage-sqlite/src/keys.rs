//! API keys of tenants.

use crate::{SqliteStore, cells::Cells, error::sqlite, query};
use async_trait::async_trait;
use model::{KeyId, TenantId, TenantKey, Timestamp};
use rusqlite::{Connection, Params, Row};
use storage::{DeleteOutcome, KeyUse, Keys, StorageError, codec};

const COLUMNS: &str = "tenant_id, id, name, hint, hash, scopes, created_at, last_used_at, expires_at, networks";

fn read(row: &Row<'_>) -> Result<TenantKey, StorageError> {
    let cells = Cells::api_keys(row);
    Ok(TenantKey {
        id: KeyId::from_bytes(cells.get("id")?),
        tenant: cells.tenant("tenant_id")?,
        name: cells.get("name")?,
        hint: cells.get("hint")?,
        hash: cells.get("hash")?,
        scopes: cells.parsed("scopes", codec::scopes)?,
        created_at: cells.time("created_at")?,
        last_used_at: cells.time_or_none("last_used_at")?,
        expires_at: cells.time_or_none("expires_at")?,
        networks: cells.parsed("networks", codec::key_networks)?,
    })
}

fn list(connection: &Connection, sql: &str, params: impl Params) -> Result<Vec<TenantKey>, StorageError> {
    query::all(&mut *connection.prepare_cached(sql).map_err(sqlite)?, params, read)
}

/// False when the tenant does not exist.
fn insert(tx: &Connection, key: &TenantKey) -> Result<bool, StorageError> {
    let made = tx
        .execute(
            "INSERT INTO api_keys (tenant_id, id, name, hint, hash, scopes, created_at, last_used_at, expires_at, networks)
             SELECT id, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10 FROM tenants WHERE id = ?1 AND deleting = 0",
            (
                key.tenant.as_str(),
                key.id.bytes(),
                &key.name,
                &key.hint,
                &key.hash,
                codec::scopes_text(key.scopes),
                key.created_at.micros(),
                key.last_used_at.map(Timestamp::micros),
                key.expires_at.map(Timestamp::micros),
                key.networks.to_string(),
            ),
        )
        .map_err(sqlite)?;
    Ok(made == 1)
}

#[async_trait]
impl Keys for SqliteStore {
    async fn insert_key(&self, key: &TenantKey) -> Result<bool, StorageError> {
        let key = key.clone();
        self.writer.transaction(move |tx| insert(tx, &key)).await
    }

    async fn replace_key(&self, old: KeyId, new: &TenantKey, end: Timestamp) -> Result<bool, StorageError> {
        let key = new.clone();
        self.writer
            .transaction(move |tx| {
                let there = tx
                    .execute(
                        "UPDATE api_keys SET expires_at = min(coalesce(expires_at, ?3), ?3)
                         WHERE tenant_id = ?1 AND id = ?2",
                        (key.tenant.as_str(), old.bytes(), end.micros()),
                    )
                    .map_err(sqlite)?;
                Ok(there == 1 && insert(tx, &key)?)
            })
            .await
    }

    async fn keys(&self, tenant: &TenantId) -> Result<Vec<TenantKey>, StorageError> {
        self.readers
            .read_of(tenant, |connection, tenant| {
                let sql = format!("SELECT {COLUMNS} FROM api_keys WHERE tenant_id = ?1 ORDER BY id DESC");
                list(connection, &sql, [tenant.as_str()])
            })
            .await
    }

    async fn delete_key(&self, tenant: &TenantId, id: KeyId) -> Result<DeleteOutcome, StorageError> {
        self.writer
            .transaction_of(tenant, DeleteOutcome::Missing, move |tx, tenant| {
                let gone = tx
                    .execute("DELETE FROM api_keys WHERE tenant_id = ?1 AND id = ?2", (tenant.as_str(), id.bytes()))
                    .map_err(sqlite)?;
                Ok(if gone == 1 { DeleteOutcome::Done } else { DeleteOutcome::Missing })
            })
            .await
    }

    async fn use_keys(&self, uses: &[KeyUse]) -> Result<(), StorageError> {
        let uses = uses.to_vec();
        self.writer
            .transaction(move |tx| {
                let mut note = tx
                    .prepare_cached(
                        "UPDATE api_keys SET last_used_at = ?3 WHERE tenant_id = ?1 AND id = ?2
                         AND coalesce(last_used_at, 0) < ?3",
                    )
                    .map_err(sqlite)?;
                for KeyUse { tenant, key, at } in &uses {
                    note.execute((tenant.as_str(), key.bytes(), at.micros())).map_err(sqlite)?;
                }
                Ok(())
            })
            .await
    }

    async fn all_keys(&self) -> Result<Vec<TenantKey>, StorageError> {
        self.readers
            .read(|connection| {
                let sql = format!(
                    "SELECT {COLUMNS} FROM api_keys
                     WHERE tenant_id NOT IN (SELECT id FROM tenants WHERE deleting = 1)"
                );
                list(connection, &sql, [])
            })
            .await
    }
}
