//! Subscriptions. Secrets and headers are sealed, each for its own row.

mod list;
mod row;

use crate::{
    PgStore,
    codes::{BECAUSE_DELETED, CANCELLED, DELETED, NO_NODE},
    connect::{As, Fault, params},
    rows,
    tenants::THERE,
};
use async_trait::async_trait;
use const_format::formatcp;
use model::{Subscription, SubscriptionId, TenantId, Timestamp};
use row::{SELECT, read};
use storage::{
    Counted, InsertOutcome, ListScope, Listed, Page, Place, StorageError, SubscriptionFilter, Subscriptions,
    UpdateOutcome, codec,
};
use tokio_postgres::error::SqlState;
use uuid::Uuid;

/// Result of writing a whole row.
enum Written {
    Rows(usize),
    /// Another active subscription has the same event and URL.
    Duplicate,
}

const INSERT: &str = "INSERT INTO postrider.subscriptions (tenant_id, id, url, description, events, headers, state,
    profile, retry_enabled, max_retries, timeout_ms, secrets, metadata, unique_event, revision, created_at, updated_at)
    SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17
    WHERE (SELECT NOT deleting FROM postrider.tenants WHERE id = $1) RETURNING 1";

const UPDATE: &str = formatcp!(
    "UPDATE postrider.subscriptions SET url = $3, description = $4, events = $5, headers = $6,
    state = $7, profile = $8, retry_enabled = $9, max_retries = $10, timeout_ms = $11, secrets = $12, metadata = $13,
    unique_event = $14, revision = $15 + 1, created_at = $16, updated_at = $17
    WHERE tenant_id = $1 AND id = $2 AND revision = $15 AND state <> {DELETED}
    AND (SELECT NOT deleting FROM postrider.tenants WHERE id = $1) RETURNING 1"
);

/// Deliveries cancelled per transaction.
const PIECE: i64 = 2_000;

impl PgStore {
    /// Writes all columns with `sql`.
    async fn write_subscription(&self, sql: &str, s: &Subscription) -> Result<Written, StorageError> {
        let vault = &self.0.vault;
        let (headers, secrets) = (codec::seal_headers(vault, s), codec::seal_secrets(vault, s));
        let (events, metadata) = (codec::patterns_text(&s.events), s.metadata.as_str());
        let (url, description) = (rows::text(s.url.as_str()), s.description.as_deref().map(rows::text));
        let description = description.as_deref();
        let unique_event = s.is_unique.then_some(&events);
        let values = params![
            s.tenant.as_str() => TEXT, s.id.uuid() => UUID, url => TEXT, description => TEXT, events => TEXT,
            headers => BYTEA, i16::from(s.state.code()) => INT2, i16::from(s.profile.code()) => INT2,
            s.retry_enabled => BOOL, i16::from(s.max_retries) => INT2, s.timeout.as_millis() as i64 => INT8,
            secrets => BYTEA, metadata => TEXT, unique_event => TEXT, s.revision as i64 => INT8,
            s.created_at.micros() => INT8, s.updated_at.micros() => INT8,
        ];
        match self.write(As::Tenant(&s.tenant), sql, values).await {
            Ok(rows) => Ok(Written::Rows(rows.len())),
            Err(fault) if is_duplicate(&fault) => Ok(Written::Duplicate),
            Err(fault) => Err(fault.into()),
        }
    }
}

fn is_duplicate(fault: &Fault) -> bool {
    let place = match fault {
        Fault::Postgres(fault) => fault.as_db_error().and_then(|fault| fault.constraint().map(str::to_owned)),
        Fault::Pool(_) | Fault::Unsure(_) | Fault::Corrupt(_) => None,
    };
    fault.is(&SqlState::UNIQUE_VIOLATION) && place.as_deref() == Some("subscriptions_unique")
}

#[async_trait]
impl Subscriptions for PgStore {
    async fn insert_subscription(&self, subscription: &Subscription) -> Result<InsertOutcome, StorageError> {
        Ok(match self.write_subscription(INSERT, subscription).await? {
            Written::Rows(0) => InsertOutcome::NoTenant,
            Written::Rows(_) => InsertOutcome::Done,
            Written::Duplicate => InsertOutcome::Duplicate,
        })
    }

    async fn subscription(&self, tenant: &TenantId, id: SubscriptionId) -> Result<Option<Subscription>, StorageError> {
        let sql = format!("{SELECT} WHERE s.tenant_id = $1 AND s.id = $2 AND s.state <> {DELETED} AND {THERE}");
        let rows = self.read(As::Tenant(tenant), &sql, params![tenant.as_str() => TEXT, id.uuid() => UUID]).await?;
        rows.first().map(|row| read(&self.0.vault, row)).transpose()
    }

    async fn subscriptions_ever(
        &self,
        tenant: &TenantId,
        ids: &[SubscriptionId],
    ) -> Result<Vec<Subscription>, StorageError> {
        let sql = format!(
            "{SELECT} JOIN unnest($2) WITH ORDINALITY AS wanted (id, place) ON wanted.id = s.id
             WHERE s.tenant_id = $1 AND s.id = ANY($2) AND {THERE} ORDER BY wanted.place"
        );
        let ids: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
        let rows = self.read(As::Tenant(tenant), &sql, params![tenant.as_str() => TEXT, ids => UUID_ARRAY]).await?;
        rows.iter().map(|row| read(&self.0.vault, row)).collect()
    }

    async fn subscriptions(
        &self,
        scope: ListScope<'_>,
        filter: &SubscriptionFilter,
        page: Page<Place<SubscriptionId>>,
    ) -> Result<Listed<Subscription, SubscriptionId>, StorageError> {
        list::page(self, scope, filter, &page).await
    }

    async fn count_subscriptions(
        &self,
        scope: ListScope<'_>,
        filter: &SubscriptionFilter,
        most: u32,
    ) -> Result<Counted<SubscriptionId>, StorageError> {
        list::count(self, scope, filter, most).await
    }

    async fn tenants_with_subscription(&self, id: SubscriptionId) -> Result<Vec<TenantId>, StorageError> {
        list::tenants_with(self, id).await
    }

    async fn update_subscription(&self, subscription: &Subscription) -> Result<UpdateOutcome, StorageError> {
        match self.write_subscription(UPDATE, subscription).await? {
            Written::Rows(0) => {}
            Written::Rows(_) => return Ok(UpdateOutcome::Done),
            Written::Duplicate => return Ok(UpdateOutcome::Duplicate),
        }
        let known = self.subscription(&subscription.tenant, subscription.id).await?;
        Ok(if known.is_some() { UpdateOutcome::Stale } else { UpdateOutcome::Missing })
    }

    async fn delete_subscription(
        &self,
        tenant: &TenantId,
        id: SubscriptionId,
        now: Timestamp,
    ) -> Result<UpdateOutcome, StorageError> {
        let sql = format!(
            "UPDATE postrider.subscriptions SET state = {DELETED}, revision = revision + 1, updated_at = $3
             WHERE tenant_id = $1 AND id = $2 AND state <> {DELETED} AND {THERE} RETURNING 1"
        );
        let values = params![tenant.as_str() => TEXT, id.uuid() => UUID, now.micros() => INT8];
        if self.write(As::Tenant(tenant), &sql, values).await?.is_empty() {
            return Ok(UpdateOutcome::Missing);
        }
        self.cancel_waiting(tenant, id, now).await?;
        Ok(UpdateOutcome::Done)
    }

    async fn cancel_waiting(&self, tenant: &TenantId, id: SubscriptionId, now: Timestamp) -> Result<(), StorageError> {
        let sql = format!(
            "WITH gone AS (
                 DELETE FROM postrider.waiting WHERE tenant_id = $1 AND {THERE} AND id IN (
                     SELECT w.id FROM postrider.nodes n, LATERAL (
                         SELECT id FROM postrider.waiting WHERE owner = n.id AND tenant_id = $1 AND subscription_id = $2
                         LIMIT $4) w
                     UNION ALL (SELECT id FROM postrider.waiting
                                WHERE owner = {NO_NODE} AND tenant_id = $1 AND subscription_id = $2 LIMIT $4)
                     LIMIT $4)
                 RETURNING {columns}
             ), logged AS (
                 INSERT INTO postrider.deliveries ({columns}) SELECT tenant_id, id, subscription_id, event_type, given_id,
                     {CANCELLED}, attempts, earlier_attempts, $3, response_code, {BECAUSE_DELETED}, duration_us FROM gone
             )
             SELECT 1 FROM gone",
            columns = rows::BOTH,
        );
        loop {
            let values = params![tenant.as_str() => TEXT, id.uuid() => UUID, now.micros() => INT8, PIECE => INT8];
            // Runs as the installation, because a tenant's role cannot read the table of nodes.
            let cancelled = self.write(As::Worker, &sql, values).await?.len() as i64;
            if cancelled < PIECE {
                return Ok(());
            }
        }
    }

    async fn each_subscription(&self, take: &mut (dyn FnMut(Subscription) + Send)) -> Result<(), StorageError> {
        let select =
            SELECT.replace("s.description", "NULL::text AS description").replace("s.metadata", "'{}' AS metadata");
        let sql = format!(
            "{select} WHERE (s.tenant_id, s.id) > ($1, $2)
             AND s.tenant_id NOT IN (SELECT id FROM postrider.tenants WHERE deleting)
             ORDER BY s.tenant_id, s.id LIMIT 1000"
        );
        let mut after = (String::new(), Uuid::nil());
        loop {
            let rows = self.read(As::Worker, &sql, params![after.0 => TEXT, after.1 => UUID]).await?;
            let Some(last) = rows.last() else { return Ok(()) };
            after = (last.get("tenant_id"), last.get("id"));
            for row in &rows {
                take(read(&self.0.vault, row)?);
            }
        }
    }
}
