//! Lists of deliveries over all tenants that follow their events.

use super::{
    fits::{Answered, fits},
    found::{CHUNK, Found},
    payloads,
    ranges::{self, Order, Ranges},
};
use crate::{
    PgStore,
    cells::Cells,
    connect::As,
    events::BY_ID,
    order::direction,
    rows,
    values::{Values, add},
};
use model::{DeliveryId, EventId, TenantId};
use storage::{Bounds, DeliveryFilter, ListOrder, Place, StorageError};
use tokio_postgres::Row;
use uuid::Uuid;

/// Number of events per fetch.
const EVENTS: i64 = 256;

/// An event that may have deliveries in the list.
struct Candidate {
    id: EventId,
    tenant: TenantId,
    deliveries: usize,
    fits: bool,
}

fn candidate(row: &Row) -> Result<Candidate, StorageError> {
    let cells = Cells::events(row);
    Ok(Candidate {
        id: cells.event_id("event_id"),
        tenant: cells.tenant("tenant_id"),
        deliveries: cells.number::<i32, usize>("deliveries")?,
        fits: cells.get("fits"),
    })
}

/// The id of a delivery's event.
fn event_of(id: &[u8; 16]) -> Uuid {
    DeliveryId::from_bytes(*id).event().uuid()
}

fn events_query(filter: &DeliveryFilter, bounds: &Bounds) -> (String, Values) {
    let mut values = Values::default();
    let least = add!(values, event_of(&bounds.least) => UUID);
    let below = add!(values, event_of(&bounds.below) => UUID);
    // The first id of an event's range belongs to no delivery, so a bound there excludes the event.
    let up_to = if event_of(&bounds.below) == rows::uuid(&bounds.below) { "<" } else { "<=" };
    let of_type = match &filter.event_type {
        Some(wanted) => format!(" AND e.event_type = {}", add!(values, wanted.as_str().to_owned() => TEXT)),
        None => String::new(),
    };
    let by = direction(filter.order);
    let sql = format!(
        "SELECT e.tenant_id, e.id AS event_id, e.deliveries,
         coalesce((SELECT NOT t.deleting FROM postrider.tenants t WHERE t.id = e.tenant_id){of_type}, false) AS fits
         FROM postrider.events e WHERE e.id >= {least} AND e.id {up_to} {below} AND {BY_ID}
         ORDER BY e.id {by}, e.tenant_id {by} LIMIT {EVENTS}"
    );
    (sql, values)
}

pub(super) async fn find(store: &PgStore, filter: &DeliveryFilter, mut found: Found) -> Result<Found, StorageError> {
    while !found.walk.is_done() {
        let bounds = Bounds::of_deliveries(filter, found.walk.place());
        let (sql, values) = events_query(filter, &bounds);
        let events = store.list(As::Operator, &sql, &values.params()).await?;
        let mut events = events.iter().map(candidate).collect::<Result<Vec<_>, _>>()?;
        let is_last = (events.len() as i64) < EVENTS;
        drop_the_rest(&mut events, is_last);
        let fetched = events.len();
        let through = look(store, filter, &bounds, &events, &mut found).await?;
        if is_last && through == fetched && !found.walk.is_done() {
            found.ended = true;
            break;
        }
    }
    Ok(found)
}

/// Tenants share an event id only when data was copied between them; the last events of a chunk may be incomplete.
fn drop_the_rest(events: &mut Vec<Candidate>, is_last: bool) {
    let Some(last) = events.last().map(|event| event.id).filter(|_| !is_last) else { return };
    let whole = events.iter().take_while(|event| event.id != last).count();
    if whole > 0 {
        events.truncate(whole);
    }
}

/// Reads the deliveries of as many events as fill a page, or a chunk; returns the number of completed events.
async fn look(
    store: &PgStore,
    filter: &DeliveryFilter,
    bounds: &Bounds,
    events: &[Candidate],
    found: &mut Found,
) -> Result<usize, StorageError> {
    let enough =
        if has_more_conditions(filter) { CHUNK as usize } else { found.walk.wanted().min(CHUNK as u32) as usize };
    let (mut sum, mut groups) = (0, Vec::new());
    for group in events.chunk_by(|one, other| one.id == other.id) {
        if sum >= enough {
            break;
        }
        sum += group.iter().filter(|one| one.fits).map(|one| one.deliveries).sum::<usize>();
        groups.push(group);
    }
    let rows = fetch(store, filter, ranges_of(bounds, groups.iter().copied().flatten())).await?;
    let mut fits = payloads::fits(store, As::Operator, filter, &rows, &mut found.walk).await?.into_iter();
    let (mut rows, mut through) = (rows.as_slice(), 0);
    for group in groups {
        let event = group.first().map(|one| one.id);
        let own = rows.iter().take_while(|row| Some(Cells::deliveries(row).delivery_id("id").event()) == event).count();
        let (of_event, rest) = rows.split_at(own);
        let cut = cut(filter.order, group, of_event);
        for row in of_event {
            let place = Place {
                id: Cells::deliveries(row).delivery_id("id"),
                tenant: Some(Cells::deliveries(row).tenant("tenant_id")),
            };
            if cut.as_ref().is_some_and(|cut| filter.order.compare(&place, cut).is_gt()) {
                break;
            }
            let Some(fits) = fits.next() else { return Ok(through) };
            if !found.look(row, fits)? {
                return Ok(through);
            }
        }
        if cut.is_some() {
            return Ok(through);
        }
        rows = rest;
        through += group.len();
        if let Some(event) = event {
            // An event without deliveries counts towards the walk's bound too.
            found.walk.pass(end(event, filter.order).into());
        }
        if found.walk.is_done() {
            break;
        }
    }
    Ok(through)
}

/// The end of an event's deliveries in this order.
fn end(event: EventId, order: ListOrder) -> DeliveryId {
    match order {
        ListOrder::NewestFirst => DeliveryId::from_uuid(event.uuid()),
        ListOrder::OldestFirst => event.delivery_range().1,
    }
}

/// True when the filter may exclude deliveries of a listed event.
fn has_more_conditions(filter: &DeliveryFilter) -> bool {
    !filter.statuses.is_empty() || filter.is_scanned()
}

/// The first place after which an event may have more deliveries than were fetched.
fn cut(order: ListOrder, group: &[Candidate], rows: &[Row]) -> Option<Place<DeliveryId>> {
    let of = |one: &Candidate| {
        let own: Vec<&Row> = rows.iter().filter(|row| row.get::<_, &str>("tenant_id") == one.tenant.as_str()).collect();
        let last = own.last().filter(|_| own.len() as i64 >= CHUNK)?;
        Some(Place::of(Cells::deliveries(last).delivery_id("id"), &one.tenant))
    };
    group.iter().filter_map(of).min_by(|one, other| order.compare(one, other))
}

/// The id ranges of these events' deliveries within the bounds.
fn ranges_of<'c>(bounds: &Bounds, events: impl Iterator<Item = &'c Candidate>) -> Ranges {
    let mut all = Ranges::default();
    for event in events.filter(|one| one.fits && one.deliveries > 0) {
        let first = event.id.delivery_range().0.uuid().max(rows::uuid(&bounds.least_in(event.tenant.as_str())));
        let below = rows::uuid(&bounds.below_in(event.tenant.as_str())).min(ranges::end(event.id));
        all.add(&event.tenant, first, below);
    }
    all
}

async fn fetch(store: &PgStore, filter: &DeliveryFilter, all: Ranges) -> Result<Vec<Row>, StorageError> {
    if all.tenants.is_empty() {
        return Ok(Vec::new());
    }
    let ((least, below), mut values) = (all.bounds(), Values::default());
    add!(values, all.tenants => TEXT_ARRAY);
    add!(values, all.first => UUID_ARRAY);
    add!(values, all.below => UUID_ARRAY);
    add!(values, least => UUID);
    add!(values, below => UUID);
    add!(values, CHUNK => INT8);
    let fits = fits(filter, Answered { tenant: true, ..Answered::default() }, &mut values);
    let order = match filter.order {
        ListOrder::NewestFirst => Order::LastToFirst,
        ListOrder::OldestFirst => Order::FirstToLast,
    };
    store.list(As::Operator, &ranges::query(&fits, order), &values.params()).await
}
