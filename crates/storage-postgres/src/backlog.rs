//! Backlogs: finds each queue of each owner by a look-up and counts along the index of due deliveries.

use crate::{
    PgStore,
    cells::Cells,
    codes::{self, NO_NODE},
    connect::{As, READ_BY_INDEX, params},
    rows,
};
use async_trait::async_trait;
use const_format::formatcp;
use model::{DeliveryId, Queue, SubscriptionId, TenantId};
use std::collections::HashMap;
use storage::{BACKLOG_MAX, Backlog, Backlogs, ListScope, QueueBacklog, StorageError, count_per_queue};
use tokio_postgres::Row;
use uuid::Uuid;

/// All possible owners of waiting deliveries: a node's row exists while it owns any, and owner 0 means "no node".
const OWNERS: &str = formatcp!("owners AS (SELECT {NO_NODE} AS id UNION ALL SELECT id FROM postrider.nodes)");

/// Counts a queue `q` of an owner, up to `$1`.
const COUNT: &str = "SELECT count(*) AS waiting, min(w.id::text) AS oldest, min(w.next_attempt_at) AS next_attempt_at
    FROM (SELECT id, next_attempt_at FROM postrider.waiting WHERE owner = q.owner AND tenant_id = q.tenant_id
          AND subscription_id = q.subscription_id AND queue = q.queue ORDER BY next_attempt_at, id LIMIT $1) w";

fn heads(scope: ListScope<'_>) -> String {
    let of_tenant = match scope {
        ListScope::Tenant(_) => "AND w.tenant_id = $1",
        ListScope::AllTenants => "AND $1::text IS NULL",
    };
    let (columns, order) = (
        "w.owner, w.tenant_id, w.subscription_id, w.queue",
        "ORDER BY w.tenant_id, w.subscription_id, w.queue LIMIT 1",
    );
    format!(
        "WITH RECURSIVE {OWNERS}, head AS (
             SELECT n.* FROM owners o, LATERAL (
                 SELECT {columns} FROM postrider.waiting w WHERE w.owner = o.id {of_tenant} {order}) n
             UNION ALL
             SELECT n.* FROM head h, LATERAL (
                 SELECT {columns} FROM postrider.waiting w WHERE w.owner = h.owner {of_tenant}
                 AND (w.tenant_id, w.subscription_id, w.queue) > (h.tenant_id, h.subscription_id, h.queue) {order}) n
         )
         SELECT * FROM head h WHERE (SELECT NOT t.deleting FROM postrider.tenants t WHERE t.id = h.tenant_id)"
    )
}

/// Adds one owner's part of a queue to the parts of other owners.
fn add(queues: &mut Vec<QueueBacklog>, part: QueueBacklog) {
    match queues.iter_mut().find(|one| one.queue == part.queue) {
        Some(known) => {
            known.waiting = known.waiting.saturating_add(part.waiting);
            known.oldest_at = known.oldest_at.min(part.oldest_at);
            known.next_attempt_at = known.next_attempt_at.min(part.next_attempt_at);
        }
        None => queues.push(part),
    }
}

fn part(row: &Row) -> Result<QueueBacklog, StorageError> {
    let cells = Cells::waiting(row);
    Ok(QueueBacklog {
        queue: cells.code("queue", Queue::from_code)?,
        waiting: cells.number::<i64, u32>("waiting")?,
        oldest_at: cells.parsed("oldest", DeliveryId::parse)?.made_at(),
        next_attempt_at: cells.time("next_attempt_at"),
    })
}

#[async_trait]
impl Backlogs for PgStore {
    async fn backlog(&self, tenant: &TenantId, subscription: SubscriptionId) -> Result<Backlog, StorageError> {
        let sql = format!(
            "WITH {OWNERS} SELECT q.tenant_id, q.subscription_id, q.queue, c.* FROM (
                 SELECT o.id AS owner, $2::text AS tenant_id, $3::uuid AS subscription_id, n.queue
                 FROM owners o, unnest({}) AS n (queue)) q, LATERAL ({COUNT}) c
             WHERE c.waiting > 0 AND (SELECT NOT t.deleting FROM postrider.tenants t WHERE t.id = $2)",
            codes::queues()
        );
        let values = params![
            i64::from(BACKLOG_MAX) => INT8, tenant.as_str() => TEXT, subscription.uuid() => UUID,
        ];
        let mut queues = Vec::new();
        // Runs as the operator, because a tenant's role cannot read the table of nodes.
        for row in self.read_in(READ_BY_INDEX, As::Operator, &sql, values).await? {
            add(&mut queues, part(&row)?);
        }
        Ok(Backlog { tenant: tenant.clone(), subscription, queues, counted_to: BACKLOG_MAX })
    }

    async fn backlogs(&self, scope: ListScope<'_>) -> Result<Vec<Backlog>, StorageError> {
        let tenant = scope.tenant().map(TenantId::as_str);
        let heads = self.read_in(READ_BY_INDEX, As::Operator, &heads(scope), params![tenant => TEXT]).await?;
        let counted_to = count_per_queue(heads.len());
        let owners: Vec<i32> = heads.iter().map(|row| row.get("owner")).collect();
        let tenants: Vec<&str> = heads.iter().map(|row| row.get("tenant_id")).collect();
        let subscriptions: Vec<Uuid> = heads.iter().map(|row| row.get("subscription_id")).collect();
        let queues: Vec<i16> = heads.iter().map(|row| row.get("queue")).collect();
        let sql = format!(
            "SELECT q.tenant_id, q.subscription_id, q.queue, c.*
             FROM unnest($2::integer[], $3::text[], $4::uuid[], $5::smallint[])
                 AS q (owner, tenant_id, subscription_id, queue), LATERAL ({COUNT}) c WHERE c.waiting > 0"
        );
        let values = params![
            i64::from(counted_to) => INT8, owners => INT4_ARRAY, tenants => TEXT_ARRAY, subscriptions => UUID_ARRAY,
            queues => INT2_ARRAY,
        ];
        let mut all: HashMap<(TenantId, SubscriptionId), Vec<QueueBacklog>> = HashMap::new();
        for row in self.read_in(READ_BY_INDEX, As::Operator, &sql, values).await? {
            let cells = Cells::waiting(&row);
            let key = (cells.tenant("tenant_id"), cells.subscription_id("subscription_id"));
            let queues = all.entry(key).or_default();
            add(queues, part(&row)?);
        }
        let backlog = |((tenant, subscription), queues)| Backlog { tenant, subscription, queues, counted_to };
        Ok(all.into_iter().map(backlog).collect())
    }

    async fn count_waiting(&self, most: u32) -> Result<u32, StorageError> {
        let sql = "SELECT count(*) AS rows FROM (SELECT 1 FROM postrider.waiting LIMIT $1) w";
        let rows = self.read_in(READ_BY_INDEX, As::Operator, sql, params![i64::from(most) => INT8]).await?;
        Ok(rows::count(&rows))
    }
}
