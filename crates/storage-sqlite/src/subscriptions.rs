//! Subscriptions. Secrets and headers are sealed, each for its own row.

mod list;
mod row;

use crate::{
    SqliteStore,
    cells::Cells,
    codes::{CANCELLED, DELETED},
    error::sqlite,
    query,
    statistics::changes::Changes,
};
use async_trait::async_trait;
use const_format::formatcp;
use model::{Subscription, SubscriptionId, TenantId, Timestamp, policy::OpenBreaker, subscription::DisabledReason};
use row::{SELECT, read};
use rusqlite::{Transaction, named_params};
use storage::{
    BreakerChange, Counted, InsertOutcome, ListScope, Listed, Page, Place, SUBSCRIPTION_DELETED, StorageError,
    SubscriptionFilter, Subscriptions, UpdateOutcome, Vault, codec,
};

/// Result of writing a whole row.
enum Written {
    Rows(usize),
    /// Another active subscription has the same event and URL.
    Duplicate,
}

/// Writes all columns with `sql`.
fn write(vault: &Vault, tx: &Transaction<'_>, sql: &str, s: &Subscription) -> Result<Written, StorageError> {
    let written = tx.prepare_cached(sql).and_then(|mut statement| {
        statement.execute(named_params! {
            ":tenant": s.tenant.as_str(),
            ":id": s.id.bytes(),
            ":url": s.url.as_str(),
            ":description": s.description,
            ":events": codec::patterns_text(&s.events),
            ":headers": codec::seal_headers(vault, s),
            ":state": s.state.code(),
            ":profile": s.profile.code(),
            ":retry_enabled": s.retry_enabled,
            ":max_retries": s.max_retries,
            ":timeout_ms": s.timeout.as_millis() as u64,
            ":secrets": codec::seal_secrets(vault, s),
            ":credentials": codec::seal_credentials(vault, s),
            ":metadata": s.metadata.as_str(),
            ":policies": s.policies.text(),
            ":disabled_reason": s.health.disabled.and_then(|one| one.reason).map(DisabledReason::code),
            ":disabled_at": s.health.disabled.map(|one| one.at.micros()),
            ":breaker": s.health.breaker.as_ref().map(OpenBreaker::text),
            ":restarted_at": s.health.restarted_at.map(Timestamp::micros),
            ":warned_at": s.health.warned_at.map(Timestamp::micros),
            ":unique_event": s.is_unique.then(|| codec::patterns_text(&s.events)),
            ":revision": s.revision,
            ":created_at": s.created_at.micros(),
            ":updated_at": s.updated_at.micros(),
        })
    });
    match written {
        Ok(rows) => Ok(Written::Rows(rows)),
        Err(fault) if is_duplicate(&fault) => Ok(Written::Duplicate),
        Err(fault) => Err(sqlite(fault)),
    }
}

fn is_duplicate(fault: &rusqlite::Error) -> bool {
    let unique = rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE;
    fault.sqlite_error().is_some_and(|fault| fault.extended_code == unique)
}

const INSERT: &str = "INSERT INTO subscriptions (tenant_id, id, url, description, events, headers, state, profile,
    retry_enabled, max_retries, timeout_ms, secrets, credentials, metadata, policies,
    disabled_reason, disabled_at, breaker, restarted_at, warned_at, unique_event, revision, created_at, updated_at)
    SELECT id, :id, :url, :description, :events, :headers, :state, :profile, :retry_enabled, :max_retries,
    :timeout_ms, :secrets, :credentials, :metadata, :policies, :disabled_reason, :disabled_at, :breaker, :restarted_at, :warned_at,
    :unique_event, :revision, :created_at, :updated_at
    FROM tenants WHERE id = :tenant AND deleting = 0";

const UPDATE: &str = formatcp!(
    "UPDATE subscriptions SET url = :url, description = :description, events = :events,
    headers = :headers, state = :state, profile = :profile, retry_enabled = :retry_enabled,
    max_retries = :max_retries, timeout_ms = :timeout_ms, secrets = :secrets,
    credentials = :credentials, metadata = :metadata,
    policies = :policies, disabled_reason = :disabled_reason, disabled_at = :disabled_at, breaker = :breaker,
    restarted_at = :restarted_at, warned_at = :warned_at,
    unique_event = :unique_event, revision = :revision + 1, created_at = :created_at, updated_at = :updated_at
    WHERE tenant_id = :tenant AND id = :id AND revision = :revision AND state <> {DELETED}"
);

const KNOWN: &str = formatcp!("SELECT 1 FROM subscriptions WHERE tenant_id = ?1 AND id = ?2 AND state <> {DELETED}");

const DELETE: &str = formatcp!(
    "UPDATE subscriptions SET state = {DELETED}, revision = revision + 1, updated_at = ?3
     WHERE tenant_id = ?1 AND id = ?2 AND state <> {DELETED}"
);

const BREAKER: &str = formatcp!(
    "SELECT tenant_id AS tenant_id, id AS id, breaker AS breaker FROM subscriptions
     WHERE tenant_id = ?1 AND id = ?2 AND state <> {DELETED}"
);

const SET_BREAKER: &str = formatcp!(
    "UPDATE subscriptions SET breaker = ?3, revision = revision + 1
     WHERE tenant_id = ?1 AND id = ?2 AND state <> {DELETED}"
);

const SET_WARNED: &str = formatcp!(
    "UPDATE subscriptions SET warned_at = ?4, revision = revision + 1
     WHERE tenant_id = ?1 AND id = ?2 AND warned_at IS ?3 AND state <> {DELETED}"
);

const FAILING: &str = formatcp!(
    "SELECT s.tenant_id AS tenant_id, s.id AS id FROM subscription_stats t JOIN subscriptions s
     ON s.tenant_id = t.tenant_id AND s.id = t.subscription_id
     WHERE t.failing_since <= ?1 AND s.state <> {DELETED}
     UNION SELECT tenant_id, id FROM subscriptions WHERE warned_at IS NOT NULL AND state <> {DELETED}
     ORDER BY 1, 2"
);

/// Cancels waiting deliveries, `?4` at a time.
const CANCEL: &str = formatcp!(
    "UPDATE deliveries SET status = {CANCELLED}, next_attempt_at = NULL, updated_at = ?3,
     error = '{SUBSCRIPTION_DELETED}'
     WHERE tenant_id = ?1 AND id IN (SELECT id FROM deliveries INDEXED BY deliveries_due
     WHERE tenant_id = ?1 AND subscription_id = ?2 AND next_attempt_at IS NOT NULL LIMIT ?4)
     RETURNING tenant_id, id"
);

/// Deliveries cancelled per transaction, so that other writes do not wait long.
const PIECE: usize = 2_000;

#[async_trait]
impl Subscriptions for SqliteStore {
    async fn insert_subscription(&self, subscription: &Subscription) -> Result<InsertOutcome, StorageError> {
        let (vault, subscription) = (self.vault.clone(), subscription.clone());
        self.writer
            .transaction(move |tx| {
                Ok(match write(&vault, tx, INSERT, &subscription)? {
                    Written::Rows(0) => InsertOutcome::NoTenant,
                    Written::Rows(_) => InsertOutcome::Done,
                    Written::Duplicate => InsertOutcome::Duplicate,
                })
            })
            .await
    }

    async fn subscription(&self, tenant: &TenantId, id: SubscriptionId) -> Result<Option<Subscription>, StorageError> {
        let vault = self.vault.clone();
        self.readers
            .read_of(tenant, move |connection, tenant| {
                let sql = format!("{SELECT} WHERE s.tenant_id = ?1 AND s.id = ?2 AND s.state <> {DELETED}");
                let mut statement = connection.prepare_cached(&sql).map_err(sqlite)?;
                query::first(&mut statement, (tenant.as_str(), id.bytes()), |row| read(&vault, row))
            })
            .await
    }

    async fn subscriptions_ever(
        &self,
        tenant: &TenantId,
        ids: &[SubscriptionId],
    ) -> Result<Vec<Subscription>, StorageError> {
        let (vault, ids) = (self.vault.clone(), ids.to_vec());
        self.readers
            .read_of(tenant, move |connection, tenant| {
                let sql = format!("{SELECT} WHERE s.tenant_id = ?1 AND s.id = ?2");
                let mut statement = connection.prepare_cached(&sql).map_err(sqlite)?;
                let mut found = Vec::with_capacity(ids.len());
                for id in ids {
                    let key = (tenant.as_str(), id.bytes());
                    found.extend(query::first(&mut statement, key, |row| read(&vault, row))?);
                }
                Ok(found)
            })
            .await
    }

    async fn subscriptions(
        &self,
        scope: ListScope<'_>,
        filter: &SubscriptionFilter,
        page: Page<Place<SubscriptionId>>,
    ) -> Result<Listed<Subscription, SubscriptionId>, StorageError> {
        let (vault, filter) = (self.vault.clone(), filter.clone());
        self.readers
            .read_in(scope, move |connection, scope| list::page(connection, &vault, scope, &filter, &page))
            .await
    }

    async fn count_subscriptions(
        &self,
        scope: ListScope<'_>,
        filter: &SubscriptionFilter,
        most: u32,
    ) -> Result<Counted<SubscriptionId>, StorageError> {
        let filter = filter.clone();
        let vault = self.vault.clone();
        self.readers
            .read_in(scope, move |connection, scope| list::count(connection, &vault, scope, &filter, most))
            .await
    }

    async fn tenants_with_subscription(&self, id: SubscriptionId) -> Result<Vec<TenantId>, StorageError> {
        self.readers.read(move |connection| list::tenants_with(connection, id)).await
    }

    async fn update_subscription(&self, subscription: &Subscription) -> Result<UpdateOutcome, StorageError> {
        let (vault, tenant, subscription) = (self.vault.clone(), &subscription.tenant, subscription.clone());
        self.writer
            .transaction_of(tenant, UpdateOutcome::Missing, move |tx, tenant| {
                match write(&vault, tx, UPDATE, &subscription)? {
                    Written::Rows(0) => {}
                    Written::Rows(_) => return Ok(UpdateOutcome::Done),
                    Written::Duplicate => return Ok(UpdateOutcome::Duplicate),
                }
                let mut known = tx.prepare_cached(KNOWN).map_err(sqlite)?;
                let is_known = known.exists((tenant.as_str(), subscription.id.bytes())).map_err(sqlite)?;
                Ok(if is_known { UpdateOutcome::Stale } else { UpdateOutcome::Missing })
            })
            .await
    }

    async fn set_breakers(&self, changes: &[BreakerChange]) -> Result<Vec<BreakerChange>, StorageError> {
        let changes = changes.to_vec();
        self.writer
            .transaction(move |tx| {
                let mut known = tx.prepare_cached(BREAKER).map_err(sqlite)?;
                let mut statement = tx.prepare_cached(SET_BREAKER).map_err(sqlite)?;
                let mut before = Vec::with_capacity(changes.len());
                for BreakerChange { tenant, subscription, breaker } in changes {
                    before.extend(query::first(&mut known, (tenant.as_str(), subscription.bytes()), |row| {
                        let cells = Cells::subscriptions(row);
                        let breaker = cells.parsed_or_none("breaker", OpenBreaker::parse)?;
                        Ok(BreakerChange { tenant: tenant.clone(), subscription, breaker })
                    })?);
                    let breaker = breaker.as_ref().map(OpenBreaker::text);
                    statement.execute((tenant.as_str(), subscription.bytes(), breaker)).map_err(sqlite)?;
                }
                Ok(before)
            })
            .await
    }

    async fn set_warned(
        &self,
        tenant: &TenantId,
        id: SubscriptionId,
        known: Option<Timestamp>,
        warned_at: Option<Timestamp>,
    ) -> Result<bool, StorageError> {
        let (known, warned_at) = (known.map(Timestamp::micros), warned_at.map(Timestamp::micros));
        let rows = self
            .writer
            .transaction_of(tenant, 0, move |tx, tenant| {
                tx.execute(SET_WARNED, (tenant.as_str(), id.bytes(), known, warned_at)).map_err(sqlite)
            })
            .await?;
        Ok(rows > 0)
    }

    async fn failing_subscriptions(&self, before: Timestamp) -> Result<Vec<(TenantId, SubscriptionId)>, StorageError> {
        self.readers
            .read(move |connection| {
                let mut statement = connection.prepare_cached(FAILING).map_err(sqlite)?;
                query::all(&mut statement, [before.micros()], |row| {
                    let cells = Cells::subscriptions(row);
                    Ok((cells.tenant("tenant_id")?, cells.subscription_id("id")?))
                })
            })
            .await
    }

    async fn delete_subscription(
        &self,
        tenant: &TenantId,
        id: SubscriptionId,
        now: Timestamp,
    ) -> Result<UpdateOutcome, StorageError> {
        let marked = self
            .writer
            .transaction_of(tenant, 0, move |tx, tenant| {
                tx.execute(DELETE, (tenant.as_str(), id.bytes(), now.micros())).map_err(sqlite)
            })
            .await?;
        if marked == 0 {
            return Ok(UpdateOutcome::Missing);
        }
        self.cancel_waiting(tenant, id, now).await?;
        Ok(UpdateOutcome::Done)
    }

    async fn each_subscription(&self, take: &mut (dyn FnMut(Subscription) + Send)) -> Result<(), StorageError> {
        let mut after = (String::new(), [0u8; 16]);
        loop {
            let (vault, from) = (self.vault.clone(), after.clone());
            let piece: Vec<Subscription> = self
                .readers
                .read(move |connection| {
                    let select = SELECT
                        .replace("s.description AS description", "NULL AS description")
                        .replace("s.metadata AS metadata", "'{}' AS metadata");
                    let sql = format!(
                        "{select} WHERE (s.tenant_id, s.id) > (?1, ?2)
                         AND s.tenant_id NOT IN (SELECT id FROM tenants WHERE deleting = 1)
                         ORDER BY s.tenant_id, s.id LIMIT 500"
                    );
                    let mut statement = connection.prepare_cached(&sql).map_err(sqlite)?;
                    query::all(&mut statement, (&from.0, from.1), |row| read(&vault, row))
                })
                .await?;
            let Some(last) = piece.last() else { return Ok(()) };
            after = (last.tenant.as_str().to_owned(), *last.id.bytes());
            piece.into_iter().for_each(&mut *take);
        }
    }

    async fn cancel_waiting(&self, tenant: &TenantId, id: SubscriptionId, now: Timestamp) -> Result<(), StorageError> {
        loop {
            let cancelled = self
                .writer
                .transaction_of(tenant, 0, move |tx, tenant| {
                    let mut cancel = tx.prepare_cached(CANCEL).map_err(sqlite)?;
                    let values = (tenant.as_str(), id.bytes(), now.micros(), PIECE);
                    let ids = query::all(&mut cancel, values, |row| Cells::deliveries(row).delivery_id("id"))?;
                    let mut changes = Changes::new(tx, tenant);
                    ids.iter().try_for_each(|id| changes.ended(*id))?;
                    changes.write()?;
                    Ok(ids.len())
                })
                .await?;
            if cancelled < PIECE {
                return Ok(());
            }
        }
    }
}
