//! Rows of subscriptions. Secrets and headers are sealed, each for its own row.

use crate::cells::Cells;
use model::{
    JsonObject, Policies, Profile, Subscription, SubscriptionState, SubscriptionUrl,
    policy::OpenBreaker,
    subscription::{Disabled, DisabledReason, Health, SubscriptionStats},
};
use rusqlite::Row;
use std::time::Duration;
use storage::{StorageError, Vault, codec};

pub(super) const SELECT: &str = "SELECT s.tenant_id AS tenant_id, s.id AS id, s.url AS url,
    s.description AS description, s.events AS events, s.headers AS headers, s.state AS state, s.profile AS profile,
    s.retry_enabled AS retry_enabled, s.max_retries AS max_retries, s.timeout_ms AS timeout_ms,
    s.secrets AS secrets, s.credentials AS credentials, s.metadata AS metadata, s.policies AS policies, s.disabled_reason AS disabled_reason,
    s.disabled_at AS disabled_at, s.breaker AS breaker, s.restarted_at AS restarted_at, s.warned_at AS warned_at,
    s.unique_event IS NOT NULL AS is_unique, s.revision AS revision,
    s.created_at AS created_at, s.updated_at AS updated_at, t.success_count AS success_count,
    t.failure_count AS failure_count, t.last_triggered_at AS last_triggered_at,
    t.last_success_at AS last_success_at, t.last_failure_at AS last_failure_at, t.failing_since AS failing_since
    FROM subscriptions s LEFT JOIN subscription_stats t
    ON t.tenant_id = s.tenant_id AND t.subscription_id = s.id";

pub(super) fn read(vault: &Vault, row: &Row<'_>) -> Result<Subscription, StorageError> {
    let cells = Cells::subscriptions(row);
    let (id, tenant) = (cells.subscription_id("id")?, cells.tenant("tenant_id")?);
    Ok(Subscription {
        id,
        url: cells.parsed("url", SubscriptionUrl::stored)?,
        description: cells.get("description")?,
        events: cells.parsed("events", codec::patterns)?,
        headers: codec::unseal_headers(vault, &tenant, id, cells.blob("headers")?)?,
        state: cells.code("state", SubscriptionState::from_code)?,
        profile: cells.code("profile", Profile::from_code)?,
        retry_enabled: cells.flag("retry_enabled")?,
        max_retries: cells.get("max_retries")?,
        timeout: Duration::from_millis(cells.get("timeout_ms")?),
        secrets: codec::unseal_secrets(vault, &tenant, id, cells.blob("secrets")?)?,
        credentials: codec::unseal_credentials(vault, &tenant, id, cells.blob_or_none("credentials")?)?,
        metadata: cells.parsed("metadata", JsonObject::parse)?,
        policies: cells.parsed("policies", Policies::parse)?,
        health: Health {
            disabled: match cells.time_or_none("disabled_at")? {
                Some(at) => {
                    Some(Disabled { reason: cells.code_or_none("disabled_reason", DisabledReason::from_code)?, at })
                }
                None => None,
            },
            breaker: cells.parsed_or_none("breaker", OpenBreaker::parse)?,
            restarted_at: cells.time_or_none("restarted_at")?,
            warned_at: cells.time_or_none("warned_at")?,
        },
        stats: SubscriptionStats {
            // A subscription without attempts has no row of statistics.
            success_count: cells.get::<Option<u64>>("success_count")?.unwrap_or_default(),
            failure_count: cells.get::<Option<u64>>("failure_count")?.unwrap_or_default(),
            last_triggered_at: cells.time_or_none("last_triggered_at")?,
            last_success_at: cells.time_or_none("last_success_at")?,
            last_failure_at: cells.time_or_none("last_failure_at")?,
            failing_since: cells.time_or_none("failing_since")?,
        },
        is_unique: cells.flag("is_unique")?,
        revision: cells.get("revision")?,
        created_at: cells.time("created_at")?,
        updated_at: cells.time("updated_at")?,
        tenant,
    })
}
