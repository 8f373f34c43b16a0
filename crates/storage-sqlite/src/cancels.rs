//! Cancellation of waiting deliveries by request.

use crate::{
    SqliteStore,
    cells::Cells,
    codes::{CANCELLED, WAITS},
    error::sqlite,
    query,
    statistics::changes::Changes,
};
use async_trait::async_trait;
use const_format::formatcp;
use model::{DeliveryId, DeliveryStatus, Queue, SubscriptionId, TenantId, Timestamp};
use rusqlite::{Row, Transaction, params_from_iter, types::Value};
use std::collections::BTreeSet;
use storage::{CANCELLED_BY_REQUEST, CancelFilter, CancelOutcome, CancelPlace, CancelStepped, Cancels, StorageError};

const CANCEL: &str = formatcp!(
    "UPDATE deliveries SET status = {CANCELLED}, next_attempt_at = NULL, updated_at = ?3, error = '{CANCELLED_BY_REQUEST}'
     WHERE tenant_id = ?1 AND id = ?2 AND {WAITS}"
);

/// Waiting deliveries behind a place (`?2` subscription, `?3` queue, `?4` due time, `?5` id), up to `?6`.
fn waiting_query(of_subscription: bool) -> String {
    let narrow = if of_subscription { " AND d.subscription_id = ?7" } else { "" };
    format!(
        "SELECT d.tenant_id AS tenant_id, d.subscription_id AS subscription_id, d.queue AS queue,
         d.next_attempt_at AS next_attempt_at, d.id AS id, d.status AS status, (SELECT e.event_type FROM events e
         WHERE e.tenant_id = d.tenant_id AND e.id = substr(d.id, 1, 14)) AS event_type
         FROM deliveries d INDEXED BY deliveries_due WHERE d.tenant_id = ?1 AND d.next_attempt_at IS NOT NULL
         AND (d.subscription_id, d.queue, d.next_attempt_at, d.id) > (?2, ?3, ?4, ?5){narrow}
         ORDER BY d.subscription_id, d.queue, d.next_attempt_at, d.id LIMIT ?6"
    )
}

struct Waiting {
    place: CancelPlace,
    status: DeliveryStatus,
    event_type: String,
}

fn read(row: &Row<'_>) -> Result<Waiting, StorageError> {
    let cells = Cells::deliveries(row);
    Ok(Waiting {
        place: CancelPlace {
            subscription: cells.subscription_id("subscription_id")?,
            queue: cells.code("queue", Queue::from_code)?,
            at: cells.time("next_attempt_at")?,
            id: cells.delivery_id("id")?,
        },
        status: cells.code("status", DeliveryStatus::from_code)?,
        event_type: cells.text("event_type")?.to_owned(),
    })
}

fn step(
    tx: &Transaction<'_>,
    tenant: &TenantId,
    filter: &CancelFilter,
    from: Option<&CancelPlace>,
    (rows, now): (usize, Timestamp),
) -> Result<CancelStepped, StorageError> {
    let start = filter.subscription.map_or_else(Vec::new, |id| id.bytes().to_vec());
    let mut values: Vec<Value> = vec![tenant.as_str().to_owned().into()];
    values.extend(match from {
        Some(place) => [
            place.subscription.bytes().to_vec().into(),
            i64::from(place.queue.code()).into(),
            place.at.micros().into(),
            place.id.bytes().to_vec().into(),
        ],
        None => [start.into(), Value::Integer(-1), Value::Integer(i64::MIN), Value::Blob(Vec::new())],
    });
    values.push(Value::Integer(i64::try_from(rows).unwrap_or(i64::MAX)));
    values.extend(filter.subscription.map(|id| Value::Blob(id.bytes().to_vec())));
    let mut statement = tx.prepare_cached(&waiting_query(filter.subscription.is_some())).map_err(sqlite)?;
    let found = query::all(&mut statement, params_from_iter(values), read)?;
    let mut cancel = tx.prepare_cached(CANCEL).map_err(sqlite)?;
    let (mut cancelled, mut subscriptions) = (0, BTreeSet::<SubscriptionId>::new());
    let mut changes = Changes::new(tx, tenant);
    for one in &found {
        if filter.has(one.place.id, one.status, &one.event_type) {
            cancelled += cancel.execute((tenant.as_str(), one.place.id.bytes(), now.micros())).map_err(sqlite)?;
            changes.ended(one.place.id)?;
            subscriptions.insert(one.place.subscription);
        }
    }
    changes.write()?;
    let next = if found.len() < rows { None } else { found.into_iter().next_back().map(|one| one.place) };
    Ok(CancelStepped { cancelled: cancelled as u32, subscriptions: subscriptions.into_iter().collect(), next })
}

#[async_trait]
impl Cancels for SqliteStore {
    async fn cancel_delivery(
        &self,
        tenant: &TenantId,
        id: DeliveryId,
        now: Timestamp,
    ) -> Result<CancelOutcome, StorageError> {
        self.writer
            .transaction_of(tenant, CancelOutcome::Missing, move |tx, tenant| {
                let sql =
                    "SELECT tenant_id, id, status, subscription_id FROM deliveries WHERE tenant_id = ?1 AND id = ?2";
                let mut known = tx.prepare_cached(sql).map_err(sqlite)?;
                let known = query::first(&mut known, (tenant.as_str(), id.bytes()), |row| {
                    let cells = Cells::deliveries(row);
                    let status = cells.code("status", DeliveryStatus::from_code)?;
                    Ok((status, cells.subscription_id("subscription_id")?))
                })?;
                let Some((status, subscription)) = known else { return Ok(CancelOutcome::Missing) };
                if !status.is_waiting() {
                    return Ok(CancelOutcome::Ended(status));
                }
                tx.execute(CANCEL, (tenant.as_str(), id.bytes(), now.micros())).map_err(sqlite)?;
                let mut changes = Changes::new(tx, tenant);
                changes.ended(id)?;
                changes.write()?;
                Ok(CancelOutcome::Done(subscription))
            })
            .await
    }

    async fn cancel_deliveries(
        &self,
        tenant: &TenantId,
        filter: &CancelFilter,
        from: Option<&CancelPlace>,
        rows: usize,
        now: Timestamp,
    ) -> Result<CancelStepped, StorageError> {
        let (filter, from) = (filter.clone(), from.cloned());
        self.writer
            .transaction_of(tenant, CancelStepped::default(), move |tx, tenant| {
                step(tx, tenant, &filter, from.as_ref(), (rows, now))
            })
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cancellation_follows_the_index_of_waiting_deliveries() {
        let mut connection = rusqlite::Connection::open_in_memory().unwrap();
        crate::migrate::run(&mut connection).unwrap();
        for of_subscription in [false, true] {
            let sql = format!("EXPLAIN QUERY PLAN {}", waiting_query(of_subscription));
            let mut statement = connection.prepare(&sql).unwrap();
            let values = params_from_iter(vec!["1"; statement.parameter_count()]);
            let steps: Vec<String> =
                statement.query_map(values, |row| row.get("detail")).unwrap().map(Result::unwrap).collect();
            assert!(
                steps[0].contains("SEARCH d USING") && steps[0].contains("deliveries_due (tenant_id=?"),
                "{steps:?}"
            );
            assert!(!steps.iter().any(|step| step.contains("B-TREE")), "{steps:?}");
        }
    }
}
