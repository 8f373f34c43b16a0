//! Pending rows: inserted with what they count, folded into the rows of hours by the journal.

use super::hours;
use crate::{cells::Cells, error::sqlite, existence};
use model::TenantId;
use rusqlite::{Connection, Transaction};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use storage::{StatisticsCounts, StorageError};

/// Pending rows are folded when there are so many, or when they have so many increments. More would make the commit
/// that folds them take long, and reads, which decode them, slow.
const FOLD_ROWS: usize = 64;
const FOLD_INCREMENTS: usize = 4_000;

/// Pending rows and their increments since the last fold. Only hints when to fold: they are not durable.
#[derive(Debug, Default)]
pub(crate) struct Pending {
    rows: AtomicUsize,
    increments: AtomicUsize,
}

/// Inserts the increments of a transaction.
pub(crate) fn pend(tx: &Transaction<'_>, counts: &StatisticsCounts) -> Result<(), StorageError> {
    if counts.is_empty() {
        return Ok(());
    }
    let sql = "INSERT INTO statistics_pending (counts) VALUES (?1)";
    tx.prepare_cached(sql).and_then(|mut insert| insert.execute([counts.encode()])).map(drop).map_err(sqlite)
}

/// Inserts the increments of a commit, and folds when it is time.
pub(crate) fn commit(tx: &Transaction<'_>, counts: &StatisticsCounts, pending: &Pending) -> Result<(), StorageError> {
    pend(tx, counts)?;
    let rows = pending.rows.fetch_add(1, Relaxed) + 1;
    let increments = pending.increments.fetch_add(counts.len(), Relaxed) + counts.len();
    if rows < FOLD_ROWS && increments < FOLD_INCREMENTS {
        return Ok(());
    }
    pending.rows.store(0, Relaxed);
    pending.increments.store(0, Relaxed);
    tx.execute_batch("SAVEPOINT fold").map_err(sqlite)?;
    match fold(tx) {
        Ok(()) => tx.execute_batch("RELEASE fold").map_err(sqlite),
        Err(fault @ StorageError::Corrupt { .. }) => {
            // A damaged row of statistics must not stop deliveries.
            tracing::error!(error = %fault, "failed to fold the statistics");
            tx.execute_batch("ROLLBACK TO fold; RELEASE fold").map_err(sqlite)
        }
        Err(fault) => Err(fault),
    }
}

/// Adds all pending rows to the rows of hours. Increments of tenants that are deleted are dropped.
pub(crate) fn fold(tx: &Transaction<'_>) -> Result<(), StorageError> {
    let all = read_pending(tx)?;
    if all.is_empty() {
        return Ok(());
    }
    tx.execute("DELETE FROM statistics_pending", []).map_err(sqlite)?;
    let (mut known, mut hours): (Option<(TenantId, bool)>, _) = (None, hours::Hours::prepare(tx)?);
    for (key, counts) in all.with_totals().into_rows() {
        let exists = match &known {
            Some((tenant, exists)) if *tenant == key.tenant => *exists,
            _ => existence::exists(tx, &key.tenant)?,
        };
        known = Some((key.tenant.clone(), exists));
        if exists {
            hours.add(&key, &counts)?;
        }
    }
    Ok(())
}

pub(super) fn read_pending(connection: &Connection) -> Result<StatisticsCounts, StorageError> {
    let sql = "SELECT number, counts FROM statistics_pending ORDER BY number";
    let mut statement = connection.prepare_cached(sql).map_err(sqlite)?;
    let mut found = statement.query([]).map_err(sqlite)?;
    let mut all = StatisticsCounts::default();
    while let Some(row) = found.next().map_err(sqlite)? {
        let cells = Cells::statistics_pending(row);
        let counts = StatisticsCounts::decode(cells.blob("counts")?).map_err(|fault| cells.corrupt("counts", fault))?;
        all.merge(counts);
    }
    Ok(all)
}
