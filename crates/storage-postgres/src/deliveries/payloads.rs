//! The condition of a filter on the payload, evaluated for the candidates that fit all other conditions. Payloads are
//! compared here and not by the database, so that a search has the same rules on every backend, and bytes that are not
//! valid in a text of PostgreSQL are no error.

use crate::{
    PgStore,
    cells::Cells,
    connect::{As, params},
};
use model::{DeliveryId, PayloadMatch};
use std::collections::HashMap;
use storage::{DeliveryFilter, StorageError, Walk};
use tokio_postgres::Row;
use uuid::Uuid;

/// Bytes of payloads per fetch, apart from the last payload.
const BYTES: i64 = 1024 * 1024;

/// Payloads of events, in the given order, until their sizes exceed a limit; later ones are null. `$1` tenants, `$2`
/// events, `$3` the least and `$4` the greatest event, for partition pruning; `$5` the limit. The window sums sizes
/// without reading the values.
const PAYLOADS: &str = "SELECT p.n, CASE WHEN p.before < $5 THEN p.data END AS data,
        CASE WHEN p.before < $5 THEN p.metadata END AS metadata
    FROM (
        SELECT a.n, e.data, e.metadata, coalesce(sum(e.size) OVER (
            ORDER BY a.n ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)::bigint AS before
        FROM unnest($1::text[], $2::uuid[]) WITH ORDINALITY AS a (tenant_id, id, n), LATERAL (
            SELECT data, metadata, octet_length(data) + octet_length(metadata) AS size FROM postrider.events
            WHERE tenant_id = a.tenant_id AND id = a.id AND id >= $3 AND id <= $4 AND payload_erased_at IS NULL) e) p
    ORDER BY p.n";

/// The distinct events of candidates, in their order.
#[derive(Default)]
struct Asked {
    tenants: Vec<String>,
    ids: Vec<Uuid>,
    places: HashMap<(String, Uuid), usize>,
}

/// A payload that was asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Read {
    /// The event was removed, or its payload was erased.
    Gone,
    /// It is beyond the limit of bytes.
    NotYet,
    Compared(bool),
}

fn event_of(row: &Row) -> (String, Uuid) {
    let cells = Cells::deliveries(row);
    (cells.tenant("tenant_id").to_string(), cells.delivery_id("id").event().uuid())
}

impl Asked {
    fn of(rows: &[Row]) -> Self {
        let mut asked = Self::default();
        for row in rows.iter().filter(|row| row.get("fits")) {
            let (tenant, id) = event_of(row);
            let next = asked.ids.len();
            if *asked.places.entry((tenant.clone(), id)).or_insert(next) == next {
                asked.tenants.push(tenant);
                asked.ids.push(id);
            }
        }
        asked
    }
}

/// Which of the first candidates fit the whole filter. The result is shorter than `rows` when their payloads are too
/// large for one fetch, but has at least one element for rows that are not empty.
pub(super) async fn fits(
    store: &PgStore,
    who: As<'_>,
    filter: &DeliveryFilter,
    rows: &[Row],
    walk: &mut Walk<DeliveryId>,
) -> Result<Vec<bool>, StorageError> {
    let Some(wanted) = &filter.payload else { return Ok(rows.iter().map(|row| row.get("fits")).collect()) };
    let asked = Asked::of(rows);
    let read = read(store, who, wanted, &asked, walk).await?;
    let mut fits = Vec::with_capacity(rows.len());
    for row in rows {
        let place = if row.get("fits") { asked.places.get(&event_of(row)) } else { None };
        match place.map_or(Read::Gone, |place| read[*place]) {
            Read::Gone => fits.push(false),
            Read::Compared(matches) => fits.push(matches),
            Read::NotYet => break,
        }
    }
    Ok(fits)
}

async fn read(
    store: &PgStore,
    who: As<'_>,
    wanted: &PayloadMatch,
    asked: &Asked,
    walk: &mut Walk<DeliveryId>,
) -> Result<Vec<Read>, StorageError> {
    let mut read = vec![Read::Gone; asked.ids.len()];
    let (Some(least), Some(greatest)) = (asked.ids.iter().min(), asked.ids.iter().max()) else { return Ok(read) };
    let values = params![
        asked.tenants => TEXT_ARRAY, asked.ids => UUID_ARRAY, *least => UUID, *greatest => UUID, BYTES => INT8,
    ];
    for row in store.list(who, PAYLOADS, values).await? {
        let place = usize::try_from(row.get::<_, i64>("n") - 1).unwrap_or(usize::MAX);
        let payload: (Option<&[u8]>, Option<&[u8]>) = (row.get("data"), row.get("metadata"));
        let Some(at) = read.get_mut(place) else { continue };
        *at = match payload {
            (Some(data), Some(metadata)) => {
                walk.read(data.len() + metadata.len());
                Read::Compared(wanted.matches(data, metadata))
            }
            _ => Read::NotYet,
        };
    }
    Ok(read)
}
