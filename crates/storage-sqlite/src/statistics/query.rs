//! Queries of statistics: rows of hours along the primary key, and the pending rows.

use super::{hours, pending::read_pending};
use crate::{error::sqlite, query};
use model::TenantId;
use rusqlite::{Connection, Params};
use storage::{StatisticsOutcome, StatisticsQuery, StatisticsRow, StorageError, Summing, TOTALS};

/// One subscription's rows of a tenant: a look-up per hour, whatever the number of the other rows.
const OF_ONE: &str = "WITH RECURSIVE hours (hour) AS (SELECT ?2 WHERE ?2 < ?3 UNION ALL
        SELECT hour + 1 FROM hours WHERE hour + 1 < ?3)
    SELECT {} FROM hours h CROSS JOIN statistics s
    WHERE s.tenant_id = ?1 AND s.hour = h.hour AND s.subscription_id = ?4";
const OF_TENANT: &str = "SELECT {} FROM statistics s WHERE s.tenant_id = ?1 AND s.hour >= ?2 AND s.hour < ?3";
/// Totals of all tenants.
const OF_ALL: &str = "WITH RECURSIVE hours (hour) AS (SELECT ?1 WHERE ?1 < ?2 UNION ALL
        SELECT hour + 1 FROM hours WHERE hour + 1 < ?2)
    SELECT {} FROM tenants t CROSS JOIN hours h CROSS JOIN statistics s
    WHERE t.deleting = 0 AND s.tenant_id = t.id AND s.hour = h.hour AND s.subscription_id = ?3 AND s.event_type = ''";

/// Adds the selected rows; stops when there are too many.
fn add(connection: &Connection, sql: &str, values: impl Params, summing: &mut Summing<'_>) -> Result<(), StorageError> {
    let sql = sql.replace("{}", hours::COLUMNS);
    let mut statement = connection.prepare_cached(&sql).map_err(sqlite)?;
    let mut found = statement.query(values).map_err(sqlite)?;
    while let Some(row) = found.next().map_err(sqlite)? {
        let (key, counts) = hours::read(row)?;
        if !summing.add(&key, &counts) {
            break;
        }
    }
    Ok(())
}

pub(super) fn of_tenant(
    connection: &Connection,
    tenant: &TenantId,
    query: &StatisticsQuery,
) -> Result<StatisticsOutcome, StorageError> {
    // One snapshot, so that a fold between the two reads neither doubles nor hides increments.
    let snapshot = connection.unchecked_transaction().map_err(sqlite)?;
    let mut summing = Summing::new(query);
    let (from, to) = (query.from.number(), query.to.number());
    match query.reads_only() {
        Some(one) => add(&snapshot, OF_ONE, (tenant.as_str(), from, to, one.bytes()), &mut summing)?,
        None => add(&snapshot, OF_TENANT, (tenant.as_str(), from, to), &mut summing)?,
    }
    for (key, counts) in read_pending(&snapshot)?.with_totals().iter().filter(|(key, _)| key.tenant == *tenant) {
        summing.add(key, counts);
    }
    Ok(summing.outcome())
}

pub(super) fn of_all(connection: &Connection, query: &StatisticsQuery) -> Result<StatisticsOutcome, StorageError> {
    let snapshot = connection.unchecked_transaction().map_err(sqlite)?;
    let mut summing = Summing::new(query);
    add(&snapshot, OF_ALL, (query.from.number(), query.to.number(), TOTALS.bytes()), &mut summing)?;
    let mut exists = snapshot.prepare_cached(crate::existence::EXISTS).map_err(sqlite)?;
    for (key, counts) in read_pending(&snapshot)?.with_totals().iter() {
        if key.subscription == TOTALS && exists.exists([key.tenant.as_str()]).map_err(sqlite)? {
            summing.add(key, counts);
        }
    }
    Ok(summing.outcome())
}

/// A tenant's rows after one.
pub(super) fn rows(
    connection: &Connection,
    tenant: &TenantId,
    after: Option<&StatisticsRow>,
    limit: usize,
) -> Result<Vec<StatisticsRow>, StorageError> {
    let sql = format!(
        "SELECT {} FROM statistics s
         WHERE s.tenant_id = ?1 AND (s.hour, s.subscription_id, s.event_type) > (?2, ?3, ?4)
         ORDER BY s.hour, s.subscription_id, s.event_type LIMIT ?5",
        hours::COLUMNS
    );
    let mut statement = connection.prepare_cached(&sql).map_err(sqlite)?;
    let place = after.map_or((i64::MIN, &[][..], ""), |row| {
        (i64::from(row.hour.number()), row.subscription.bytes(), row.event_type.as_str())
    });
    query::all(&mut statement, (tenant.as_str(), place.0, place.1, place.2, limit), |row| {
        let (key, counts) = hours::read(row)?;
        Ok(StatisticsRow { hour: key.hour, subscription: key.subscription, event_type: key.event_type, counts })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_query_follows_the_primary_key() {
        let mut connection = Connection::open_in_memory().unwrap();
        crate::migrate::run(&mut connection).unwrap();
        for (sql, way) in [
            (OF_ONE, "SEARCH s USING PRIMARY KEY (tenant_id=? AND hour=? AND subscription_id=?)"),
            (OF_TENANT, "SEARCH s USING PRIMARY KEY (tenant_id=? AND hour>? AND hour<?)"),
            (OF_ALL, "SEARCH s USING PRIMARY KEY (tenant_id=? AND hour=? AND subscription_id=? AND event_type=?)"),
        ] {
            let sql = format!("EXPLAIN QUERY PLAN {}", sql.replace("{}", hours::COLUMNS));
            let mut statement = connection.prepare(&sql).unwrap();
            let values = rusqlite::params_from_iter(vec!["1"; statement.parameter_count()]);
            let steps: Vec<String> =
                statement.query_map(values, |row| row.get("detail")).unwrap().map(Result::unwrap).collect();
            assert!(steps.iter().any(|step| step == way), "{steps:?}");
        }
    }
}
