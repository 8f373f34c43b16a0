//! Tenants.

use crate::{SqliteStore, cells::Cells, error::sqlite, existence::exists, query, statistics};
use async_trait::async_trait;
use model::{
    AllowLists, JsonObject, Tenant, TenantChange, TenantId, TenantLimits, Timestamp, tenant::allow::entries_text,
};
use rusqlite::{Row, named_params};
use storage::{DeleteOutcome, Page, PutOutcome, StorageError, Tenants, Vault, codec};

const COLUMNS: &str = "id, name, metadata, limits, egress, allow_networks, allow_hosts, created_at, updated_at";

fn read(vault: &Vault, row: &Row<'_>) -> Result<Tenant, StorageError> {
    let cells = Cells::tenants(row);
    let id = cells.tenant("id")?;
    Ok(Tenant {
        egress: codec::unseal_egress(vault, &id, cells.blob_or_none("egress")?)?,
        id,
        name: cells.get("name")?,
        metadata: cells.parsed("metadata", JsonObject::parse)?,
        limits: cells.parsed("limits", TenantLimits::parse)?,
        allow: AllowLists {
            networks: cells.parsed("allow_networks", codec::networks)?,
            hosts: cells.parsed("allow_hosts", codec::host_patterns)?,
        },
        created_at: cells.time("created_at")?,
        updated_at: cells.time("updated_at")?,
    })
}

/// All tables with data of a tenant, each with its key within the tenant.
const OWNED: [(&str, &str); 15] = [
    ("api_keys", "id"),
    ("subscription_stats", "subscription_id"),
    ("subscriptions", "id"),
    ("attempts", "delivery_id, number"),
    ("deliveries", "id"),
    ("event_keys", "name"),
    ("erasures", "event_id"),
    ("events", "id"),
    ("list_marks", "list, id"),
    ("publications", "day, event_type"),
    ("statistics", "hour, subscription_id, event_type"),
    ("replays", "id"),
    ("sessions", "hash"),
    ("portal_sessions", "id"),
    ("tenants", ""),
];

/// Rows per transaction, so that other writes do not wait long.
const PIECE: usize = 2_000;

#[async_trait]
impl Tenants for SqliteStore {
    async fn put_tenant(
        &self,
        id: &TenantId,
        change: TenantChange,
        now: Timestamp,
    ) -> Result<(Tenant, PutOutcome), StorageError> {
        let (id, vault) = (id.clone(), self.vault.clone());
        self.writer
            .transaction(move |tx| {
                let sql = format!("SELECT {COLUMNS} FROM tenants WHERE id = ?1");
                let mut statement = tx.prepare_cached(&sql).map_err(sqlite)?;
                let known = query::first(&mut statement, [id.as_str()], |row| read(&vault, row))?;
                let put = if known.is_some() { PutOutcome::Updated } else { PutOutcome::Created };
                if put == PutOutcome::Updated && !exists(tx, &id)? {
                    return Err(StorageError::unavailable("the tenant is still being deleted"));
                }
                let mut tenant = known.unwrap_or_else(|| Tenant {
                    id: id.clone(),
                    name: None,
                    metadata: JsonObject::default(),
                    limits: TenantLimits::default(),
                    egress: None,
                    allow: AllowLists::default(),
                    created_at: now,
                    updated_at: now,
                });
                tenant.name = change.name.apply(tenant.name);
                tenant.metadata = change.metadata.unwrap_or(tenant.metadata);
                tenant.limits = change.limits.unwrap_or(tenant.limits);
                tenant.egress = change.egress.apply(tenant.egress);
                tenant.allow.networks = change.allow_networks.unwrap_or(tenant.allow.networks);
                tenant.allow.hosts = change.allow_hosts.unwrap_or(tenant.allow.hosts);
                tenant.updated_at = now;
                tx.execute(
                    "INSERT INTO tenants (id, name, metadata, limits, egress, allow_networks, allow_hosts, created_at,
                     updated_at) VALUES (:id, :name, :metadata, :limits, :egress, :allow_networks, :allow_hosts,
                     :created_at, :updated_at)
                     ON CONFLICT (id) DO UPDATE SET name = :name, metadata = :metadata, limits = :limits,
                     egress = :egress, allow_networks = :allow_networks, allow_hosts = :allow_hosts,
                     updated_at = :updated_at",
                    named_params! {
                        ":id": id.as_str(),
                        ":name": tenant.name,
                        ":metadata": tenant.metadata.as_str(),
                        ":limits": tenant.limits.text(),
                        ":egress": codec::seal_egress(&vault, &id, tenant.egress.as_ref()),
                        ":allow_networks": entries_text(&tenant.allow.networks),
                        ":allow_hosts": entries_text(&tenant.allow.hosts),
                        ":created_at": tenant.created_at.micros(),
                        ":updated_at": now.micros(),
                    },
                )
                .map_err(sqlite)?;
                Ok((tenant, put))
            })
            .await
    }

    async fn tenant(&self, id: &TenantId) -> Result<Option<Tenant>, StorageError> {
        let (id, vault) = (id.clone(), self.vault.clone());
        self.readers
            .read(move |connection| {
                let sql = format!("SELECT {COLUMNS} FROM tenants WHERE id = ?1 AND deleting = 0");
                let mut statement = connection.prepare_cached(&sql).map_err(sqlite)?;
                query::first(&mut statement, [id.as_str()], |row| read(&vault, row))
            })
            .await
    }

    async fn tenants(&self, page: Page<TenantId>) -> Result<Vec<Tenant>, StorageError> {
        let vault = self.vault.clone();
        self.readers
            .read(move |connection| {
                let after = page.cursor.as_ref().map_or("", TenantId::as_str);
                let sql = format!(
                    "SELECT {COLUMNS} FROM tenants WHERE id > ?1 AND id <> ?4 AND deleting = 0
                     ORDER BY id LIMIT ?2 OFFSET ?3"
                );
                let mut statement = connection.prepare_cached(&sql).map_err(sqlite)?;
                let system = TenantId::system();
                let values = (after, page.limit, page.offset, system.as_str());
                query::all(&mut statement, values, |row| read(&vault, row))
            })
            .await
    }

    async fn delete_tenant(&self, id: &TenantId) -> Result<DeleteOutcome, StorageError> {
        let owner = id.clone();
        let known = self
            .writer
            .transaction(move |tx| {
                tx.execute("UPDATE tenants SET deleting = 1 WHERE id = ?1", [owner.as_str()]).map_err(sqlite)
            })
            .await?;
        if known == 0 {
            return Ok(DeleteOutcome::Missing);
        }
        let marks = self.marks.clone();
        self.writer
            .transaction(move |tx| {
                marks.lock().forget();
                // Drops the pending increments of the tenant.
                statistics::pending::fold(tx)
            })
            .await?;
        for (table, key) in OWNED {
            let sql = if key.is_empty() {
                format!("DELETE FROM {table} WHERE id = ?1")
            } else {
                format!(
                    "DELETE FROM {table} WHERE tenant_id = ?1 AND ({key}) IN
                     (SELECT {key} FROM {table} WHERE tenant_id = ?1 LIMIT {PIECE})"
                )
            };
            loop {
                let (owner, sql) = (id.clone(), sql.clone());
                let gone =
                    self.writer.transaction(move |tx| tx.execute(&sql, [owner.as_str()]).map_err(sqlite)).await?;
                if gone < PIECE {
                    break;
                }
            }
        }
        Ok(DeleteOutcome::Done)
    }

    async fn half_deleted_tenants(&self) -> Result<Vec<TenantId>, StorageError> {
        self.readers
            .read(|connection| {
                let mut statement = connection.prepare("SELECT id FROM tenants WHERE deleting = 1").map_err(sqlite)?;
                query::all(&mut statement, [], |row| Cells::tenants(row).tenant("id"))
            })
            .await
    }
}
