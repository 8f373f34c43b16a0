//! Subscriptions. Secrets and headers are sealed, each for its own row.

mod list;
mod row;

use crate::{
    PgStore,
    cells::Cells,
    codes::{BECAUSE_DELETED, CANCELLED, DELETED, NO_NODE},
    connect::{As, Fault, Params, Tx, params},
    rows, statistics,
    tenants::THERE,
};
use async_trait::async_trait;
use const_format::formatcp;
use model::{Subscription, SubscriptionId, TenantId, Timestamp, policy::OpenBreaker};
use row::{SELECT, read};
use storage::{
    BreakerChange, Counted, InsertOutcome, ListScope, Listed, Page, Place, StorageError, SubscriptionFilter,
    Subscriptions, UpdateOutcome, codec,
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
    profile, retry_enabled, max_retries, timeout_ms, secrets, metadata, unique_event, revision, created_at, updated_at,
    policies, disabled_reason, disabled_at, breaker, restarted_at, warned_at, credentials)
    SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24
    WHERE (SELECT NOT deleting FROM postrider.tenants WHERE id = $1) RETURNING 1";

const UPDATE: &str = formatcp!(
    "UPDATE postrider.subscriptions SET url = $3, description = $4, events = $5, headers = $6,
    state = $7, profile = $8, retry_enabled = $9, max_retries = $10, timeout_ms = $11, secrets = $12, metadata = $13,
    unique_event = $14, revision = $15 + 1, created_at = $16, updated_at = $17,
    policies = $18, disabled_reason = $19, disabled_at = $20, breaker = $21, restarted_at = $22, warned_at = $23,
    credentials = $24
    WHERE tenant_id = $1 AND id = $2 AND revision = $15 AND state <> {DELETED}
    AND (SELECT NOT deleting FROM postrider.tenants WHERE id = $1) RETURNING 1"
);

/// Deliveries cancelled per transaction.
const PIECE: i64 = 2_000;

impl PgStore {
    /// Cancels a piece of the waiting deliveries of a subscription; returns their number.
    async fn cancel_piece(
        &self,
        (tenant, now): (&TenantId, Timestamp),
        sql: &str,
        values: Params<'_>,
    ) -> Result<i64, Fault> {
        let tx = Tx::begin(&self.0.pool, As::Worker).await?;
        let gone = tx.query(sql, values).await?;
        statistics::changes::cancelled(self, &tx, tenant, &gone, now).await?;
        tx.commit().await?;
        Ok(gone.len() as i64)
    }

    /// Writes all columns with `sql`.
    async fn write_subscription(&self, sql: &str, s: &Subscription) -> Result<Written, StorageError> {
        let vault = &self.0.vault;
        let (headers, secrets) = (codec::seal_headers(vault, s), codec::seal_secrets(vault, s));
        let (events, metadata) = (codec::patterns_text(&s.events), s.metadata.as_str());
        let (url, description) = (rows::text(s.url.as_str()), s.description.as_deref().map(rows::text));
        let description = description.as_deref();
        let breaker = s.health.breaker.as_ref().map(OpenBreaker::text);
        let breaker = breaker.as_deref().map(rows::text);
        let unique_event = s.is_unique.then_some(&events);
        let values = params![
            s.tenant.as_str() => TEXT, s.id.uuid() => UUID, url => TEXT, description => TEXT, events => TEXT,
            headers => BYTEA, i16::from(s.state.code()) => INT2, i16::from(s.profile.code()) => INT2,
            s.retry_enabled => BOOL, i16::from(s.max_retries) => INT2, s.timeout.as_millis() as i64 => INT8,
            secrets => BYTEA, metadata => TEXT, unique_event => TEXT, s.revision as i64 => INT8,
            s.created_at.micros() => INT8, s.updated_at.micros() => INT8, s.policies.text() => TEXT,
            s.health.disabled.and_then(|one| one.reason).map(|one| i16::from(one.code())) => INT2,
            s.health.disabled.map(|one| one.at.micros()) => INT8, breaker => TEXT,
            s.health.restarted_at.map(Timestamp::micros) => INT8, s.health.warned_at.map(Timestamp::micros) => INT8,
            codec::seal_credentials(vault, s) => BYTEA,
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

    async fn set_breakers(&self, changes: &[BreakerChange]) -> Result<Vec<BreakerChange>, StorageError> {
        // The rows are locked before they are read, so of two nodes the later one finds the state of the earlier one.
        let sql = formatcp!(
            "UPDATE postrider.subscriptions s SET breaker = o.breaker, revision = revision + 1
             FROM (SELECT n.tenant_id, n.id, n.breaker, k.breaker AS before
                 FROM unnest($1::text[], $2::uuid[], $3::text[]) AS n (tenant_id, id, breaker)
                 JOIN postrider.subscriptions k ON k.tenant_id = n.tenant_id AND k.id = n.id
                 ORDER BY n.tenant_id, n.id FOR UPDATE OF k) AS o
             WHERE s.tenant_id = o.tenant_id AND s.id = o.id AND s.state <> {DELETED}
             RETURNING s.tenant_id, s.id, o.before AS breaker"
        );
        let mut changes: Vec<&BreakerChange> = changes.iter().collect();
        // Sorted, to prevent deadlocks between nodes.
        changes.sort_unstable_by_key(|one| (&one.tenant, one.subscription));
        let tenants: Vec<&str> = changes.iter().map(|one| one.tenant.as_str()).collect();
        let ids: Vec<Uuid> = changes.iter().map(|one| one.subscription.uuid()).collect();
        let text = |open: &OpenBreaker| rows::text(&open.text()).into_owned();
        let breakers: Vec<Option<String>> = changes.iter().map(|one| one.breaker.as_ref().map(text)).collect();
        let values = params![tenants => TEXT_ARRAY, ids => UUID_ARRAY, breakers => TEXT_ARRAY];
        let rows = self.write(As::Worker, sql, values).await?;
        let before = rows.iter().map(|row| {
            let cells = Cells::subscriptions(row);
            let (tenant, subscription) = (cells.tenant("tenant_id"), cells.subscription_id("id"));
            Ok(BreakerChange { tenant, subscription, breaker: cells.parsed_or_none("breaker", OpenBreaker::parse)? })
        });
        before.collect()
    }

    async fn set_warned(
        &self,
        tenant: &TenantId,
        id: SubscriptionId,
        known: Option<Timestamp>,
        warned_at: Option<Timestamp>,
    ) -> Result<bool, StorageError> {
        let sql = formatcp!(
            "UPDATE postrider.subscriptions SET warned_at = $4, revision = revision + 1
             WHERE tenant_id = $1 AND id = $2 AND warned_at IS NOT DISTINCT FROM $3 AND state <> {DELETED} AND {THERE}
             RETURNING 1"
        );
        let (known, warned_at) = (known.map(Timestamp::micros), warned_at.map(Timestamp::micros));
        let values = params![tenant.as_str() => TEXT, id.uuid() => UUID, known => INT8, warned_at => INT8];
        Ok(!self.write(As::Tenant(tenant), sql, values).await?.is_empty())
    }

    async fn failing_subscriptions(&self, before: Timestamp) -> Result<Vec<(TenantId, SubscriptionId)>, StorageError> {
        let sql = formatcp!(
            "SELECT s.tenant_id, s.id FROM postrider.subscription_stats t JOIN postrider.subscriptions s
             ON s.tenant_id = t.tenant_id AND s.id = t.subscription_id
             WHERE t.failing_since <= $1 AND s.state <> {DELETED}
             AND t.failing_since > coalesce((SELECT max(o.last_success_at) FROM postrider.subscription_stats o
                 WHERE o.tenant_id = s.tenant_id AND o.subscription_id = s.id), 0)
             UNION SELECT tenant_id, id FROM postrider.subscriptions
             WHERE warned_at IS NOT NULL AND state <> {DELETED}
             ORDER BY 1, 2"
        );
        let rows = self.read(As::Worker, sql, params![before.micros() => INT8]).await?;
        let cells = rows.iter().map(Cells::subscriptions);
        Ok(cells.map(|cells| (cells.tenant("tenant_id"), cells.subscription_id("id"))).collect())
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
             SELECT tenant_id, id, subscription_id, event_type FROM gone",
            columns = rows::BOTH,
        );
        loop {
            let values = params![tenant.as_str() => TEXT, id.uuid() => UUID, now.micros() => INT8, PIECE => INT8];
            // Runs as the installation, because a tenant's role cannot read the table of nodes.
            let mut tries = 0;
            let cancelled = loop {
                match self.cancel_piece((tenant, now), &sql, values).await {
                    Err(fault) if fault.is_collision() && tries < 5 => tries += 1,
                    cancelled => break cancelled?,
                }
            };
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
