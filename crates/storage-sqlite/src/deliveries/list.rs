//! Lists of deliveries: first the ids of a page, along the index of its most selective filter, then their rows.

use super::{
    by_event::{self, Down},
    fits::{Answered, Values, fits},
    found::Found,
    row::{COLUMNS, JOIN, read},
    strands,
};
use crate::{
    cells::Cells,
    codes::{FAILED, TROUBLED},
    error::sqlite,
    marks::{self, List, Skipped},
    order::{direction, within},
    query,
};
use model::{Delivery, DeliveryId, DeliveryStatus, TenantId};
use rusqlite::{Connection, params_from_iter, types::Value};
use std::collections::BTreeSet;
use storage::{Bounds, Counted, DeliveryFilter, ListScope, Listed, Page, Place, StorageError, Walk};

pub(super) fn page(
    connection: &Connection,
    scope: ListScope<'_>,
    filter: &DeliveryFilter,
    page: &Page<Place<DeliveryId>>,
) -> Result<Listed<Delivery, DeliveryId>, StorageError> {
    // A single snapshot, so that a delivery that ends between two steps is seen exactly once.
    let snapshot = connection.unchecked_transaction().map_err(sqlite)?;
    let Found { walk, places, ended, .. } = find(&snapshot, scope, filter, page)?;
    let sql = format!("SELECT {COLUMNS} FROM deliveries d {JOIN} WHERE d.tenant_id = ?1 AND d.id = ?2");
    let mut load = snapshot.prepare_cached(&sql).map_err(sqlite)?;
    let load = |place: &Place<DeliveryId>| query::one(&mut load, (place.tenant_text(), place.id.bytes()), read);
    let rows = places.iter().map(load).collect::<Result<Vec<_>, _>>()?;
    Ok(walk.listed(rows, ended))
}

pub(super) fn count(
    connection: &Connection,
    scope: ListScope<'_>,
    filter: &DeliveryFilter,
    most: u32,
) -> Result<Counted<DeliveryId>, StorageError> {
    let snapshot = connection.unchecked_transaction().map_err(sqlite)?;
    let Found { walk, ended, .. } = find(&snapshot, scope, filter, &Page::first(most))?;
    Ok(walk.counted(ended))
}

fn find<'c>(
    connection: &'c Connection,
    scope: ListScope<'_>,
    filter: &DeliveryFilter,
    page: &Page<Place<DeliveryId>>,
) -> Result<Found<'c>, StorageError> {
    let bounds = Bounds::of_deliveries(filter, page.cursor.as_ref());
    match scope {
        ListScope::Tenant(tenant) => in_tenant(connection, tenant, filter, bounds, page),
        ListScope::AllTenants => in_all(connection, filter, &bounds, page),
    }
}

fn in_tenant<'c>(
    connection: &'c Connection,
    tenant: &TenantId,
    filter: &DeliveryFilter,
    bounds: Bounds,
    page: &Page<Place<DeliveryId>>,
) -> Result<Found<'c>, StorageError> {
    let is_bounded = filter.event.is_some() || filter.is_scanned();
    let walk = if is_bounded { Walk::bounded(page) } else { Walk::exact(page) };
    let found = Found::new(connection, filter, walk)?;
    let (least, below) = bounds.of_one_tenant();
    let bounds = Bounds { least, below, tenant: String::new(), ..bounds };
    if filter.event.is_none() {
        if strands::serves(&filter.statuses) {
            return strands::find(connection, Some(tenant), filter, &bounds, found);
        }
        if let (Some(event_type), None, false) = (&filter.event_type, filter.subscription, is_troubled(filter)) {
            return by_event::find(connection, Down::Type(tenant, event_type), filter, &bounds, found);
        }
    }
    if !is_bounded && filter.statuses.is_empty() && filter.event_type.is_none() {
        let list = filter.subscription.map_or(List::Deliveries, List::DeliveriesOf);
        let range = (&least[..], &below[..]);
        let Skipped { least, below, offset } =
            marks::skip(connection, tenant, &list, filter.order, range, page.offset)?;
        let found = Found::new(connection, filter, Walk::exact(&Page { offset, ..page.clone() }))?;
        return stream(connection, tenant_query(tenant, filter, least, below), Some(tenant), found);
    }
    stream(connection, tenant_query(tenant, filter, least.to_vec(), below.to_vec()), Some(tenant), found)
}

fn in_all<'c>(
    connection: &'c Connection,
    filter: &DeliveryFilter,
    bounds: &Bounds,
    page: &Page<Place<DeliveryId>>,
) -> Result<Found<'c>, StorageError> {
    let found = Found::new(connection, filter, Walk::bounded(page))?;
    let waits = |status: &DeliveryStatus| status.is_waiting();
    if filter.event.is_some() || filter.statuses.is_empty() || filter.statuses.contains(&DeliveryStatus::Delivered) {
        by_event::find(connection, Down::AllTenants, filter, bounds, found)
    } else if filter.statuses.iter().any(waits) {
        strands::find(connection, None, filter, bounds, found)
    } else {
        stream(connection, failed_query(filter, bounds), None, found)
    }
}

/// True when only rare statuses are requested, which have a partial index.
fn is_troubled(filter: &DeliveryFilter) -> bool {
    let happy = |status: &DeliveryStatus| matches!(status, DeliveryStatus::Pending | DeliveryStatus::Delivered);
    !filter.statuses.is_empty() && !filter.statuses.iter().any(happy)
}

/// Walks the rows of a query. `tenant` is used for rows that do not name theirs.
fn stream<'c>(
    connection: &'c Connection,
    (sql, values): (String, Values),
    tenant: Option<&TenantId>,
    mut found: Found<'c>,
) -> Result<Found<'c>, StorageError> {
    let mut statement = connection.prepare_cached(&sql).map_err(sqlite)?;
    let mut rows = statement.query(params_from_iter(values.0)).map_err(sqlite)?;
    while !found.walk.is_done() {
        let Some(row) = rows.next().map_err(sqlite)? else {
            found.ended = true;
            break;
        };
        let cells = Cells::deliveries(row);
        let tenant = match tenant {
            Some(tenant) => tenant.clone(),
            None => cells.tenant("tenant_id")?,
        };
        found.look(Place { id: cells.delivery_id("id")?, tenant: Some(tenant) }, cells.flag("fits")?)?;
    }
    Ok(found)
}

/// Candidates of a tenant's list. The index is named explicitly: SQLite has no statistics here and would
/// walk the primary key, past all other rows of the tenant.
fn tenant_query(tenant: &TenantId, filter: &DeliveryFilter, least: Vec<u8>, below: Vec<u8>) -> (String, Values) {
    let mut values = Values::new([tenant.as_str().to_owned().into(), least.into(), below.into()]);
    let is_troubled = is_troubled(filter) && filter.event.is_none();
    let subscription = filter.subscription.filter(|_| filter.event.is_none());
    let answered =
        Answered { status: is_troubled, subscription: subscription.is_some(), tenant: true, event_type: false };
    let narrow = match subscription {
        Some(id) => format!(" AND d.subscription_id = {}", values.add(Value::Blob(id.bytes().to_vec()))),
        None => String::new(),
    };
    let fits = fits(filter, answered, &mut values);
    let index = match (is_troubled, subscription) {
        (true, Some(_)) => "INDEXED BY deliveries_troubled_by_subscription",
        (true, None) => "INDEXED BY deliveries_troubled",
        (false, Some(_)) => "INDEXED BY deliveries_by_subscription",
        (false, None) => "NOT INDEXED",
    };
    let select = |status: &str| {
        format!(
            "SELECT d.id AS id, {fits} AS fits FROM deliveries d {index}
             WHERE d.tenant_id = ?1 AND d.id >= ?2 AND d.id < ?3{narrow}{status}"
        )
    };
    let rows = if is_troubled {
        // Each rare status has its own range of the partial index; several are merged.
        each_status(filter, |code| select(&format!(" AND d.status = {code} AND {TROUBLED}")))
    } else {
        select("")
    };
    (format!("{rows} ORDER BY id {}", direction(filter.order)), values)
}

/// Candidates of a list over all tenants that only asks for final statuses other than delivered.
fn failed_query(filter: &DeliveryFilter, bounds: &Bounds) -> (String, Values) {
    let mut values =
        Values::new([bounds.least.to_vec().into(), bounds.below.to_vec().into(), bounds.tenant.clone().into()]);
    let fits = fits(filter, Answered { status: true, ..Answered::default() }, &mut values);
    let (direction, within) = (direction(filter.order), within(filter.order, "d", "?1", "?2", "?3"));
    let rows = each_status(filter, |code| {
        format!(
            "SELECT d.id AS id, d.tenant_id AS tenant_id, {fits} AS fits FROM deliveries d INDEXED BY deliveries_failed
             WHERE d.status = {code} AND {FAILED} AND {within}"
        )
    });
    (format!("{rows} ORDER BY id {direction}, tenant_id {direction}"), values)
}

fn each_status(filter: &DeliveryFilter, select: impl Fn(u8) -> String) -> String {
    let statuses: BTreeSet<DeliveryStatus> = filter.statuses.iter().copied().collect();
    statuses.into_iter().map(|status| select(status.code())).collect::<Vec<_>>().join(" UNION ALL ")
}

#[cfg(test)]
mod tests;
