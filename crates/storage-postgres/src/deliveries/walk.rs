//! Bounded walks: candidates are fetched in chunks, each with a flag that says whether it matches the whole filter.

use super::{
    by_event,
    fits::{Answered, fits},
    found::{CHUNK, Found},
    payloads,
};
use crate::{
    PgStore,
    codes::{FAILED, TROUBLED},
    connect::As,
    order::{direction, within},
    rows,
    tenants::THERE,
    values::{Values, add},
};
use model::{DeliveryId, DeliveryStatus, TenantId};
use std::collections::BTreeSet;
use storage::{Bounds, DeliveryFilter, ListOrder, ListScope, Page, Place, StorageError, Walk};

/// Candidates per fetch of waiting deliveries of all tenants, where a fetch may read this many rows of this many tenants.
const CHUNK_OF_WAITING: i64 = 256;

/// Source of a list's candidates.
#[derive(Clone, Copy)]
enum Source<'t> {
    /// A tenant's deliveries, along its own indexes.
    Tenant(&'t TenantId),
    /// All tenants' deliveries with a final status other than delivered.
    Failed,
    /// All tenants' waiting deliveries.
    Waiting,
}

pub(super) async fn find(
    store: &PgStore,
    scope: ListScope<'_>,
    filter: &DeliveryFilter,
    page: &Page<Place<DeliveryId>>,
) -> Result<Found, StorageError> {
    let found = Found { walk: Walk::bounded(page), rows: Vec::new(), ended: false };
    let by_status = filter.event.is_none() && !filter.statuses.is_empty();
    let failed = |status: &DeliveryStatus| !status.is_waiting() && *status != DeliveryStatus::Delivered;
    match scope {
        ListScope::Tenant(tenant) => down(store, Source::Tenant(tenant), filter, found).await,
        ListScope::AllTenants if by_status && filter.statuses.iter().all(failed) => {
            down(store, Source::Failed, filter, found).await
        }
        ListScope::AllTenants if by_status && filter.statuses.iter().all(|status| status.is_waiting()) => {
            down(store, Source::Waiting, filter, found).await
        }
        ListScope::AllTenants => by_event::find(store, filter, found).await,
    }
}

async fn down(
    store: &PgStore,
    source: Source<'_>,
    filter: &DeliveryFilter,
    mut found: Found,
) -> Result<Found, StorageError> {
    while !found.walk.is_done() {
        let bounds = Bounds::of_deliveries(filter, found.walk.place());
        let (who, limit, (sql, values)) = match source {
            Source::Tenant(tenant) => (As::Tenant(tenant), CHUNK, tenant_query(tenant, filter, &bounds)),
            Source::Failed => (As::Operator, CHUNK, failed_query(filter, &bounds)),
            Source::Waiting => (As::Operator, CHUNK_OF_WAITING, waiting_query(filter, &bounds)),
        };
        let rows = store.list(who, &sql, &values.params()).await?;
        let fits = payloads::fits(store, who, filter, &rows, &mut found.walk).await?;
        let is_last = fits.len() == rows.len() && (rows.len() as i64) < limit;
        let mut wants_more = true;
        for (row, fits) in rows.iter().zip(fits) {
            wants_more = found.look(row, fits)?;
            if !wants_more {
                break;
            }
        }
        if wants_more && is_last {
            found.ended = true;
            break;
        }
    }
    Ok(found)
}

fn each_status(statuses: BTreeSet<DeliveryStatus>, select: impl Fn(u8) -> String) -> String {
    statuses.into_iter().map(|status| select(status.code())).collect::<Vec<_>>().join(" UNION ALL ")
}

/// A tenant's candidates: waiting ones, and ended ones along the index of the most selective filter, merged by id.
pub(super) fn tenant_query(tenant: &TenantId, filter: &DeliveryFilter, bounds: &Bounds) -> (String, Values) {
    let statuses: BTreeSet<DeliveryStatus> = filter.statuses.iter().copied().collect();
    let (any, columns) = (statuses.is_empty(), rows::BOTH);
    let mut values = Values::default();
    // `THERE` expects the tenant as `$1`.
    let tenant = add!(values, tenant.as_str().to_owned() => TEXT);
    let (least, below) = bounds.of_one_tenant();
    let least = add!(values, rows::uuid(&least) => UUID);
    let below = add!(values, rows::uuid(&below) => UUID);
    let by = direction(filter.order);
    let narrow = format!("tenant_id = {tenant} AND id >= {least} AND id < {below}");
    let first = |part: String| format!("({part} ORDER BY id {by} LIMIT {CHUNK})");
    let mut parts = Vec::new();
    if any || statuses.iter().any(|status| status.is_waiting()) {
        let select = format!("SELECT {columns}, next_attempt_at FROM postrider.waiting WHERE {narrow}");
        parts.push(first(select));
    }
    let ended: BTreeSet<_> = statuses.into_iter().filter(|status| !status.is_waiting()).collect();
    let select = |more: String| {
        first(format!(
            "SELECT {columns}, NULL::bigint AS next_attempt_at FROM postrider.deliveries WHERE {narrow}{more}"
        ))
    };
    // An event is a narrow range of ids already.
    let subscription = match filter.subscription.filter(|_| filter.event.is_none()) {
        Some(id) => format!(" AND subscription_id = {}", add!(values, id.uuid() => UUID)),
        None => String::new(),
    };
    if any || ended.contains(&DeliveryStatus::Delivered) || (filter.event.is_some() && !ended.is_empty()) {
        parts.push(select(subscription));
    } else if !ended.is_empty() {
        parts.push(each_status(ended, |code| select(format!("{subscription} AND status = {code} AND {TROUBLED}"))));
    }
    let fits = fits(filter, Answered { tenant: true, ..Answered::default() }, &mut values);
    let sql = format!(
        "SELECT d.*, {fits} AS fits FROM (
             SELECT * FROM ({}) both_of_them WHERE {THERE} ORDER BY id {by} LIMIT {CHUNK}) d ORDER BY d.id {by}",
        parts.join(" UNION ALL ")
    );
    (sql, values)
}

/// All tenants' candidates with final statuses other than delivered.
fn failed_query(filter: &DeliveryFilter, bounds: &Bounds) -> (String, Values) {
    let mut values = Values::default();
    let least = add!(values, rows::uuid(&bounds.least) => UUID);
    let below = add!(values, rows::uuid(&bounds.below) => UUID);
    let tenant = add!(values, bounds.tenant.clone() => TEXT);
    let fits = fits(filter, Answered { status: true, ..Answered::default() }, &mut values);
    let columns = rows::BOTH;
    let by = direction(filter.order);
    let order = format!("ORDER BY id {by}, tenant_id {by}");
    let within = within(filter.order, "f", &least, &below, &tenant);
    let parts = each_status(filter.statuses.iter().copied().collect(), |code| {
        format!(
            "(SELECT {columns}, NULL::bigint AS next_attempt_at FROM postrider.deliveries f
              WHERE status = {code} AND {FAILED} AND {within} {order} LIMIT {CHUNK})"
        )
    });
    let sql = format!(
        "SELECT d.*, {fits} AS fits FROM (SELECT * FROM ({parts}) failed {order} LIMIT {CHUNK}) d
         ORDER BY d.id {by}, d.tenant_id {by}"
    );
    (sql, values)
}

/// All tenants' waiting candidates. Jumps from tenant to tenant by an index look-up. By their first rows, at most as
/// many tenants as a chunk has rows can contribute to it, and each at most as many rows.
fn waiting_query(filter: &DeliveryFilter, bounds: &Bounds) -> (String, Values) {
    let mut values = Values::default();
    let least = add!(values, rows::uuid(&bounds.least) => UUID);
    let below = add!(values, rows::uuid(&bounds.below) => UUID);
    let tenant = add!(values, bounds.tenant.clone() => TEXT);
    let fits = fits(filter, Answered::default(), &mut values);
    let (columns, limit) = (rows::BOTH, CHUNK_OF_WAITING);
    let by = direction(filter.order);
    let range = match filter.order {
        ListOrder::NewestFirst => {
            format!("w.id >= {least} AND w.id <= {below} AND (w.id < {below} OR w.tenant_id < {tenant})")
        }
        ListOrder::OldestFirst => {
            format!("w.id >= {least} AND w.id < {below} AND (w.id > {least} OR w.tenant_id > {tenant})")
        }
    };
    let sql = format!(
        "WITH RECURSIVE owner AS (
             (SELECT tenant_id FROM postrider.waiting ORDER BY tenant_id LIMIT 1)
             UNION ALL
             SELECT n.tenant_id FROM owner o, LATERAL (
                 SELECT w.tenant_id FROM postrider.waiting w WHERE w.tenant_id > o.tenant_id
                 ORDER BY w.tenant_id LIMIT 1) n
         ), first AS (
             SELECT o.tenant_id FROM owner o, LATERAL (
                 SELECT w.id FROM postrider.waiting w WHERE w.tenant_id = o.tenant_id AND {range}
                 ORDER BY w.id {by} LIMIT 1) n
             ORDER BY n.id {by} LIMIT {limit}
         )
         SELECT d.*, {fits} AS fits FROM first o, LATERAL (
             SELECT {columns}, next_attempt_at FROM postrider.waiting w WHERE w.tenant_id = o.tenant_id AND {range}
             ORDER BY w.id {by} LIMIT {limit}) d
         ORDER BY d.id {by}, d.tenant_id {by} LIMIT {limit}"
    );
    (sql, values)
}
