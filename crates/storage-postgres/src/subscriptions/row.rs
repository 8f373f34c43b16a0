//! Rows of subscriptions. Secrets and headers are sealed, each for its own row.

use crate::cells::Cells;
use model::{
    JsonObject, Policies, Profile, Subscription, SubscriptionState, SubscriptionUrl,
    policy::OpenBreaker,
    subscription::{Disabled, DisabledReason, Health, SubscriptionStats},
};
use std::time::Duration;
use storage::{StorageError, Vault, codec};
use tokio_postgres::Row;

pub(super) const SELECT: &str =
    "SELECT s.tenant_id, s.id, s.url, s.description, s.events, s.headers, s.state, s.profile,
    s.retry_enabled, s.max_retries, s.timeout_ms, s.secrets, s.credentials, s.metadata,
    s.unique_event IS NOT NULL AS is_unique,
    s.revision, s.created_at, s.updated_at, s.policies, s.disabled_reason, s.disabled_at, s.breaker, s.restarted_at,
    s.warned_at, t.success_count, t.failure_count, t.last_triggered_at, t.last_success_at,
    t.last_failure_at,
    -- A success of any shard ends the failures of all.
    (SELECT min(f.failing_since) FROM postrider.subscription_stats f WHERE f.tenant_id = s.tenant_id
        AND f.subscription_id = s.id AND f.failing_since > coalesce(t.last_success_at, 0)) AS failing_since
    FROM postrider.subscriptions s LEFT JOIN LATERAL (
        SELECT sum(success_count)::bigint AS success_count, sum(failure_count)::bigint AS failure_count,
               max(last_triggered_at) AS last_triggered_at, max(last_success_at) AS last_success_at,
               max(last_failure_at) AS last_failure_at
        FROM postrider.subscription_stats WHERE tenant_id = s.tenant_id AND subscription_id = s.id
    ) t ON true";

pub(super) fn read(vault: &Vault, row: &Row) -> Result<Subscription, StorageError> {
    let cells = Cells::subscriptions(row);
    let (id, tenant) = (cells.subscription_id("id"), cells.tenant("tenant_id"));
    // A subscription without attempts has no rows of statistics.
    let count = |column| cells.number_or_none::<i64, u64>(column).map(Option::unwrap_or_default);
    Ok(Subscription {
        id,
        url: cells.parsed("url", SubscriptionUrl::stored)?,
        description: cells.get("description"),
        events: cells.parsed("events", codec::patterns)?,
        headers: codec::unseal_headers(vault, &tenant, id, cells.get("headers"))?,
        state: cells.code("state", SubscriptionState::from_code)?,
        profile: cells.code("profile", Profile::from_code)?,
        retry_enabled: cells.get("retry_enabled"),
        max_retries: cells.number::<i16, u8>("max_retries")?,
        timeout: Duration::from_millis(cells.number::<i64, u64>("timeout_ms")?),
        secrets: codec::unseal_secrets(vault, &tenant, id, cells.get("secrets"))?,
        credentials: codec::unseal_credentials(vault, &tenant, id, cells.get("credentials"))?,
        metadata: cells.parsed("metadata", JsonObject::parse)?,
        policies: cells.parsed("policies", Policies::parse)?,
        health: Health {
            disabled: match cells.time_or_none("disabled_at") {
                Some(at) => {
                    Some(Disabled { reason: cells.code_or_none("disabled_reason", DisabledReason::from_code)?, at })
                }
                None => None,
            },
            breaker: cells.parsed_or_none("breaker", OpenBreaker::parse)?,
            restarted_at: cells.time_or_none("restarted_at"),
            warned_at: cells.time_or_none("warned_at"),
        },
        stats: SubscriptionStats {
            success_count: count("success_count")?,
            failure_count: count("failure_count")?,
            last_triggered_at: cells.time_or_none("last_triggered_at"),
            last_success_at: cells.time_or_none("last_success_at"),
            last_failure_at: cells.time_or_none("last_failure_at"),
            failing_since: cells.time_or_none("failing_since"),
        },
        is_unique: cells.get("is_unique"),
        revision: cells.number::<i64, u64>("revision")?,
        created_at: cells.time("created_at"),
        updated_at: cells.time("updated_at"),
        tenant,
    })
}
