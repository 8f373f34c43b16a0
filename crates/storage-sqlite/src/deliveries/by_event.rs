//! Lists of deliveries that follow their events: the events of one type, or of all tenants.

use super::{
    fits::{Answered, Values, fits},
    found::Found,
};
use crate::{cells::Cells, error::sqlite, order::direction};
use model::{DeliveryId, EventId, EventType, TenantId};
use rusqlite::{CachedStatement, Connection, Row, params_from_iter, types::Value};
use storage::{Bounds, DeliveryFilter, ListOrder, Place, StorageError};

/// The events that a list follows.
#[derive(Clone, Copy, Debug)]
pub(super) enum Down<'f> {
    Type(&'f TenantId, &'f EventType),
    AllTenants,
}

/// Events that may have deliveries in the list: their ids lie between the first 14 bytes of its bounds.
pub(super) fn events_query(down: Down<'_>, filter: &DeliveryFilter, bounds: &Bounds) -> (String, Values) {
    let mut values = Values::new([bounds.least[..14].to_vec().into(), bounds.below[..14].to_vec().into()]);
    let direction = direction(filter.order);
    let sql = match down {
        Down::Type(tenant, event_type) => format!(
            "SELECT e.id AS event_id, e.tenant_id AS tenant_id, 1 AS fits FROM events e INDEXED BY events_by_type
             WHERE e.tenant_id = {} AND e.event_type = {} AND e.id >= ?1 AND e.id <= ?2
             ORDER BY e.id {direction}",
            values.add(tenant.as_str().to_owned()),
            values.add(event_type.as_str().to_owned()),
        ),
        Down::AllTenants => {
            let of_type = match &filter.event_type {
                Some(event_type) => format!("AND e.event_type = {}", values.add(event_type.as_str().to_owned())),
                None => String::new(),
            };
            format!(
                "SELECT e.id AS event_id, e.tenant_id AS tenant_id,
                 ((SELECT t.deleting FROM tenants t WHERE t.id = e.tenant_id) IS 0 {of_type}) AS fits
                 FROM events e INDEXED BY events_by_id WHERE e.id >= ?1 AND e.id <= ?2
                 ORDER BY e.id {direction}, e.tenant_id {direction}"
            )
        }
    };
    (sql, values)
}

/// Deliveries of one event: `?1` tenant, `?2` from, `?3` below.
pub(super) fn deliveries_query(filter: &DeliveryFilter) -> (String, Values) {
    let mut values = Values::new([(); 3].map(|()| Value::Null));
    let answered = Answered { event_type: true, tenant: true, ..Answered::default() };
    let fits = fits(filter, answered, &mut values);
    let sql = format!(
        "SELECT d.id AS id, {fits} AS fits FROM deliveries d NOT INDEXED
         WHERE d.tenant_id = ?1 AND d.id >= ?2 AND d.id < ?3 ORDER BY d.id {}",
        direction(filter.order)
    );
    (sql, values)
}

struct Candidate {
    event: EventId,
    tenant: TenantId,
    fits: bool,
}

fn candidate(row: &Row<'_>) -> Result<Candidate, StorageError> {
    let cells = Cells::events(row);
    Ok(Candidate { event: cells.event_id("event_id")?, tenant: cells.tenant("tenant_id")?, fits: cells.flag("fits")? })
}

pub(super) fn find<'c>(
    connection: &'c Connection,
    down: Down<'_>,
    filter: &DeliveryFilter,
    bounds: &Bounds,
    mut found: Found<'c>,
) -> Result<Found<'c>, StorageError> {
    let (sql, values) = events_query(down, filter, bounds);
    let mut events = connection.prepare_cached(&sql).map_err(sqlite)?;
    let events = events.query_map(params_from_iter(values.0), |row| Ok(candidate(row))).map_err(sqlite)?;
    let mut events = events.map(|row| row.map_err(sqlite)?).peekable();
    let (sql, values) = deliveries_query(filter);
    let mut deliveries = Deliveries { statement: connection.prepare_cached(&sql).map_err(sqlite)?, values, bounds };
    while !found.walk.is_done() {
        let Some(first) = events.next().transpose()? else {
            found.ended = true;
            break;
        };
        let event = first.event;
        // Two tenants share an event id only when data was copied between them; their deliveries are then merged.
        let mut group = vec![first];
        while let Some(Ok(next)) = events.peek()
            && next.event == event
        {
            group.extend(events.next().transpose()?);
        }
        if deliveries.look(&group, &mut found)? == Looked::Through {
            // An event without deliveries counts towards the walk's bound too.
            found.walk.pass(end(event, filter.order).into());
        }
    }
    Ok(found)
}

/// The end of an event's deliveries in this order.
fn end(event: EventId, order: ListOrder) -> DeliveryId {
    match order {
        ListOrder::NewestFirst => DeliveryId::from_bytes(*event.bytes()),
        ListOrder::OldestFirst => event.delivery_range().1,
    }
}

#[derive(PartialEq, Eq)]
enum Looked {
    Through,
    UntilDone,
}

struct Deliveries<'c> {
    statement: CachedStatement<'c>,
    values: Values,
    bounds: &'c Bounds,
}

impl Deliveries<'_> {
    /// Reads the deliveries of all events with the same id, in the list's order.
    fn look(&mut self, group: &[Candidate], found: &mut Found<'_>) -> Result<Looked, StorageError> {
        if let [only] = group {
            if !only.fits {
                return Ok(Looked::Through);
            }
            return self.each(only, |place, fits| found.look(place, fits));
        }
        let mut all = Vec::new();
        for one in group.iter().filter(|one| one.fits) {
            self.each(one, |place, fits| {
                all.push((place, fits));
                Ok(true)
            })?;
        }
        all.sort_unstable_by(|one, other| self.bounds.order.compare(&one.0, &other.0));
        for (place, fits) in all {
            if !found.look(place, fits)? {
                return Ok(Looked::UntilDone);
            }
        }
        Ok(Looked::Through)
    }

    /// Passes an event's deliveries to `take`, in the list's order, until it returns `false`.
    fn each(
        &mut self,
        of: &Candidate,
        mut take: impl FnMut(Place<DeliveryId>, bool) -> Result<bool, StorageError>,
    ) -> Result<Looked, StorageError> {
        let (first, last) = of.event.delivery_range();
        let from = self.bounds.least_in(of.tenant.as_str()).max(*first.bytes());
        let end = u128::from_be_bytes(*last.bytes()).saturating_add(1).to_be_bytes();
        let below = self.bounds.below_in(of.tenant.as_str()).min(end);
        let key = [of.tenant.as_str().to_owned().into(), from.to_vec().into(), below.to_vec().into()];
        self.values.0.splice(..key.len(), key);
        let mut found = self.statement.query(params_from_iter(&self.values.0)).map_err(sqlite)?;
        while let Some(row) = found.next().map_err(sqlite)? {
            let cells = Cells::deliveries(row);
            if !take(Place::of(cells.delivery_id("id")?, &of.tenant), cells.flag("fits")?)? {
                return Ok(Looked::UntilDone);
            }
        }
        Ok(Looked::Through)
    }
}
