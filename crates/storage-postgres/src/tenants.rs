//! Tenants.

use crate::{
    PgStore,
    cells::Cells,
    commit,
    connect::{As, Tx, params},
    rows,
};
use async_trait::async_trait;
use model::{
    AllowLists, JsonObject, Tenant, TenantChange, TenantId, TenantLimits, Timestamp, tenant::allow::entries_text,
};
use storage::{DeleteOutcome, Page, PutOutcome, StorageError, Tenants, Vault, codec};
use tokio_postgres::Row;

const COLUMNS: &str = "id, name, metadata, limits, egress, allow_networks, allow_hosts, created_at, updated_at";

/// Condition that the tenant `$1` exists. A tenant that is being deleted does not exist for any other operation.
pub(crate) const THERE: &str = "(SELECT NOT deleting FROM postrider.tenants WHERE id = $1)";

fn read(vault: &Vault, row: &Row) -> Result<Tenant, StorageError> {
    let cells = Cells::tenants(row);
    let id = cells.tenant("id");
    Ok(Tenant {
        egress: codec::unseal_egress(vault, &id, cells.get("egress"))?,
        id,
        name: cells.get("name"),
        metadata: cells.parsed("metadata", JsonObject::parse)?,
        limits: cells.parsed("limits", TenantLimits::parse)?,
        allow: AllowLists {
            networks: cells.parsed("allow_networks", codec::networks)?,
            hosts: cells.parsed("allow_hosts", codec::host_patterns)?,
        },
        created_at: cells.time("created_at"),
        updated_at: cells.time("updated_at"),
    })
}

/// All tables with data of a tenant, each with its key within the tenant.
const OWNED: [(&str, &str); 16] = [
    ("api_keys", "id"),
    ("subscription_stats", "subscription_id, shard"),
    ("subscriptions", "id"),
    ("outbox", "number"),
    ("waiting", "id"),
    ("attempts", "delivery_id, number"),
    ("deliveries", "id"),
    ("event_keys", "name"),
    ("erasures", "event_id"),
    ("events", "id"),
    ("publications", "day, event_type, shard"),
    ("statistics", "hour, subscription_id, event_type"),
    ("replays", "id"),
    ("sessions", "hash"),
    ("portal_sessions", "id"),
    ("tenants", ""),
];

/// Rows per transaction.
const PIECE: i64 = 2_000;

#[async_trait]
impl Tenants for PgStore {
    async fn put_tenant(
        &self,
        id: &TenantId,
        change: TenantChange,
        now: Timestamp,
    ) -> Result<(Tenant, PutOutcome), StorageError> {
        let sql = format!(
            "INSERT INTO postrider.tenants AS t (id, name, metadata, limits, egress, allow_networks, allow_hosts,
             created_at, updated_at)
             VALUES ($1, $3, coalesce($4, '{{}}'), coalesce($6, '{{}}'), $8, coalesce($9, ''), coalesce($10, ''), $5, $5)
             ON CONFLICT (id) DO UPDATE SET name = CASE WHEN $2 THEN $3 ELSE t.name END,
             metadata = coalesce($4, t.metadata), limits = coalesce($6, t.limits),
             egress = CASE WHEN $7 THEN $8 ELSE t.egress END, allow_networks = coalesce($9, t.allow_networks),
             allow_hosts = coalesce($10, t.allow_hosts), updated_at = $5 WHERE NOT t.deleting
             RETURNING {COLUMNS}, xmax = 0 AS is_new"
        );
        let TenantChange { name, metadata, limits, egress, allow_networks, allow_hosts } = change;
        let (sets_name, metadata) = (!name.is_absent(), metadata.as_ref().map(JsonObject::as_str));
        let limits = limits.map(|limits| limits.text());
        let (sets_egress, egress) = (!egress.is_absent(), egress.value());
        let egress = codec::seal_egress(&self.0.vault, id, egress.as_ref());
        let (networks, hosts) =
            (allow_networks.map(|all| entries_text(&all)), allow_hosts.map(|all| entries_text(&all)));
        let name = name.value().map(|name| rows::text(&name).into_owned());
        let values = params![
            id.as_str() => TEXT, sets_name => BOOL, name => TEXT, metadata => TEXT, now.micros() => INT8,
            limits => TEXT, sets_egress => BOOL, egress => BYTEA, networks => TEXT, hosts => TEXT,
        ];
        let written = self.write(As::Tenant(id), &sql, values).await?;
        let row = written.first().ok_or_else(|| StorageError::unavailable("the tenant is still being deleted"))?;
        Ok((read(&self.0.vault, row)?, if row.get("is_new") { PutOutcome::Created } else { PutOutcome::Updated }))
    }

    async fn tenant(&self, id: &TenantId) -> Result<Option<Tenant>, StorageError> {
        let sql = format!("SELECT {COLUMNS} FROM postrider.tenants WHERE id = $1 AND NOT deleting");
        self.read(As::Tenant(id), &sql, params![id.as_str() => TEXT])
            .await?
            .first()
            .map(|row| read(&self.0.vault, row))
            .transpose()
    }

    async fn tenants(&self, page: Page<TenantId>) -> Result<Vec<Tenant>, StorageError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM postrider.tenants WHERE id > $1 AND id <> $4 AND NOT deleting
             ORDER BY id LIMIT $2 OFFSET $3"
        );
        let after = page.cursor.as_ref().map_or("", TenantId::as_str);
        let (limit, offset, system) = (i64::from(page.limit), i64::from(page.offset), TenantId::system());
        let values = params![after => TEXT, limit => INT8, offset => INT8, system.as_str() => TEXT];
        self.read(As::Worker, &sql, values).await?.iter().map(|row| read(&self.0.vault, row)).collect()
    }

    async fn delete_tenant(&self, id: &TenantId) -> Result<DeleteOutcome, StorageError> {
        let sql = "UPDATE postrider.tenants SET deleting = true WHERE id = $1 RETURNING 1";
        let id = id.as_str();
        if self.write(As::Worker, sql, params![id => TEXT]).await?.is_empty() {
            return Ok(DeleteOutcome::Missing);
        }
        // Commits that began before the mark became visible have ended once this lock is granted.
        let tx = Tx::begin(&self.0.pool, As::Worker).await?;
        tx.query("SELECT pg_advisory_xact_lock($1)", params![commit::LOCK => INT8]).await?;
        tx.commit().await?;
        self.0.gathered.lock().forget(&TenantId::trusted(id));
        // Drops the pending increments of the tenant.
        self.fold_statistics().await?;
        for (table, key) in OWNED {
            let sql = if key.is_empty() {
                format!("DELETE FROM postrider.{table} WHERE id = $1 AND $2 > 0 RETURNING 1")
            } else {
                format!(
                    "WITH gone AS (DELETE FROM postrider.{table} WHERE tenant_id = $1 AND ({key}) IN
                     (SELECT {key} FROM postrider.{table} WHERE tenant_id = $1 LIMIT $2) RETURNING 1)
                     SELECT 1 FROM gone"
                )
            };
            while self.write(As::Worker, &sql, params![id => TEXT, PIECE => INT8]).await?.len() as i64 >= PIECE {}
        }
        Ok(DeleteOutcome::Done)
    }

    async fn half_deleted_tenants(&self) -> Result<Vec<TenantId>, StorageError> {
        let rows = self.read(As::Worker, "SELECT id FROM postrider.tenants WHERE deleting", &[]).await?;
        Ok(rows.iter().map(|row| Cells::tenants(row).tenant("id")).collect())
    }
}
