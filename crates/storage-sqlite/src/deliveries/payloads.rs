//! The condition of a filter on the payload, evaluated for the candidates that fit all other conditions.

use crate::{error::sqlite, query, rows};
use model::{DeliveryId, EventId, PayloadMatch, TenantId};
use rusqlite::{CachedStatement, Connection};
use storage::{Place, StorageError, Walk};

const PAYLOAD: &str =
    "SELECT data, metadata FROM events WHERE tenant_id = ?1 AND id = ?2 AND payload_erased_at IS NULL";

pub(super) struct Payloads<'c> {
    statement: CachedStatement<'c>,
    wanted: PayloadMatch,
    /// The last event and whether it matches: deliveries of an event often follow each other.
    last: Option<(Option<TenantId>, EventId, bool)>,
}

impl<'c> Payloads<'c> {
    pub(super) fn prepare(connection: &'c Connection, wanted: PayloadMatch) -> Result<Self, StorageError> {
        Ok(Self { statement: connection.prepare_cached(PAYLOAD).map_err(sqlite)?, wanted, last: None })
    }

    /// True when the payload of the delivery's event matches. Charges what it reads to the walk.
    pub(super) fn fit(&mut self, place: &Place<DeliveryId>, walk: &mut Walk<DeliveryId>) -> Result<bool, StorageError> {
        let event = place.id.event();
        if let Some((tenant, known, matches)) = &self.last
            && (tenant, *known) == (&place.tenant, event)
        {
            return Ok(*matches);
        }
        let key = (place.tenant_text(), rows::event_key(&event));
        let found = query::first(&mut self.statement, key, |row| {
            let blob = |at| row.get_ref(at).and_then(|value| Ok(value.as_blob()?)).map_err(sqlite);
            let (data, metadata) = (blob(0)?, blob(1)?);
            Ok((data.len() + metadata.len(), self.wanted.matches(data, metadata)))
        })?;
        let (bytes, matches) = found.unwrap_or_default();
        walk.read(bytes);
        self.last = Some((place.tenant.clone(), event, matches));
        Ok(matches)
    }
}
