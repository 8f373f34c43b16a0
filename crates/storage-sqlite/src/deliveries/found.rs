//! The positions of a page's rows, found by a walk.

use super::payloads::Payloads;
use model::DeliveryId;
use rusqlite::Connection;
use storage::{DeliveryFilter, Place, StorageError, Walk};

pub(super) struct Found<'c> {
    pub(super) walk: Walk<DeliveryId>,
    pub(super) places: Vec<Place<DeliveryId>>,
    /// True when there were no more candidates.
    pub(super) ended: bool,
    payloads: Option<Payloads<'c>>,
}

impl<'c> Found<'c> {
    pub(super) fn new(
        connection: &'c Connection,
        filter: &DeliveryFilter,
        walk: Walk<DeliveryId>,
    ) -> Result<Self, StorageError> {
        let payloads = filter.payload.clone().map(|wanted| Payloads::prepare(connection, wanted)).transpose()?;
        Ok(Self { walk, places: Vec::new(), ended: false, payloads })
    }

    /// Reads a candidate, which fits all conditions but the one on the payload, or not; returns `false` when the page
    /// needs no more.
    pub(super) fn look(&mut self, place: Place<DeliveryId>, fits: bool) -> Result<bool, StorageError> {
        let fits = match &mut self.payloads {
            Some(payloads) if fits => payloads.fit(&place, &mut self.walk)?,
            _ => fits,
        };
        if self.walk.look(place.clone(), fits) {
            self.places.push(place);
        }
        Ok(!self.walk.is_done())
    }
}
