//! Queries of statistics along the primary key.

use super::hours;
use crate::{
    PgStore,
    cells::Cells,
    connect::{As, READ_BY_INDEX, params},
    tenants::THERE,
};
use const_format::formatcp;
use model::{SubscriptionId, TenantId, policy::health::Recent, statistics::Hour};
use storage::{STATISTICS_ROWS, StatisticsOutcome, StatisticsQuery, StatisticsRow, StorageError, Summing, TOTALS};
use tokio_postgres::Row;
use uuid::Uuid;

/// One more row than a query may read.
const MOST: i64 = STATISTICS_ROWS as i64 + 1;

/// One subscription's rows of a tenant: a look-up per hour, whatever the number of the other rows.
const OF_ONE: &str = formatcp!(
    "SELECT {} FROM generate_series($2::integer, $3::integer - 1) AS h (hour), LATERAL (
        SELECT * FROM postrider.statistics s WHERE s.tenant_id = $1 AND s.hour = h.hour AND s.subscription_id = $4
        OFFSET 0) s
    WHERE {} LIMIT {MOST}",
    hours::COLUMNS,
    THERE
);
const OF_TENANT: &str = formatcp!(
    "SELECT {} FROM postrider.statistics s WHERE s.tenant_id = $1 AND s.hour >= $2 AND s.hour < $3 AND {} LIMIT {MOST}",
    hours::COLUMNS,
    THERE
);
/// Totals of all tenants.
const OF_ALL: &str = formatcp!(
    "SELECT {} FROM postrider.tenants t, generate_series($1::integer, $2::integer - 1) AS h (hour), LATERAL (
        SELECT * FROM postrider.statistics s WHERE s.tenant_id = t.id AND s.hour = h.hour AND s.subscription_id = $3
        AND s.event_type = '' OFFSET 0) s
    WHERE NOT t.deleting LIMIT {MOST}",
    hours::COLUMNS
);

fn sum(query: &StatisticsQuery, rows: &[Row]) -> Result<StatisticsOutcome, StorageError> {
    let mut summing = Summing::new(query);
    for row in rows {
        let (key, counts) = hours::read(row)?;
        if !summing.add(&key, &counts) {
            break;
        }
    }
    Ok(summing.outcome())
}

pub(super) async fn of_tenant(
    store: &PgStore,
    tenant: &TenantId,
    query: &StatisticsQuery,
) -> Result<StatisticsOutcome, StorageError> {
    let (who, name) = (As::Tenant(tenant), tenant.as_str());
    let (from, to) = (query.from.number(), query.to.number());
    let rows = match query.reads_only() {
        Some(one) => {
            let values = params![name => TEXT, from => INT4, to => INT4, one.uuid() => UUID];
            store.read_in(READ_BY_INDEX, who, OF_ONE, values).await?
        }
        None => {
            let values = params![name => TEXT, from => INT4, to => INT4];
            store.read_in(READ_BY_INDEX, who, OF_TENANT, values).await?
        }
    };
    sum(query, &rows)
}

pub(super) async fn of_all(store: &PgStore, query: &StatisticsQuery) -> Result<StatisticsOutcome, StorageError> {
    let values = params![query.from.number() => INT4, query.to.number() => INT4, TOTALS.uuid() => UUID];
    sum(query, &store.read_in(READ_BY_INDEX, As::Operator, OF_ALL, values).await?)
}

/// Attempts since an hour: the two hours are named, since a range of hours would read the rows of all subscriptions.
pub(crate) const RECENT: &str =
    "SELECT coalesce(r.attempts, 0)::bigint AS attempts, coalesce(r.failed, 0)::bigint AS failed
    FROM unnest($1::text[], $2::uuid[]) WITH ORDINALITY AS n (tenant_id, id, place) LEFT JOIN LATERAL (
        SELECT sum(s.attempts) AS attempts, sum(s.failed_attempts) AS failed FROM postrider.statistics s
        WHERE s.tenant_id = n.tenant_id AND s.hour IN ($3, $3 + 1) AND s.subscription_id = n.id OFFSET 0) r ON true
    ORDER BY n.place";

/// Attempts of these subscriptions, in their order. Does not fold the pending increments, so those of the last second are
/// missing.
pub(crate) async fn recent(
    store: &PgStore,
    of: &[(TenantId, SubscriptionId)],
    from: Hour,
) -> Result<Vec<Recent>, StorageError> {
    if of.is_empty() {
        return Ok(Vec::new());
    }
    let tenants: Vec<&str> = of.iter().map(|(tenant, _)| tenant.as_str()).collect();
    let ids: Vec<Uuid> = of.iter().map(|(_, id)| id.uuid()).collect();
    let values = params![tenants => TEXT_ARRAY, ids => UUID_ARRAY, from.number() => INT4];
    let rows = store.read_in(READ_BY_INDEX, As::Operator, RECENT, values).await?;
    let read = |row: &Row| {
        let cells = Cells::statistics(row);
        Ok(Recent { attempts: cells.number::<i64, u64>("attempts")?, failed: cells.number::<i64, u64>("failed")? })
    };
    rows.iter().map(read).collect()
}

/// A tenant's rows after one.
pub(super) async fn rows(
    store: &PgStore,
    tenant: &TenantId,
    after: Option<&StatisticsRow>,
    limit: usize,
) -> Result<Vec<StatisticsRow>, StorageError> {
    let sql = format!(
        "SELECT {} FROM postrider.statistics s
         WHERE s.tenant_id = $1 AND (s.hour, s.subscription_id, s.event_type) > ($2, $3, $4) AND {THERE}
         ORDER BY s.hour, s.subscription_id, s.event_type LIMIT $5",
        hours::COLUMNS
    );
    let (hour, subscription, event_type) = after.map_or((i32::MIN, Uuid::nil(), ""), |row| {
        (row.hour.number(), row.subscription.uuid(), row.event_type.as_str())
    });
    let values = params![
        tenant.as_str() => TEXT, hour => INT4, subscription => UUID, event_type => TEXT, limit as i64 => INT8,
    ];
    let rows = store.read_in(READ_BY_INDEX, As::Tenant(tenant), &sql, values).await?;
    let read = |row| {
        let (key, counts) = hours::read(row)?;
        Ok(StatisticsRow { hour: key.hour, subscription: key.subscription, event_type: key.event_type, counts })
    };
    rows.iter().map(read).collect()
}
