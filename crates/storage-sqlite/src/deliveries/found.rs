//! The positions of a page's rows, found by a walk.

use model::DeliveryId;
use storage::{Place, Walk};

pub(super) struct Found {
    pub(super) walk: Walk<DeliveryId>,
    pub(super) places: Vec<Place<DeliveryId>>,
    /// True when there were no more candidates.
    pub(super) ended: bool,
}

impl Found {
    /// Reads a candidate; returns `false` when the page needs no more.
    pub(super) fn look(&mut self, place: Place<DeliveryId>, fits: bool) -> bool {
        if self.walk.look(place.clone(), fits) {
            self.places.push(place);
        }
        !self.walk.is_done()
    }
}
