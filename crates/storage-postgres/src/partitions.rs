//! Partitions by day: created ahead, dropped as a whole.

use crate::{
    PgStore,
    connect::{As, Fault, Tx, WRITE_BY_INDEX, params},
    rows,
};
use model::Timestamp;
use storage::{DroppedPartitions, StorageError};
use tokio_postgres::error::SqlState;

/// Number of coming days whose partitions are created.
const AHEAD: i32 = 3;
/// Advisory lock for creating and dropping partitions.
const LOCK: i64 = 0x706f_7374_0002;
/// A waiting lock request blocks all later ones, so it gives up soon; the next round tries again.
const SHORT: &str = "SELECT set_config('lock_timeout', '2s', true), pg_advisory_xact_lock($1)";
impl PgStore {
    pub(crate) async fn create_partitions(&self) -> Result<(), StorageError> {
        let tx = Tx::begin(&self.0.pool, As::Worker).await?;
        let there = "SELECT count(*) AS rows FROM postrider.days() AS day (day)
                     WHERE day BETWEEN (now() AT TIME ZONE 'UTC')::date AND (now() AT TIME ZONE 'UTC')::date + $1";
        let days: i32 = rows::count(&tx.query(there, params![AHEAD => INT4]).await?);
        if days <= AHEAD {
            tx.query(SHORT, params![LOCK => INT8]).await?;
            let make =
                "SELECT postrider.make_days((now() AT TIME ZONE 'UTC')::date, (now() AT TIME ZONE 'UTC')::date + $1)";
            tx.query(make, params![AHEAD => INT4]).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Drops every day that ended before this time, in one short transaction each.
    pub(crate) async fn drop_partitions(&self, before: Timestamp) -> Result<DroppedPartitions, StorageError> {
        let mut dropped = DroppedPartitions::default();
        let days = "SELECT day::text AS day FROM postrider.days() AS day (day)
                    WHERE day < (to_timestamp($1::bigint / 1e6) AT TIME ZONE 'UTC')::date ORDER BY day";
        let days = self.read(As::Worker, days, params![before.micros() => INT8]).await?;
        for day in days.iter().map(|row| row.get::<_, String>("day")) {
            match self.drop_day(&day).await {
                Ok(true) => dropped.days.push(day),
                Ok(false) => {}
                Err(fault) if fault.is(&SqlState::LOCK_NOT_AVAILABLE) => {
                    tracing::info!(
                        day,
                        "failed to drop a day's partitions because they are being read; retrying in the next round"
                    );
                    // The same reader probably locks the other days too, and each wait blocks all other sessions.
                    break;
                }
                Err(fault) => return Err(fault.into()),
            }
        }
        if !dropped.days.is_empty() {
            self.forget_names(before).await?;
        }
        Ok(dropped)
    }

    /// Returns `false` when another node has dropped it.
    async fn drop_day(&self, day: &str) -> Result<bool, Fault> {
        let tx = Tx::begin(&self.0.pool, As::Worker).await?;
        tx.query(SHORT, params![LOCK => INT8]).await?;
        let there = "SELECT 1 FROM postrider.days() AS day (day) WHERE day::text = $1";
        let there = !tx.query(there, params![day => TEXT]).await?.is_empty();
        if there {
            tx.query("SELECT postrider.drop_day($1::text::date)", params![day => TEXT]).await?;
        }
        tx.commit().await?;
        Ok(there)
    }

    /// Frees the deduplication keys of a dropped day's events, in batches. A key that was published again meanwhile has
    /// a newer event and is kept.
    async fn forget_names(&self, before: Timestamp) -> Result<(), StorageError> {
        let sql = "WITH old AS (
                       SELECT k.tenant_id, k.name, k.event_id FROM postrider.tenants t, LATERAL (
                           SELECT * FROM postrider.event_keys k WHERE k.tenant_id = t.id
                           AND k.event_id < postrider.day_start((to_timestamp($1::bigint / 1e6) AT TIME ZONE 'UTC')::date)
                           AND NOT EXISTS (SELECT 1 FROM postrider.events e
                                           WHERE e.tenant_id = k.tenant_id AND e.id = k.event_id)
                           LIMIT 2000) k
                       LIMIT 2000),
                   gone AS (DELETE FROM postrider.event_keys k USING old o
                            WHERE k.tenant_id = o.tenant_id AND k.name = o.name AND k.event_id = o.event_id
                            RETURNING 1)
                   SELECT count(*) AS rows FROM gone";
        loop {
            let rows = self.write_in(WRITE_BY_INDEX, As::Worker, sql, params![before.micros() => INT8]).await?;
            if rows::count::<i64>(&rows) == 0 {
                return Ok(());
            }
        }
    }
}
