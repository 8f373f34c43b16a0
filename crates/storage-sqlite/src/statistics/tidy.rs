//! Retention of statistics: old hours become days, old days are removed.

use super::{
    hours::{COLUMNS, Hours, read},
    pending::fold,
};
use crate::{SqliteStore, error::sqlite, query};
use model::statistics::Hour;
use storage::{StatisticsKey, StorageError, TIDY_DAYS};

/// Rows per transaction, so that other writes do not wait long.
const PIECE: usize = 1_000;

/// Hours of old days, without the first hour of each, tenant by tenant along the primary key.
fn hours_query() -> String {
    format!(
        "SELECT {COLUMNS} FROM tenants t CROSS JOIN statistics s
         WHERE s.tenant_id = t.id AND s.hour >= ?1 AND s.hour < ?2 AND s.hour % 24 <> 0 LIMIT ?3"
    )
}

const OLD: &str = "SELECT s.tenant_id, s.hour, s.subscription_id, s.event_type FROM tenants t CROSS JOIN statistics s
    WHERE s.tenant_id = t.id AND s.hour < ?1 LIMIT ?2";

/// Folds pending rows, also when there is too little traffic for the journal to do it.
pub(super) async fn fold_pending(store: &SqliteStore) -> Result<(), StorageError> {
    let any = store.readers.read(|connection| {
        let mut statement = connection.prepare_cached("SELECT 1 FROM statistics_pending").map_err(sqlite)?;
        statement.exists([]).map_err(sqlite)
    });
    if any.await? { store.writer.transaction(fold).await } else { Ok(()) }
}

pub(super) async fn merge_hours(store: &SqliteStore, before: Hour) -> Result<(), StorageError> {
    let range = (before.after(-24 * TIDY_DAYS).number(), before.number());
    loop {
        // Looked for on a reader, because mostly there are none, and the writer stays free.
        let any = store.readers.read(move |connection| {
            let mut statement = connection.prepare_cached(&hours_query()).map_err(sqlite)?;
            statement.exists((range.0, range.1, 1)).map_err(sqlite)
        });
        if !any.await? {
            return Ok(());
        }
        store
            .writer
            .transaction(move |tx| {
                let mut statement = tx.prepare_cached(&hours_query()).map_err(sqlite)?;
                let old = query::all(&mut statement, (range.0, range.1, PIECE), read)?;
                let sql = "DELETE FROM statistics
                           WHERE tenant_id = ?1 AND hour = ?2 AND subscription_id = ?3 AND event_type = ?4";
                let mut remove = tx.prepare_cached(sql).map_err(sqlite)?;
                let mut hours = Hours::prepare(tx)?;
                for (key, counts) in old {
                    let StatisticsKey { tenant, hour, subscription, event_type } = &key;
                    let row = (tenant.as_str(), hour.number(), subscription.bytes(), event_type.as_str());
                    remove.execute(row).map_err(sqlite)?;
                    hours.add(&StatisticsKey { hour: hour.day(), ..key.clone() }, &counts)?;
                }
                Ok(())
            })
            .await?;
    }
}

pub(super) async fn remove_days(store: &SqliteStore, before: Hour) -> Result<(), StorageError> {
    loop {
        let any = store.readers.read(move |connection| {
            let mut statement = connection.prepare_cached(OLD).map_err(sqlite)?;
            statement.exists((before.number(), 1)).map_err(sqlite)
        });
        if !any.await? {
            return Ok(());
        }
        let sql = format!("DELETE FROM statistics WHERE (tenant_id, hour, subscription_id, event_type) IN ({OLD})");
        store.writer.transaction(move |tx| tx.execute(&sql, (before.number(), PIECE)).map_err(sqlite)).await?;
    }
}
