//! The list of deliveries: the ids of a page first, down the index that serves its narrowest filter, then their rows.

use super::{COLUMNS, JOIN, pending, read};
use crate::{
    error::sqlite,
    marks::{self, List},
    rows,
};
use model::{Delivery, DeliveryId, DeliveryStatus, TenantId};
use rusqlite::{Connection, params_from_iter, types::Value};
use std::{cmp::Reverse, collections::BTreeSet};
use storage::{DeliveryFilter, Page, StorageError};

pub(super) fn list(
    connection: &Connection,
    tenant: &TenantId,
    filter: &DeliveryFilter,
    page: Page<DeliveryId>,
) -> Result<Vec<Delivery>, StorageError> {
    // One snapshot, so that what ends between two steps is not seen in both or in neither.
    let snapshot = connection.unchecked_transaction().map_err(sqlite)?;
    let mut load = snapshot
        .prepare_cached(&format!("SELECT {COLUMNS} FROM deliveries d {JOIN} WHERE d.tenant_id = ?1 AND d.id = ?2"))
        .map_err(sqlite)?;
    let ids = ids(&snapshot, tenant, filter, page)?;
    ids.iter().map(|id| load.query_row((tenant.as_str(), id.bytes()), read).map_err(sqlite)).collect()
}

fn ids(
    connection: &Connection,
    tenant: &TenantId,
    filter: &DeliveryFilter,
    page: Page<DeliveryId>,
) -> Result<Vec<DeliveryId>, StorageError> {
    let statuses: BTreeSet<DeliveryStatus> = filter.statuses.iter().copied().collect();
    let (_, most) = rows::id_bounds(None, filter.before);
    let below = page.below.map_or(most, |id| most.min(*id.bytes())).to_vec();
    if statuses.is_empty() && filter.event_type.is_none() {
        let list = filter.subscription.map_or(List::Deliveries, List::DeliveriesOf);
        let (below, offset) = marks::skip(connection, tenant, &list, &below, page.offset)?;
        return found(connection, list_query(tenant, filter, &statuses, below, Page { offset, ..page }));
    }
    if !statuses.contains(&DeliveryStatus::Pending) || statuses.contains(&DeliveryStatus::Delivered) {
        return found(connection, list_query(tenant, filter, &statuses, below, page));
    }
    // What is pending is found in the queues, what is in trouble in its index; the two are merged.
    let head = Page { limit: page.limit.saturating_add(page.offset), offset: 0, below: page.below };
    let mut ids = pending::newest(connection, tenant, filter, head)?;
    let rest: BTreeSet<_> = statuses.into_iter().filter(|status| *status != DeliveryStatus::Pending).collect();
    if !rest.is_empty() {
        ids.extend(found(connection, list_query(tenant, filter, &rest, below, head))?);
        ids.sort_unstable_by_key(|id| Reverse(*id));
    }
    Ok(ids.into_iter().skip(page.offset as usize).take(page.limit as usize).collect())
}

fn found(connection: &Connection, (sql, params): (String, Vec<Value>)) -> Result<Vec<DeliveryId>, StorageError> {
    let mut statement = connection.prepare_cached(&sql).map_err(sqlite)?;
    let found = statement.query_map(params_from_iter(params), |row| rows::delivery_id(row, "id")).map_err(sqlite)?;
    found.map(|id| id.map_err(sqlite)).collect()
}

/// The query for ids, newest first. The index is named, since SQLite knows no statistics here and would go down the
/// primary key, past everything else that the tenant has. It is narrow enough to skip an offset within it.
fn list_query(
    tenant: &TenantId,
    filter: &DeliveryFilter,
    statuses: &BTreeSet<DeliveryStatus>,
    below: Vec<u8>,
    page: Page<DeliveryId>,
) -> (String, Vec<Value>) {
    let (least, _) = rows::id_bounds(filter.after, None);
    let mut params: Vec<Value> = vec![
        tenant.as_str().to_owned().into(),
        least.to_vec().into(),
        below.into(),
        i64::from(page.limit).into(),
        i64::from(page.offset).into(),
    ];
    let mut narrow = String::new();
    if let Some(subscription) = filter.subscription {
        params.push(subscription.bytes().to_vec().into());
        narrow.push_str(&format!(" AND d.subscription_id = ?{}", params.len()));
    }
    let join = if let Some(event_type) = &filter.event_type {
        params.push(event_type.as_str().to_owned().into());
        narrow.push_str(&format!(" AND e.tenant_id = ?1 AND e.event_type = ?{}", params.len()));
        // The type's index has all that is asked for, in far fewer pages than the events.
        "CROSS JOIN events e INDEXED BY events_by_type ON e.tenant_id = d.tenant_id AND e.id = substr(d.id, 1, 14)"
    } else {
        ""
    };
    let select = |from: &str, status: &str| {
        format!("SELECT d.id AS id FROM {from} WHERE d.tenant_id = ?1 AND d.id >= ?2 AND d.id < ?3{narrow}{status}")
    };
    let any_status = || {
        let codes: Vec<String> = statuses.iter().map(|status| status.code().to_string()).collect();
        if codes.is_empty() { String::new() } else { format!(" AND d.status IN ({})", codes.join(",")) }
    };
    let happy = |status: &DeliveryStatus| matches!(status, DeliveryStatus::Pending | DeliveryStatus::Delivered);
    let (rows, order) = if !statuses.is_empty() && !statuses.iter().any(happy) {
        // A troubled status is rare and has its own stretch of an index; several are merged as they come.
        let index = match filter.subscription {
            Some(_) => "deliveries_troubled_by_subscription",
            None => "deliveries_troubled",
        };
        let from = format!("deliveries d INDEXED BY {index} {join}");
        let one = |status: &DeliveryStatus| {
            select(&from, &format!(" AND d.status = {} AND d.status <> 0 AND d.status <> 2", status.code()))
        };
        (statuses.iter().map(one).collect::<Vec<_>>().join(" UNION ALL "), "id DESC")
    } else if filter.subscription.is_some() {
        let from = format!("deliveries d INDEXED BY deliveries_by_subscription {join}");
        (select(&from, &any_status()), "id DESC")
    } else if filter.event_type.is_some() {
        // Down the type's events, and for each the range of its deliveries.
        let from = "events e INDEXED BY events_by_type CROSS JOIN deliveries d NOT INDEXED ON d.tenant_id = e.tenant_id
            AND d.id > e.id AND d.id <= CAST(e.id || x'FFFF' AS BLOB)
            AND e.id >= substr(?2, 1, 14) AND e.id <= substr(?3, 1, 14)";
        // The bounds must not be what SQLite looks deliveries up by: for each event it would go through all of them.
        let rows = select(from, &any_status()).replace(" d.id >= ", " +d.id >= ").replace(" d.id < ", " +d.id < ");
        (rows, "e.id DESC, d.id DESC")
    } else {
        (select("deliveries d", &any_status()), "id DESC")
    };
    (format!("{rows} ORDER BY {order} LIMIT ?4 OFFSET ?5"), params)
}

#[cfg(test)]
mod tests {
    use super::*;
    use DeliveryStatus::{Cancelled, Delivered, Exhausted, Failed, Pending, Retrying};
    use model::{EventType, SubscriptionId, Timestamp};

    /// How SQLite goes about it, a step each.
    fn plan(filter: &DeliveryFilter) -> Vec<String> {
        let mut connection = Connection::open_in_memory().unwrap();
        crate::migrate::run(&mut connection).unwrap();
        let statuses = filter.statuses.iter().copied().collect();
        let (sql, params) = list_query(&TenantId::trusted("acme"), filter, &statuses, vec![9; 16], Page::first(50));
        let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let steps = statement.query_map(params_from_iter(params), |row| row.get("detail")).unwrap();
        steps.map(Result::unwrap).collect()
    }

    #[test]
    fn every_list_goes_down_the_index_of_its_narrowest_filter() {
        let lists = [vec![], vec![Pending, Delivered], vec![Retrying], vec![Failed, Exhausted, Cancelled]];
        for statuses in lists.into_iter().chain([vec![Delivered], vec![Delivered, Failed]]) {
            let troubled = !statuses.is_empty() && !statuses.iter().any(|one| matches!(one, Pending | Delivered));
            for event_type in [None, Some(EventType::trusted("invoice.created"))] {
                for subscription in [None, Some(SubscriptionId::from_bytes([1; 16]))] {
                    for after in [None, Some(Timestamp::from_millis(5))] {
                        let (statuses, event_type) = (statuses.clone(), event_type.clone());
                        let by_type = event_type.is_some() && subscription.is_none() && !troubled;
                        let way = match (subscription, troubled, by_type) {
                            (Some(_), true, _) => {
                                "deliveries_troubled_by_subscription (tenant_id=? AND subscription_id=? AND status=? AND id>"
                            }
                            (Some(_), ..) => {
                                "INDEX deliveries_by_subscription (tenant_id=? AND subscription_id=? AND id>"
                            }
                            (None, true, _) => "INDEX deliveries_troubled (tenant_id=? AND status=? AND id>",
                            (None, _, true) => "INDEX events_by_type (tenant_id=? AND event_type=? AND id>",
                            (None, ..) => "PRIMARY KEY (tenant_id=? AND id>",
                        };
                        let whole = |step: &&String| step.contains("(tenant_id=?)");
                        let skips_rows = subscription.is_some() && statuses.is_empty() && event_type.is_none();
                        let filter = DeliveryFilter { statuses, event_type, subscription, after, before: after };
                        let plan = plan(&filter);
                        assert!(plan.iter().any(|step| step.contains(way)), "{filter:?} {plan:#?}");
                        assert_eq!(plan.iter().find(whole), None, "it goes through all that a tenant has");
                        assert!(!skips_rows || plan[0].contains("COVERING"), "an offset reads no rows: {plan:#?}");
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
