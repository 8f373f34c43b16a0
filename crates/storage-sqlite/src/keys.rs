//! API keys of tenants.

use crate::{SqliteStore, error::sqlite, rows};
use async_trait::async_trait;
use model::{KeyId, Scope, TenantId, TenantKey};
use rusqlite::{Connection, Params, Row};
use storage::{DeleteOutcome, Keys, StorageError};

const COLUMNS: &str = "tenant_id, id, name, hint, hash, scopes, created_at";

fn read(row: &Row<'_>) -> rusqlite::Result<TenantKey> {
    let scopes: String = row.get("scopes")?;
    Ok(TenantKey {
        id: KeyId::from_bytes(row.get("id")?),
        tenant: rows::tenant(row, "tenant_id")?,
        name: row.get("name")?,
        hint: row.get("hint")?,
        hash: row.get("hash")?,
        scopes: scopes.split(' ').filter_map(Scope::parse).collect(),
        created_at: rows::time(row, "created_at")?,
    })
}

fn list(connection: &Connection, sql: &str, params: impl Params) -> Result<Vec<TenantKey>, StorageError> {
    let mut statement = connection.prepare_cached(sql).map_err(sqlite)?;
    let found = statement.query_map(params, read).map_err(sqlite)?;
    found.map(|row| row.map_err(sqlite)).collect()
}

#[async_trait]
impl Keys for SqliteStore {
    async fn insert_key(&self, key: &TenantKey) -> Result<bool, StorageError> {
        let key = key.clone();
        self.writer
            .transaction(move |tx| {
                let made = tx
                    .execute(
                        "INSERT INTO api_keys (tenant_id, id, name, hint, hash, scopes, created_at)
                         SELECT id, ?2, ?3, ?4, ?5, ?6, ?7 FROM tenants WHERE id = ?1 AND deleting = 0",
                        (
                            key.tenant.as_str(),
                            key.id.bytes(),
                            &key.name,
                            &key.hint,
                            &key.hash,
                            key.scopes.names().join(" "),
                            key.created_at.micros(),
                        ),
                    )
                    .map_err(sqlite)?;
                Ok(made == 1)
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
