//! The rows of a page, found by a walk.

use crate::rows;
use model::{Delivery, DeliveryId};
use storage::{Place, StorageError, Walk};
use tokio_postgres::Row;

/// Candidates per fetch.
pub(super) const CHUNK: i64 = 1_000;

/// The rows of a page.
pub(super) struct Found {
    pub(super) walk: Walk<DeliveryId>,
    pub(super) rows: Vec<Delivery>,
    /// True when there were no more candidates.
    pub(super) ended: bool,
}

impl Found {
    /// Reads a candidate; returns `false` when the page needs no more.
    pub(super) fn look(&mut self, row: &Row, fits: bool) -> Result<bool, StorageError> {
        let delivery = rows::delivery(row)?;
        if self.walk.look(Place::of(delivery.id, &delivery.tenant), fits) {
            self.rows.push(delivery);
        }
        Ok(!self.walk.is_done())
    }
}
