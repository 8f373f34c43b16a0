//! Retention of statistics: old hours become days, old days are removed.

use super::{
    hours::{self, COLUMNS, read},
    pending::lock,
};
use crate::{
    PgStore,
    connect::{As, Fault, READ_BY_INDEX, WRITE_BY_INDEX, params},
    rows,
};
use const_format::formatcp;
use model::statistics::Hour;
use storage::{StatisticsCounts, StatisticsKey, StorageError, TIDY_DAYS};

/// Rows per transaction.
const PIECE: i64 = 2_000;

/// Hours of old days, without the first hour of each, tenant by tenant along the primary key.
const HOURS: &str = formatcp!(
    "SELECT s.* FROM postrider.tenants t, LATERAL (
        SELECT * FROM postrider.statistics s WHERE s.tenant_id = t.id AND s.hour >= $1 AND s.hour < $2
        AND s.hour % 24 <> 0 LIMIT {PIECE}) s
    WHERE NOT t.deleting LIMIT {PIECE}"
);

const TAKE: &str = formatcp!(
    "WITH old AS MATERIALIZED ({HOURS})
    DELETE FROM postrider.statistics s USING old o WHERE s.tenant_id = o.tenant_id AND s.hour = o.hour
    AND s.subscription_id = o.subscription_id AND s.event_type = o.event_type RETURNING {COLUMNS}"
);

const REMOVE: &str = formatcp!(
    "WITH old AS MATERIALIZED (
        SELECT s.* FROM postrider.tenants t, LATERAL (
            SELECT s.tenant_id, s.hour, s.subscription_id, s.event_type FROM postrider.statistics s
            WHERE s.tenant_id = t.id AND s.hour < $1 LIMIT {PIECE}) s
        LIMIT {PIECE}
    ), gone AS (
        DELETE FROM postrider.statistics s USING old o WHERE s.tenant_id = o.tenant_id AND s.hour = o.hour
        AND s.subscription_id = o.subscription_id AND s.event_type = o.event_type RETURNING 1
    )
    SELECT count(*) AS rows FROM gone"
);

async fn merge_piece(store: &PgStore, from: i32, before: i32) -> Result<(), Fault> {
    let tx = lock(store).await?;
    let mut days = StatisticsCounts::default();
    for row in tx.query(TAKE, params![from => INT4, before => INT4]).await? {
        let (key, counts) = read(&row)?;
        days.add(StatisticsKey { hour: key.hour.day(), ..key }, &counts);
    }
    hours::add(&tx, &days).await?;
    tx.commit().await
}

pub(super) async fn merge_hours(store: &PgStore, before: Hour) -> Result<(), StorageError> {
    let (from, before) = (before.after(-24 * TIDY_DAYS).number(), before.number());
    let any = format!("SELECT 1 FROM ({HOURS}) s LIMIT 1");
    // Looked for without the lock first, because mostly there are none.
    while !store.read_in(READ_BY_INDEX, As::Worker, &any, params![from => INT4, before => INT4]).await?.is_empty() {
        merge_piece(store, from, before).await?;
    }
    Ok(())
}

pub(super) async fn remove_days(store: &PgStore, before: Hour) -> Result<(), StorageError> {
    loop {
        let done = store.write_in(WRITE_BY_INDEX, As::Worker, REMOVE, params![before.number() => INT4]).await?;
        if rows::count::<i64>(&done) < PIECE {
            return Ok(());
        }
    }
}
