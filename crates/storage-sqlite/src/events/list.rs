//! Lists of events: one tenant's along the primary key or the type's index, all tenants' along the index by id.

use super::row::{COLUMNS, read};
use crate::{
    cells::Cells,
    error::sqlite,
    marks::{self, List, Skipped},
    order::{direction, within},
    query,
    rows::{self, event_bound},
};
use model::{Event, EventId, EventType, TenantId};
use rusqlite::{Connection, types::Value};
use storage::{
    Bounds, Counted, EventFilter, ListOrder, ListScope, Listed, PAGE_BYTES, Page, Place, StorageError, Walk,
};

/// A tenant's list. (The index is named for the same reason as in lists of deliveries.)
fn tenant_query(columns: &str, by_type: bool, order: ListOrder) -> String {
    let direction = direction(order);
    let (index, narrow) = if by_type {
        ("INDEXED BY events_by_type", "AND e.event_type = ?6")
    } else {
        ("NOT INDEXED", "AND ?6 IS NULL")
    };
    format!(
        "SELECT {columns} FROM events e {index} WHERE e.tenant_id = ?1 AND e.id >= ?2 AND e.id < ?3 {narrow}
         ORDER BY e.id {direction} LIMIT ?4 OFFSET ?5"
    )
}

/// Candidates of a list over all tenants, each with a flag that says whether it matches.
fn all_query(by_type: bool, order: ListOrder) -> String {
    let (direction, within) = (direction(order), within(order, "e", "?1", "?2", "?3"));
    let of_type = if by_type { "AND e.event_type = ?4" } else { "AND ?4 IS NULL" };
    format!(
        "SELECT e.id AS event_id, e.tenant_id AS tenant_id,
         ((SELECT t.deleting FROM tenants t WHERE t.id = e.tenant_id) IS 0 {of_type}) AS fits
         FROM events e INDEXED BY events_by_id WHERE {within} ORDER BY e.id {direction}, e.tenant_id {direction}"
    )
}

/// Collects events until their data and metadata fill a page.
#[derive(Default)]
struct Filling {
    events: Vec<Event>,
    bytes: usize,
}

impl Filling {
    /// Returns `false` when the page is full.
    fn takes(&mut self, event: Event) -> bool {
        self.bytes += event.data.len() + event.metadata.len();
        let fits = self.events.is_empty() || self.bytes <= PAGE_BYTES;
        if fits {
            self.events.push(event);
        }
        fits
    }
}

fn place(event: &Event) -> Place<EventId> {
    Place::of(event.id, &event.tenant)
}

pub(super) fn page(
    connection: &Connection,
    scope: ListScope<'_>,
    filter: &EventFilter,
    page: &Page<Place<EventId>>,
) -> Result<Listed<Event, EventId>, StorageError> {
    match scope {
        ListScope::Tenant(tenant) => of_tenant(connection, tenant, filter, page),
        ListScope::AllTenants => of_all(connection, filter, page),
    }
}

pub(super) fn count(
    connection: &Connection,
    scope: ListScope<'_>,
    filter: &EventFilter,
    most: u32,
) -> Result<Counted<EventId>, StorageError> {
    match scope {
        ListScope::Tenant(tenant) => count_of_tenant(connection, tenant, filter, most),
        ListScope::AllTenants => {
            let Found { walk, ended, .. } = walk_all(connection, filter, &Page::first(most))?;
            Ok(walk.counted(ended))
        }
    }
}

fn of_tenant(
    connection: &Connection,
    tenant: &TenantId,
    filter: &EventFilter,
    page: &Page<Place<EventId>>,
) -> Result<Listed<Event, EventId>, StorageError> {
    let bounds = Bounds::of_events(filter, page.cursor.as_ref());
    // A single snapshot, so that marks and rows are consistent.
    let connection = connection.unchecked_transaction().map_err(sqlite)?;
    let list = filter.event_type.clone().map_or(List::Events, List::EventsOf);
    let (least, below) = bounds.of_one_tenant();
    let range = (event_bound(&least), event_bound(&below));
    let Skipped { least, below, offset } = marks::skip(&connection, tenant, &list, filter.order, range, page.offset)?;
    let query = tenant_query(COLUMNS, filter.event_type.is_some(), filter.order);
    let mut statement = connection.prepare_cached(&query).map_err(sqlite)?;
    let wanted = filter.event_type.as_ref().map(EventType::as_str);
    let values = (tenant.as_str(), least, below, page.limit, offset, wanted);
    let (mut filling, mut found) = (Filling::default(), statement.query(values).map_err(sqlite)?);
    let mut is_cut = false;
    while let Some(row) = found.next().map_err(sqlite)? {
        is_cut = !filling.takes(read(row)?);
        if is_cut {
            break;
        }
    }
    let rows = filling.events;
    let limit = if is_cut { rows.len() as u32 } else { page.limit };
    Ok(Listed::up_to(limit, rows, place))
}

fn count_of_tenant(
    connection: &Connection,
    tenant: &TenantId,
    filter: &EventFilter,
    most: u32,
) -> Result<Counted<EventId>, StorageError> {
    let bounds = Bounds::of_events(filter, None);
    let query = tenant_query("1", filter.event_type.is_some(), filter.order);
    let wanted = filter.event_type.as_ref().map(EventType::as_str);
    let values = (tenant.as_str(), event_bound(&bounds.least), event_bound(&bounds.below), most, 0, wanted);
    let rows = connection
        .prepare_cached(&format!("SELECT count(*) FROM ({query})"))
        .and_then(|mut statement| statement.query_row(values, |row| row.get(0)))
        .map_err(sqlite)?;
    Ok(Counted { rows, next: None })
}

/// Positions of a page's rows.
struct Found {
    walk: Walk<EventId>,
    places: Vec<Place<EventId>>,
    /// True when there were no more candidates.
    ended: bool,
}

/// Walks the list over all tenants.
fn walk_all(connection: &Connection, filter: &EventFilter, page: &Page<Place<EventId>>) -> Result<Found, StorageError> {
    let bounds = Bounds::of_events(filter, page.cursor.as_ref());
    let values: [Value; 4] = [
        event_bound(&bounds.least).to_vec().into(),
        event_bound(&bounds.below).to_vec().into(),
        bounds.tenant.into(),
        filter.event_type.as_ref().map(|one| one.as_str().to_owned()).into(),
    ];
    let mut statement =
        connection.prepare_cached(&all_query(filter.event_type.is_some(), filter.order)).map_err(sqlite)?;
    let mut found = statement.query(values).map_err(sqlite)?;
    let (mut walk, mut places) = (Walk::bounded(page), Vec::new());
    while !walk.is_done() {
        let Some(row) = found.next().map_err(sqlite)? else { return Ok(Found { walk, places, ended: true }) };
        let cells = Cells::events(row);
        let place = Place { id: cells.event_id("event_id")?, tenant: Some(cells.tenant("tenant_id")?) };
        if walk.look(place.clone(), cells.flag("fits")?) {
            places.push(place);
        }
    }
    Ok(Found { walk, places, ended: false })
}

fn of_all(
    connection: &Connection,
    filter: &EventFilter,
    page: &Page<Place<EventId>>,
) -> Result<Listed<Event, EventId>, StorageError> {
    let connection = connection.unchecked_transaction().map_err(sqlite)?;
    let Found { walk, places, ended } = walk_all(&connection, filter, page)?;
    let mut load = connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM events e WHERE e.tenant_id = ?1 AND e.id = ?2"))
        .map_err(sqlite)?;
    let (wanted, mut filling) = (places.len(), Filling::default());
    for place in &places {
        let key = (place.tenant_text(), rows::event_key(&place.id));
        if !filling.takes(query::one(&mut load, key, read)?) {
            break;
        }
    }
    let rows = filling.events;
    Ok(if rows.len() < wanted { Listed::up_to(rows.len() as u32, rows, place) } else { walk.listed(rows, ended) })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORDERS: [ListOrder; 2] = [ListOrder::NewestFirst, ListOrder::OldestFirst];

    fn plan(connection: &Connection, sql: &str, values: usize) -> Vec<String> {
        let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let values = rusqlite::params_from_iter(vec!["x"; values]);
        let steps = statement.query_map(values, |row| row.get("detail")).unwrap();
        steps.map(Result::unwrap).collect()
    }

    #[test]
    fn every_list_uses_an_index() {
        let mut connection = Connection::open_in_memory().unwrap();
        crate::migrate::run(&mut connection).unwrap();
        for (by_type, way) in [
            (false, "SEARCH e USING PRIMARY KEY (tenant_id=? AND id>? AND id<?)"),
            (true, "SEARCH e USING INDEX events_by_type (tenant_id=? AND event_type=? AND id>? AND id<?)"),
        ] {
            for order in ORDERS {
                assert_eq!(plan(&connection, &tenant_query(COLUMNS, by_type, order), 6), [way]);
            }
        }
        for (by_type, order) in [false, true].into_iter().flat_map(|by_type| ORDERS.map(|order| (by_type, order))) {
            let steps = plan(&connection, &all_query(by_type, order), 4);
            assert!(
                steps[0].contains("INDEX events_by_id (id>? AND id<?)")
                    || steps[0].contains("events_by_id ((id,tenant_id)"),
                "{steps:?}"
            );
            assert!(steps.iter().all(|step| !step.contains("B-TREE") && !step.contains("SCAN e")), "{steps:?}");
        }
    }
}
