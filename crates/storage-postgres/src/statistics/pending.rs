//! Pending rows: inserted with what they count, folded into the rows of hours afterwards.

use super::hours;
use crate::{
    PgStore,
    cells::Cells,
    commit,
    connect::{As, Fault, READ_BY_INDEX, Tx, params},
    error,
};
use model::TenantId;
use std::{
    collections::HashSet,
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};
use storage::{StatisticsCounts, StorageError};

/// Time from a commit to the fold of its increments. Longer would make folds larger, and shorter would save less.
const GATHER: Duration = Duration::from_secs(1);

/// Pending rows per transaction.
const PIECE: i64 = 256;

/// Advisory lock of the writer of rows of hours.
const LOCK: i64 = 0x706f_7374_0004;

pub(crate) const PEND: &str = "INSERT INTO postrider.statistics_pending (tenant_id, counts)
    VALUES (nullif(current_setting('postrider.tenant', true), ''), $1)";

pub(crate) const TAKE: &str = "DELETE FROM postrider.statistics_pending WHERE number IN
    (SELECT number FROM postrider.statistics_pending ORDER BY number LIMIT $1) RETURNING number, tenant_id, counts";

/// Inserts the increments of a transaction, and schedules their fold.
pub(crate) async fn pend(store: &PgStore, tx: &Tx, counts: &StatisticsCounts) -> Result<(), Fault> {
    if counts.is_empty() {
        return Ok(());
    }
    tx.query(PEND, params![counts.encode() => BYTEA]).await?;
    if !store.0.folding.is_awaited.swap(true, Relaxed) {
        let store = Arc::downgrade(&store.0);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(GATHER).await;
                let Some(store) = store.upgrade().map(PgStore) else { return };
                if store.0.pool.is_closed() {
                    return;
                }
                store.0.folding.is_awaited.store(false, Relaxed);
                match store.fold_statistics().await {
                    Ok(()) => return,
                    Err(fault) => tracing::warn!(error = %fault, "failed to fold the statistics; retrying"),
                }
                if store.0.folding.is_awaited.swap(true, Relaxed) {
                    return;
                }
            }
        });
    }
    Ok(())
}

/// Takes the lock of all writers of rows of hours, until the end of the transaction.
pub(super) async fn lock(store: &PgStore) -> Result<Tx, Fault> {
    let tx = Tx::open(store.0.pool.get().await?);
    // Includes the lock of a commit, so that the deletion of a tenant waits for it.
    tx.client().batch_execute(&commit::begin(store.0.must_sync)).await?;
    tx.query("SELECT pg_advisory_xact_lock($1)", params![LOCK => INT8]).await?;
    Ok(tx)
}

/// Folds up to [`PIECE`] rows; returns how many.
async fn fold(store: &PgStore) -> Result<i64, Fault> {
    let tx = lock(store).await?;
    let taken = tx.query(TAKE, params![PIECE => INT8]).await?;
    let mut all = StatisticsCounts::default();
    for row in &taken {
        let cells = Cells::statistics_pending(row);
        let counts = StatisticsCounts::decode(cells.get("counts"));
        let mut counts = counts.map_err(|fault| cells.corrupt("counts", fault))?;
        if let Some(only) = cells.get::<Option<&str>>("tenant_id") {
            counts.retain_tenants(|tenant| tenant.as_str() == only);
        }
        all.merge(counts);
    }
    let mut tenants: Vec<&str> = all.iter().map(|(key, _)| key.tenant.as_str()).collect();
    tenants.dedup();
    let there = tx.query(commit::TENANTS, params![tenants => TEXT_ARRAY]).await?;
    let there: HashSet<TenantId> = there.iter().map(|row| Cells::tenants(row).tenant("id")).collect();
    all.retain_tenants(|tenant| there.contains(tenant));
    hours::add(&tx, &all.with_totals()).await?;
    tx.commit().await?;
    Ok(taken.len() as i64)
}

impl PgStore {
    /// Folds everything that is pending now.
    pub(crate) async fn fold_statistics(&self) -> Result<(), StorageError> {
        let _turn = self.0.folding.turn.lock().await;
        let mut tries = 0;
        loop {
            let any = "SELECT 1 FROM postrider.statistics_pending ORDER BY number LIMIT 1";
            if self.read_in(READ_BY_INDEX, As::Worker, any, &[]).await?.is_empty() {
                return Ok(());
            }
            match fold(self).await {
                Ok(PIECE..) => {}
                Ok(_) => return Ok(()),
                Err(fault) if fault.is_collision() && tries < 5 => tries += 1,
                Err(Fault::Pool(fault)) => return Err(error::pool(fault)),
                Err(fault) => return Err(fault.into()),
            }
        }
    }
}
