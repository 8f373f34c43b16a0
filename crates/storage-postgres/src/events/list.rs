//! Lists of events: one tenant's along its own indexes, all tenants' along the index by id.

use crate::{
    PgStore,
    cells::Cells,
    connect::{As, params},
    order::{direction, within},
    rows,
    tenants::THERE,
    values::{Values, add},
};
use model::{Event, EventId, EventType, TenantId};
use std::collections::HashMap;
use storage::{
    Bounds, Counted, EventFilter, ListOrder, ListScope, Listed, PAGE_BYTES, Page, Place, StorageError, Walk,
    rows_within,
};
use tokio_postgres::Row;
use uuid::Uuid;

/// Enables the index by id for a statement over all tenants (migration 5).
pub(crate) const BY_ID: &str = "e.deliveries >= 0";
/// Candidates per fetch.
const CHUNK: i64 = 1_000;

/// A tenant's list. `$1` tenant, `$2` least id, `$3` exclusive upper bound of ids, `$4` limit, `$5`
/// offset, `$6` type.
fn tenant_query(columns: &str, by_type: bool, order: ListOrder) -> String {
    let direction = direction(order);
    let narrow = if by_type { "AND e.event_type = $6" } else { "AND $6::text IS NULL" };
    format!(
        "SELECT {columns} FROM postrider.events e
         WHERE e.tenant_id = $1 AND e.id >= $2 AND e.id < $3 {narrow} AND {THERE}
         ORDER BY e.id {direction} LIMIT $4 OFFSET $5"
    )
}

/// The same, cut by bytes: the server measures rows without reading out-of-line values, and sends only those of the
/// page.
fn page_query(by_type: bool, order: ListOrder) -> String {
    let columns = format!("{}, octet_length(e.data) + octet_length(e.metadata) AS size", rows::EVENT);
    format!(
        "SELECT * FROM (
             SELECT p.*, row_number() OVER w AS number, count(*) OVER () AS found, sum(p.size) OVER w AS bytes
             FROM ({}) p WINDOW w AS (ORDER BY p.event_id {} ROWS UNBOUNDED PRECEDING)
         ) page WHERE number = 1 OR bytes <= {PAGE_BYTES} ORDER BY number",
        tenant_query(&columns, by_type, order),
        direction(order)
    )
}

fn place(event: &Event) -> Place<EventId> {
    Place::of(event.id, &event.tenant)
}

pub(super) async fn of_tenant(
    store: &PgStore,
    tenant: &TenantId,
    filter: &EventFilter,
    page: &Page<Place<EventId>>,
) -> Result<Listed<Event, EventId>, StorageError> {
    let bounds = Bounds::of_events(filter, page.cursor.as_ref());
    let wanted = filter.event_type.as_ref().map(EventType::as_str);
    let (least, below) = bounds.of_one_tenant();
    let values = params![
        tenant.as_str() => TEXT, rows::uuid(&least) => UUID, rows::uuid(&below) => UUID,
        i64::from(page.limit) => INT8, i64::from(page.offset) => INT8, wanted => TEXT,
    ];
    let found = store.list(As::Tenant(tenant), &page_query(wanted.is_some(), filter.order), values).await?;
    let is_cut = found.first().is_some_and(|row| row.get::<_, i64>("found") > found.len() as i64);
    let limit = if is_cut { found.len() as u32 } else { page.limit };
    let events = found.iter().map(rows::event).collect::<Result<_, _>>()?;
    Ok(Listed::up_to(limit, events, place))
}

async fn count_of_tenant(
    store: &PgStore,
    tenant: &TenantId,
    filter: &EventFilter,
    most: u32,
) -> Result<Counted<EventId>, StorageError> {
    let bounds = Bounds::of_events(filter, None);
    let wanted = filter.event_type.as_ref().map(EventType::as_str);
    let values = params![
        tenant.as_str() => TEXT, rows::uuid(&bounds.least) => UUID, rows::uuid(&bounds.below) => UUID,
        i64::from(most) => INT8, 0i64 => INT8, wanted => TEXT,
    ];
    let sql =
        format!("SELECT count(*) AS rows FROM ({}) counted", tenant_query("e.id", wanted.is_some(), filter.order));
    let found = store.list(As::Tenant(tenant), &sql, values).await?;
    Ok(Counted { rows: rows::count(&found), next: None })
}

/// Candidates of a list over all tenants.
fn all_query(filter: &EventFilter, bounds: &Bounds, limit: i64) -> (String, Values) {
    let mut values = Values::default();
    let least = add!(values, rows::uuid(&bounds.least) => UUID);
    let below = add!(values, rows::uuid(&bounds.below) => UUID);
    let tenant = add!(values, bounds.tenant.clone() => TEXT);
    let limit = add!(values, limit => INT8);
    let of_type = match &filter.event_type {
        Some(wanted) => format!(" AND e.event_type = {}", add!(values, wanted.as_str().to_owned() => TEXT)),
        None => String::new(),
    };
    let (direction, within) = (direction(filter.order), within(filter.order, "e", &least, &below, &tenant));
    let sql = format!(
        "SELECT e.tenant_id, e.id AS event_id, octet_length(e.data) + octet_length(e.metadata) AS size,
         coalesce((SELECT NOT t.deleting FROM postrider.tenants t WHERE t.id = e.tenant_id){of_type}, false) AS fits
         FROM postrider.events e
         WHERE {within} AND {BY_ID} ORDER BY e.id {direction}, e.tenant_id {direction} LIMIT {limit}"
    );
    (sql, values)
}

/// Walks the list over all tenants; returns the places of its rows with their sizes in bytes, and whether the list
/// ended.
async fn walk_all(
    store: &PgStore,
    filter: &EventFilter,
    page: &Page<Place<EventId>>,
) -> Result<(Walk<EventId>, Vec<(Place<EventId>, usize)>, bool), StorageError> {
    let (mut walk, mut found) = (Walk::bounded(page), Vec::new());
    while !walk.is_done() {
        let limit = if filter.event_type.is_some() { CHUNK } else { i64::from(walk.wanted()).min(CHUNK) };
        let (sql, values) = all_query(filter, &Bounds::of_events(filter, walk.place()), limit);
        let rows = store.list(As::Operator, &sql, &values.params()).await?;
        for row in &rows {
            let cells = Cells::events(row);
            let place = Place::of(cells.event_id("event_id"), &cells.tenant("tenant_id"));
            if walk.is_done() {
                break;
            }
            if walk.look(place.clone(), row.get("fits")) {
                found.push((place, cells.number::<i32, usize>("size")?));
            }
        }
        if (rows.len() as i64) < limit && !walk.is_done() {
            return Ok((walk, found, true));
        }
    }
    Ok((walk, found, false))
}

pub(super) async fn of_all(
    store: &PgStore,
    filter: &EventFilter,
    page: &Page<Place<EventId>>,
) -> Result<Listed<Event, EventId>, StorageError> {
    let (walk, found, ended) = walk_all(store, filter, page).await?;
    let within = rows_within(found.iter().map(|(_, size)| *size));
    let mut places = walk.listed(found, ended);
    places.truncate(within, |(place, _)| place.clone());
    let ids: Vec<Uuid> = places.rows.iter().map(|(place, _)| place.id.uuid()).collect();
    if ids.is_empty() {
        return Ok(places.with(Vec::new()));
    }
    let sql = format!("SELECT {} FROM postrider.events e WHERE e.id = ANY ($1) AND {BY_ID}", rows::EVENT);
    let loaded = store.list(As::Operator, &sql, params![ids => UUID_ARRAY]).await?;
    let key = |row: &Row| (Cells::events(row).event_id("event_id"), row.get::<_, &str>("tenant_id").to_owned());
    let loaded: HashMap<_, &Row> = loaded.iter().map(|row| (key(row), row)).collect();
    // An event may have been removed between the two statements.
    let event = |(place, _): &(Place<EventId>, usize)| loaded.get(&(place.id, place.tenant_text().to_owned()));
    let events = places.rows.iter().filter_map(event).map(|row| rows::event(row)).collect::<Result<_, _>>()?;
    Ok(places.with(events))
}

pub(super) async fn count(
    store: &PgStore,
    scope: ListScope<'_>,
    filter: &EventFilter,
    most: u32,
) -> Result<Counted<EventId>, StorageError> {
    match scope {
        ListScope::Tenant(tenant) => count_of_tenant(store, tenant, filter, most).await,
        ListScope::AllTenants => {
            let (walk, _, ended) = walk_all(store, filter, &Page::first(most)).await?;
            Ok(walk.counted(ended))
        }
    }
}
