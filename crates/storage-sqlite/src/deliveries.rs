//! Deliveries and their attempts.

use crate::{SqliteStore, error::sqlite, events, rows};
use async_trait::async_trait;
use bytes::Bytes;
use model::{Attempt, Delivery, DeliveryId, DeliveryStatus, EventId, EventType, SubscriptionId, TenantId, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params_from_iter, types::Value};
use std::{
    collections::{BTreeSet, HashSet},
    time::Duration,
};
use storage::{Deliveries, DeliveryFilter, Due, DueDelivery, Page, Retry, StorageError};

const COLUMNS: &str = "d.tenant_id AS tenant_id, d.id AS id, d.subscription_id AS subscription_id,
    d.status AS status, d.attempts AS attempts, d.earlier_attempts AS earlier_attempts,
    d.next_attempt_at AS next_attempt_at, d.updated_at AS updated_at, d.response_code AS response_code,
    d.error AS error, d.duration_us AS duration_us, e.event_type AS event_type, e.given_id AS given_id";

const JOIN: &str = "JOIN events e ON e.tenant_id = d.tenant_id AND e.id = substr(d.id, 1, 14)";

fn read(row: &Row<'_>) -> rusqlite::Result<Delivery> {
    let status: u8 = row.get("status")?;
    Ok(Delivery {
        id: rows::delivery_id(row, "id")?,
        tenant: rows::tenant(row, "tenant_id")?,
        subscription: SubscriptionId::from_bytes(row.get("subscription_id")?),
        event_type: EventType::trusted(row.get_ref("event_type")?.as_str()?),
        given_event_id: row.get_ref("given_id")?.as_str_or_null()?.map(Into::into),
        status: DeliveryStatus::from_code(status).unwrap_or(DeliveryStatus::Failed),
        attempts: row.get("attempts")?,
        earlier_attempts: row.get("earlier_attempts")?,
        next_attempt_at: rows::time_or_none(row, "next_attempt_at")?,
        updated_at: rows::time(row, "updated_at")?,
        response_code: row.get("response_code")?,
        error: row.get("error")?,
        duration: row.get::<_, Option<u64>>("duration_us")?.map(Duration::from_micros),
    })
}

/// The list's query: down the index that serves its narrowest filter, newest first. The index is named, since SQLite
/// knows no statistics here and would go down the primary key, past everything else that the tenant has.
fn list_query(tenant: &TenantId, filter: &DeliveryFilter, page: Page<DeliveryId>) -> (String, Vec<Value>) {
    let (least, most) = rows::id_bounds(filter.after, filter.before);
    let below = page.below.map_or(most, |id| most.min(*id.bytes()));
    let mut params: Vec<Value> = vec![
        tenant.as_str().to_owned().into(),
        least.to_vec().into(),
        below.to_vec().into(),
        i64::from(page.limit).into(),
        i64::from(page.offset).into(),
    ];
    let mut narrow = String::new();
    if let Some(subscription) = filter.subscription {
        params.push(subscription.bytes().to_vec().into());
        narrow.push_str(&format!(" AND d.subscription_id = ?{}", params.len()));
    }
    if let Some(event_type) = &filter.event_type {
        params.push(event_type.as_str().to_owned().into());
        narrow.push_str(&format!(" AND e.event_type = ?{}", params.len()));
    }
    let select = |from: &str, status: &str| {
        format!(
            "SELECT {COLUMNS} FROM {from}
             WHERE d.tenant_id = ?1 AND e.tenant_id = ?1 AND d.id >= ?2 AND d.id < ?3{narrow}{status}"
        )
    };
    let statuses: BTreeSet<DeliveryStatus> = filter.statuses.iter().copied().collect();
    let any_status = || {
        let codes: Vec<String> = statuses.iter().map(|status| status.code().to_string()).collect();
        if codes.is_empty() { String::new() } else { format!(" AND d.status IN ({})", codes.join(",")) }
    };
    let happy = |status: &DeliveryStatus| matches!(status, DeliveryStatus::Pending | DeliveryStatus::Delivered);
    let (rows, order) = if filter.subscription.is_some() {
        let from = format!("deliveries d INDEXED BY deliveries_by_subscription {JOIN}");
        (select(&from, &any_status()), "id DESC")
    } else if !statuses.is_empty() && !statuses.iter().any(happy) {
        // A troubled status is rare and has its own stretch of an index; several are merged as they come.
        let from = format!("deliveries d INDEXED BY deliveries_troubled {JOIN}");
        let one = |status: &DeliveryStatus| {
            select(&from, &format!(" AND d.status = {} AND d.status <> 0 AND d.status <> 2", status.code()))
        };
        (statuses.iter().map(one).collect::<Vec<_>>().join(" UNION ALL "), "id DESC")
    } else if filter.event_type.is_some() {
        // Down the type's events, and for each the range of its deliveries.
        let from = "events e INDEXED BY events_by_type CROSS JOIN deliveries d ON d.tenant_id = e.tenant_id
            AND d.id > e.id AND d.id <= CAST(e.id || x'FFFF' AS BLOB)
            AND e.id >= substr(?2, 1, 14) AND e.id <= substr(?3, 1, 14)";
        (select(from, &any_status()), "e.id DESC, d.id DESC")
    } else {
        (select(&format!("deliveries d {JOIN}"), &any_status()), "id DESC")
    };
    (format!("{rows} ORDER BY {order} LIMIT ?4 OFFSET ?5"), params)
}

fn due(
    connection: &Connection,
    tenant: &TenantId,
    subscription: SubscriptionId,
    now: Timestamp,
    limit: usize,
    held: &HashSet<DeliveryId>,
) -> Result<Due, StorageError> {
    // Ids first, along the index alone; the rows only of those that are handed out.
    let mut waiting = connection
        .prepare_cached(
            "SELECT id, next_attempt_at FROM deliveries INDEXED BY deliveries_due
             WHERE tenant_id = ?1 AND subscription_id = ?2 AND next_attempt_at IS NOT NULL
             ORDER BY next_attempt_at, id",
        )
        .map_err(sqlite)?;
    let mut load = connection
        .prepare_cached(&format!(
            "SELECT d.attempts AS attempts, d.earlier_attempts AS earlier_attempts, {}
             FROM deliveries d {JOIN} WHERE d.tenant_id = ?1 AND d.id = ?2",
            events::COLUMNS
        ))
        .map_err(sqlite)?;
    let mut found = waiting.query((tenant.as_str(), subscription.bytes())).map_err(sqlite)?;
    let mut result = Due::default();
    while let Some(row) = found.next().map_err(sqlite)? {
        let id = rows::delivery_id(row, "id").map_err(sqlite)?;
        if held.contains(&id) {
            continue;
        }
        let at = rows::time(row, "next_attempt_at").map_err(sqlite)?;
        if at > now || result.deliveries.len() >= limit {
            result.next = Some(at);
            break;
        }
        let delivery = load
            .query_row((tenant.as_str(), id.bytes()), |row| {
                Ok(DueDelivery {
                    id,
                    attempts: row.get("attempts")?,
                    earlier_attempts: row.get("earlier_attempts")?,
                    event: events::read(row)?,
                })
            })
            .map_err(sqlite)?;
        result.deliveries.push(delivery);
    }
    Ok(result)
}

#[async_trait]
impl Deliveries for SqliteStore {
    async fn delivery(&self, tenant: &TenantId, id: DeliveryId) -> Result<Option<Delivery>, StorageError> {
        self.readers
            .read_of(tenant, move |connection, tenant| {
                let sql = format!("SELECT {COLUMNS} FROM deliveries d {JOIN} WHERE d.tenant_id = ?1 AND d.id = ?2");
                connection
                    .prepare_cached(&sql)
                    .and_then(|mut s| s.query_row((tenant.as_str(), id.bytes()), read).optional())
                    .map_err(sqlite)
            })
            .await
    }

    async fn deliveries(
        &self,
        tenant: &TenantId,
        filter: &DeliveryFilter,
        page: Page<DeliveryId>,
    ) -> Result<Vec<Delivery>, StorageError> {
        let (sql, params) = list_query(tenant, filter, page);
        self.readers
            .read_of(tenant, move |connection, _| {
                let mut statement = connection.prepare_cached(&sql).map_err(sqlite)?;
                let found = statement.query_map(params_from_iter(params), read).map_err(sqlite)?;
                found.map(|row| row.map_err(sqlite)).collect()
            })
            .await
    }

    async fn event_deliveries(&self, tenant: &TenantId, event: EventId) -> Result<Vec<Delivery>, StorageError> {
        self.readers
            .read_of(tenant, move |connection, tenant| {
                let (first, last) = event.delivery_range();
                let sql = format!(
                    "SELECT {COLUMNS} FROM deliveries d {JOIN}
                     WHERE d.tenant_id = ?1 AND d.id BETWEEN ?2 AND ?3 ORDER BY d.id"
                );
                let mut statement = connection.prepare_cached(&sql).map_err(sqlite)?;
                let found =
                    statement.query_map((tenant.as_str(), first.bytes(), last.bytes()), read).map_err(sqlite)?;
                found.map(|row| row.map_err(sqlite)).collect()
            })
            .await
    }

    async fn attempts(&self, tenant: &TenantId, id: DeliveryId) -> Result<Vec<Attempt>, StorageError> {
        self.readers
            .read_of(tenant, move |connection, tenant| {
                let sql = "SELECT number, started_at, duration_us, response_code, error, request_headers,
                           response_headers, response_body FROM attempts
                           WHERE tenant_id = ?1 AND delivery_id = ?2 ORDER BY number";
                let mut statement = connection.prepare_cached(sql).map_err(sqlite)?;
                let found = statement
                    .query_map((tenant.as_str(), id.bytes()), |row| {
                        Ok(Attempt {
                            number: row.get("number")?,
                            started_at: rows::time(row, "started_at")?,
                            duration: Duration::from_micros(row.get("duration_us")?),
                            response_code: row.get("response_code")?,
                            error: row.get("error")?,
                            request_headers: row.get("request_headers")?,
                            response_headers: row.get("response_headers")?,
                            response_body: Bytes::copy_from_slice(row.get_ref("response_body")?.as_blob()?),
                        })
                    })
                    .map_err(sqlite)?;
                found.map(|row| row.map_err(sqlite)).collect()
            })
            .await
    }

    async fn retry_delivery(&self, tenant: &TenantId, id: DeliveryId, now: Timestamp) -> Result<Retry, StorageError> {
        self.writer
            .transaction_of(tenant, Retry::Missing, move |tx, tenant| {
                let known: Option<(u8, [u8; 16])> = tx
                    .query_row(
                        "SELECT status, subscription_id FROM deliveries WHERE tenant_id = ?1 AND id = ?2",
                        (tenant.as_str(), id.bytes()),
                        |row| Ok((row.get(0)?, row.get(1)?)),
                    )
                    .optional()
                    .map_err(sqlite)?;
                let Some((status, subscription)) = known else { return Ok(Retry::Missing) };
                if status == DeliveryStatus::Delivered.code() {
                    return Ok(Retry::AlreadyDelivered);
                }
                tx.execute(
                    "UPDATE deliveries SET status = 0, earlier_attempts = attempts, next_attempt_at = ?3,
                     updated_at = ?3 WHERE tenant_id = ?1 AND id = ?2",
                    (tenant.as_str(), id.bytes(), now.micros()),
                )
                .map_err(sqlite)?;
                Ok(Retry::Queued(SubscriptionId::from_bytes(subscription)))
            })
            .await
    }

    async fn next_due(
        &self,
        tenant: &TenantId,
        subscription: SubscriptionId,
    ) -> Result<Option<Timestamp>, StorageError> {
        self.readers
            .read_of(tenant, move |connection, tenant| {
                let sql = "SELECT min(next_attempt_at) FROM deliveries INDEXED BY deliveries_due
                     WHERE tenant_id = ?1 AND subscription_id = ?2 AND next_attempt_at IS NOT NULL";
                let mut statement = connection.prepare_cached(sql).map_err(sqlite)?;
                let at: Option<i64> =
                    statement.query_row((tenant.as_str(), subscription.bytes()), |row| row.get(0)).map_err(sqlite)?;
                Ok(at.map(Timestamp::from_micros))
            })
            .await
    }

    async fn due(
        &self,
        tenant: &TenantId,
        subscription: SubscriptionId,
        now: Timestamp,
        limit: usize,
        held: &[DeliveryId],
    ) -> Result<Due, StorageError> {
        let held = held.iter().copied().collect();
        self.readers
            .read_of(tenant, move |connection, tenant| due(connection, tenant, subscription, now, limit, &held))
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use DeliveryStatus::{Cancelled, Delivered, Exhausted, Failed, Pending, Retrying};

    /// How SQLite goes about it, a step each.
    fn plan(filter: &DeliveryFilter) -> Vec<String> {
        let mut connection = Connection::open_in_memory().unwrap();
        crate::migrate::run(&mut connection).unwrap();
        let (sql, params) = list_query(&TenantId::trusted("acme"), filter, Page::first(50));
        let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let steps = statement.query_map(params_from_iter(params), |row| row.get("detail")).unwrap();
        steps.map(Result::unwrap).collect()
    }

    #[test]
    fn every_list_goes_down_the_index_of_its_narrowest_filter() {
        let lists = [vec![], vec![Pending], vec![Pending, Retrying], vec![Failed], vec![Failed, Exhausted, Cancelled]];
        for statuses in lists.into_iter().chain([vec![Delivered, Failed]]) {
            let troubled = !statuses.is_empty() && !statuses.iter().any(|one| matches!(one, Pending | Delivered));
            for event_type in [None, Some(EventType::trusted("invoice.created"))] {
                for subscription in [None, Some(SubscriptionId::from_bytes([1; 16]))] {
                    for after in [None, Some(Timestamp::from_millis(5))] {
                        let (statuses, event_type) = (statuses.clone(), event_type.clone());
                        let by_type = event_type.is_some() && subscription.is_none() && !troubled;
                        let way = match (subscription, troubled, by_type) {
                            (Some(_), ..) => {
                                "INDEX deliveries_by_subscription (tenant_id=? AND subscription_id=? AND id>"
                            }
                            (None, true, _) => "INDEX deliveries_troubled (tenant_id=? AND status=? AND id>",
                            (None, _, true) => "INDEX events_by_type (tenant_id=? AND event_type=? AND id>",
                            (None, ..) => "PRIMARY KEY (tenant_id=? AND id>",
                        };
                        let filter = DeliveryFilter { statuses, event_type, subscription, after, before: after };
                        let plan = plan(&filter);
                        assert!(plan.iter().any(|step| step.contains(way)), "{filter:?} {plan:#?}");
                        // The deliveries of one event are put in order by hand: SQLite does not see that they are.
                        let sorts =
                            |step: &&String| step.contains("TEMP B-TREE") && !(by_type && step.contains("LAST TERM"));
                        assert_eq!(plan.iter().find(sorts), None, "{filter:?}");
                        assert!(!plan.iter().any(|step| step.starts_with("SCAN")), "{filter:?} {plan:#?}");
                    }
                }
            }
        }
    }
}
