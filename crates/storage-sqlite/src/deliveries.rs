//! Deliveries and their attempts.

use crate::{SqliteStore, error::sqlite, events, rows};
use async_trait::async_trait;
use bytes::Bytes;
use model::{Attempt, Delivery, DeliveryId, DeliveryStatus, EventId, EventType, SubscriptionId, TenantId, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params_from_iter, types::Value};
use std::{collections::HashSet, time::Duration};
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

/// The list's query: the index that serves its narrowest filter, newest first.
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
    let mut from = "deliveries d".to_owned();
    if let Some(subscription) = filter.subscription {
        params.push(subscription.bytes().to_vec().into());
        narrow.push_str(&format!(" AND d.subscription_id = ?{}", params.len()));
    }
    let codes: Vec<String> = filter.statuses.iter().map(|status| status.code().to_string()).collect();
    if !codes.is_empty() {
        let happy = |status: &DeliveryStatus| matches!(status, DeliveryStatus::Pending | DeliveryStatus::Delivered);
        // A troubled status is rare and has an index; what it does not serve is found on the way down the key.
        if filter.subscription.is_none() && !filter.statuses.iter().any(happy) {
            narrow.push_str(" AND d.status <> 0 AND d.status <> 2");
            if codes.len() == 1 {
                from = "deliveries d INDEXED BY deliveries_troubled".into();
            }
        }
        narrow.push_str(&format!(" AND d.status IN ({})", codes.join(",")));
    }
    let mut join = JOIN.to_owned();
    if let Some(event_type) = &filter.event_type {
        params.push(event_type.as_str().to_owned().into());
        narrow.push_str(&format!(" AND e.event_type = ?{}", params.len()));
        if filter.subscription.is_none() && from == "deliveries d" {
            // Down the type's events, and for each the range of its deliveries.
            from = "events e".into();
            join = "CROSS JOIN deliveries d ON d.tenant_id = e.tenant_id
                AND d.id > e.id AND d.id <= CAST(e.id || x'FFFF' AS BLOB)"
                .into();
        }
    }
    let order = if from == "events e" { "e.id DESC, d.id DESC" } else { "d.id DESC" };
    let sql = format!(
        "SELECT {COLUMNS} FROM {from} {join}
         WHERE d.tenant_id = ?1 AND e.tenant_id = ?1 AND d.id >= ?2 AND d.id < ?3{narrow}
         ORDER BY {order} LIMIT ?4 OFFSET ?5"
    );
    (sql, params)
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
        let tenant = tenant.clone();
        self.readers
            .read(move |connection| {
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
            .read(move |connection| {
                let mut statement = connection.prepare_cached(&sql).map_err(sqlite)?;
                let found = statement.query_map(params_from_iter(params), read).map_err(sqlite)?;
                found.map(|row| row.map_err(sqlite)).collect()
            })
            .await
    }

    async fn event_deliveries(&self, tenant: &TenantId, event: EventId) -> Result<Vec<Delivery>, StorageError> {
        let tenant = tenant.clone();
        self.readers
            .read(move |connection| {
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
        let tenant = tenant.clone();
        self.readers
            .read(move |connection| {
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
        let tenant = tenant.clone();
        self.writer
            .transaction(move |tx| {
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
        let tenant = tenant.clone();
        self.readers
            .read(move |connection| {
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
        let (tenant, held) = (tenant.clone(), held.iter().copied().collect());
        self.readers.read(move |connection| due(connection, &tenant, subscription, now, limit, &held)).await
    }
}
