//! Lists of deliveries: waiting and ended ones, merged by id, each along the index of its most selective filter.

use super::{found::Found, walk};
use crate::{
    PgStore,
    codes::TROUBLED,
    connect::{As, params},
    order::direction,
    rows,
    tenants::THERE,
};
use model::{Delivery, DeliveryId, DeliveryStatus, EventType, TenantId};
use std::collections::BTreeSet;
use storage::{Bounds, Counted, DeliveryFilter, ListScope, Listed, Page, Place, StorageError};
use tokio_postgres::Row;

/// `$1` tenant, `$2` least id, `$3` exclusive upper bound of ids, `$4` limit, `$5` offset, `$6` subscription, `$7`
/// type.
pub(crate) fn list_query(filter: &DeliveryFilter) -> String {
    let statuses: BTreeSet<DeliveryStatus> = filter.statuses.iter().copied().collect();
    let waits: Vec<_> = statuses.iter().copied().filter(|status| status.is_waiting()).collect();
    let ended: Vec<_> = statuses.iter().copied().filter(|status| !status.is_waiting()).collect();
    let (columns, any, by) = (rows::BOTH, statuses.is_empty(), direction(filter.order));
    let mut narrow = String::from("tenant_id = $1 AND id >= $2 AND id < $3");
    narrow.push_str(match filter.subscription {
        Some(_) => " AND subscription_id = $6",
        None => " AND $6::uuid IS NULL",
    });
    let by_type = match filter.event_type {
        Some(_) => " AND event_type = $7",
        None => " AND $7::text IS NULL",
    };
    let in_list = |of: &[DeliveryStatus]| {
        let codes: Vec<String> = of.iter().map(|status| status.code().to_string()).collect();
        format!(" AND status IN ({})", codes.join(","))
    };
    // Each part returns no more rows than the page can need, in the list's order.
    let first = |part: String| format!("({part} ORDER BY id {by} LIMIT $4 + $5)");
    let mut parts = Vec::new();
    if any || !waits.is_empty() {
        let status = if waits.is_empty() { String::new() } else { in_list(&waits) };
        parts.push(first(format!(
            "SELECT {columns}, next_attempt_at FROM postrider.waiting WHERE {narrow}{by_type}{status}"
        )));
    }
    let select = format!("SELECT {columns}, NULL::bigint AS next_attempt_at FROM postrider.deliveries WHERE {narrow}");
    let troubled = !ended.contains(&DeliveryStatus::Delivered);
    if !ended.is_empty() && troubled {
        // Each rare status has its own range of the partial index.
        for status in &ended {
            let code = status.code();
            parts.push(first(format!("{select}{by_type} AND status = {code} AND {TROUBLED}")));
        }
    } else if any || !ended.is_empty() {
        let status = if any { String::new() } else { in_list(&ended) };
        if filter.event_type.is_some() && filter.subscription.is_none() {
            // Follows the type's events and, for each, reads the rows after its id, at most as many as it had
            // deliveries. The last id of its range cannot be an index condition, because row-level security allows no
            // function of an event's id there.
            let columns: Vec<String> = columns.split(',').map(|column| format!("d.{}", column.trim())).collect();
            parts.push(format!(
                "(SELECT {}, NULL::bigint AS next_attempt_at FROM postrider.events e, LATERAL (
                     SELECT * FROM postrider.deliveries d WHERE d.tenant_id = $1 AND d.id > e.id
                     AND d.id >= $2 AND d.id < $3 ORDER BY d.id LIMIT e.deliveries) d
                  WHERE e.tenant_id = $1 AND e.event_type = $7 AND $6::uuid IS NULL
                  AND e.id >= (left($2::text, 32) || '0000')::uuid AND e.id <= $3
                  AND d.id <= (left(e.id::text, 32) || 'ffff')::uuid{status}
                  ORDER BY e.id {by}, d.id {by} LIMIT $4 + $5)",
                columns.join(", ")
            ));
        } else {
            parts.push(first(format!("{select}{by_type}{status}")));
        }
    }
    format!(
        "SELECT * FROM ({}) AS both_of_them WHERE {THERE} ORDER BY id {by} LIMIT $4 OFFSET $5",
        parts.join(" UNION ALL ")
    )
}

/// True when the filter has a condition without a suitable index.
fn is_bounded(filter: &DeliveryFilter) -> bool {
    filter.event.is_some() || filter.is_scanned()
}

pub(super) async fn page(
    store: &PgStore,
    scope: ListScope<'_>,
    filter: &DeliveryFilter,
    page: Page<Place<DeliveryId>>,
) -> Result<Listed<Delivery, DeliveryId>, StorageError> {
    match (scope, filter.subscription) {
        (ListScope::AllTenants, Some(subscription)) => {
            return storage::deliveries_of_subscription(store, subscription, filter, page).await;
        }
        (ListScope::Tenant(tenant), _) if !is_bounded(filter) => {
            let rows = exact(store, tenant, &list_query(filter), filter, &page).await?;
            let place = |row: &Delivery| Place::of(row.id, &row.tenant);
            let rows = rows.iter().map(rows::delivery).collect::<Result<_, _>>()?;
            return Ok(Listed::up_to(page.limit, rows, place));
        }
        _ => {}
    }
    let Found { walk, rows, ended } = walk::find(store, scope, filter, &page).await?;
    Ok(walk.listed(rows, ended))
}

pub(super) async fn count(
    store: &PgStore,
    scope: ListScope<'_>,
    filter: &DeliveryFilter,
    most: u32,
) -> Result<Counted<DeliveryId>, StorageError> {
    match (scope, filter.subscription) {
        (ListScope::AllTenants, Some(subscription)) => {
            return storage::count_of_subscription(store, subscription, filter, most).await;
        }
        (ListScope::Tenant(tenant), _) if !is_bounded(filter) => {
            let sql = format!("SELECT count(*) AS rows FROM ({}) counted", list_query(filter));
            let rows = exact(store, tenant, &sql, filter, &Page::first(most)).await?;
            return Ok(Counted { rows: rows::count(&rows), next: None });
        }
        _ => {}
    }
    let Found { walk, ended, .. } = walk::find(store, scope, filter, &Page::first(most)).await?;
    Ok(walk.counted(ended))
}

async fn exact(
    store: &PgStore,
    tenant: &TenantId,
    sql: &str,
    filter: &DeliveryFilter,
    page: &Page<Place<DeliveryId>>,
) -> Result<Vec<Row>, StorageError> {
    let (least, below) = Bounds::of_deliveries(filter, page.cursor.as_ref()).of_one_tenant();
    let subscription = filter.subscription.map(|id| id.uuid());
    let event_type = filter.event_type.as_ref().map(EventType::as_str);
    let values = params![
        tenant.as_str() => TEXT, rows::uuid(&least) => UUID, rows::uuid(&below) => UUID,
        i64::from(page.limit) => INT8, i64::from(page.offset) => INT8, subscription => UUID, event_type => TEXT,
    ];
    store.list(As::Tenant(tenant), sql, values).await
}
