//! Repairs retries whose times are in the future because the clock was ahead when they were written. Reads on a
//! reader's connection, and writes in batches that leave the writer free for other jobs in between.

use super::due;
use crate::{SqliteStore, cells::Cells, error::sqlite};
use model::{DeliveryId, TenantId, Timestamp};
use rusqlite::Connection;
use std::time::Duration;
use storage::StorageError;

/// Deliveries per transaction.
const PIECE: usize = 1_000;

struct Early {
    tenant: TenantId,
    id: DeliveryId,
    was: Timestamp,
    /// The corrected due time.
    at: Timestamp,
}

pub(super) async fn pull_back(store: &SqliteStore, now: Timestamp, longest: Duration) -> Result<u64, StorageError> {
    let mut count = 0;
    loop {
        let found = store.readers.read(move |connection| find(connection, now, longest)).await?;
        if found.is_empty() {
            return Ok(count);
        }
        count += found.len() as u64;
        store
            .writer
            .transaction(move |tx| {
                let mut update = tx
                    .prepare_cached(
                        "UPDATE deliveries SET next_attempt_at = ?4, updated_at = min(updated_at, ?5)
                         WHERE tenant_id = ?1 AND id = ?2 AND next_attempt_at = ?3",
                    )
                    .map_err(sqlite)?;
                for Early { tenant, id, was, at } in &found {
                    let row = (tenant.as_str(), id.bytes(), was.micros(), at.micros(), now.micros());
                    update.execute(row).map_err(sqlite)?;
                }
                Ok(())
            })
            .await?;
    }
}

fn find(connection: &Connection, now: Timestamp, longest: Duration) -> Result<Vec<Early>, StorageError> {
    let mut found = Vec::new();
    let mut waiting = connection
        .prepare_cached(
            "SELECT tenant_id, id, next_attempt_at, updated_at FROM deliveries INDEXED BY deliveries_due
             WHERE tenant_id = ?1 AND subscription_id = ?2 AND queue = ?3 AND next_attempt_at > ?4 AND attempts > 0
             ORDER BY next_attempt_at DESC",
        )
        .map_err(sqlite)?;
    for head in due::waiting(connection)?.into_iter().filter(|head| head.queue.has_retries()) {
        let key = (head.tenant.as_str(), head.subscription.bytes(), head.queue.code(), now.micros());
        let mut later = waiting.query(key).map_err(sqlite)?;
        while let Some(row) = later.next().map_err(sqlite)? {
            let cells = Cells::deliveries(row);
            let (was, updated) = (cells.time("next_attempt_at")?, cells.time("updated_at")?);
            if updated > now || was > now.after(longest) {
                let id = cells.delivery_id("id")?;
                let at = if updated > now { now.after(was.since(updated).min(longest)) } else { now };
                found.push(Early { tenant: head.tenant.clone(), id, was, at });
            }
            if found.len() >= PIECE {
                return Ok(found);
            }
        }
    }
    Ok(found)
}
