//! The range of ids that contains the rows of a page.

use crate::{DeliveryFilter, EventFilter, Place, codec::id_bounds};
use model::{DeliveryId, EventId, Timestamp};
use std::time::Duration;

/// The part of a list that a page may show: ids from `least` (inclusive) to `below` (exclusive).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bounds {
    pub least: [u8; 16],
    /// Exclusive. A row with exactly this id is still inside the range when its tenant is below `tenant`.
    pub below: [u8; 16],
    pub tenant: String,
}

impl Bounds {
    fn new<Id>(
        (after, before): (Option<Timestamp>, Option<Timestamp>),
        range: Option<(u128, u128)>,
        place: Option<&Place<Id>>,
        bytes: impl Fn(&Id) -> [u8; 16],
    ) -> Self {
        let (mut least, mut below) = id_bounds(after, before);
        if let Some((first, end)) = range {
            (least, below) = (least.max(first.to_be_bytes()), below.min(end.to_be_bytes()));
        }
        let end = (below, String::new());
        let (below, tenant) = match place {
            Some(place) => end.min((bytes(&place.id), place.tenant_text().to_owned())),
            None => end,
        };
        Self { least, below, tenant }
    }

    /// The exclusive bound of one tenant's rows.
    pub fn below_in(&self, tenant: &str) -> [u8; 16] {
        if tenant < self.tenant.as_str() {
            return u128::from_be_bytes(self.below).saturating_add(1).to_be_bytes();
        }
        self.below
    }

    pub fn of_events(filter: &EventFilter, place: Option<&Place<EventId>>) -> Self {
        let range = filter.id.map(|id| (u128::from_be_bytes(*id.bytes()), u128::from_be_bytes(*id.bytes()) + 1));
        Self::new((filter.after, filter.before), range, place, |id| *id.bytes())
    }

    pub fn of_deliveries(filter: &DeliveryFilter, place: Option<&Place<DeliveryId>>) -> Self {
        let range = filter.event.map(|event| {
            let (first, last) = event.delivery_range();
            (u128::from_be_bytes(*first.bytes()), u128::from_be_bytes(*last.bytes()).saturating_add(1))
        });
        // An overdue delivery was created before it was due, so the walk begins there.
        let overdue = filter.overdue.map(|at| at.after(Duration::from_millis(1)));
        let before = filter.before.into_iter().chain(overdue).min();
        Self::new((filter.after, before), range, place, |id| *id.bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::TenantId;

    #[test]
    fn bounds_are_the_narrowest_of_times_event_and_place() {
        let at = |millis: i64| Timestamp::from_millis(millis);
        let id = |millis: u128| EventId::from_bytes((millis << 80).to_be_bytes());
        let bytes = |millis: u128, low: u128| ((millis << 80) | low).to_be_bytes();
        let all = Bounds::of_deliveries(&DeliveryFilter::default(), None);
        assert_eq!(all, Bounds { least: [0; 16], below: [0xff; 16], tenant: String::new() });
        let filter =
            DeliveryFilter { event: Some(id(7)), after: Some(at(3)), before: Some(at(9)), ..Default::default() };
        let of_event = Bounds::of_deliveries(&filter, None);
        assert_eq!((of_event.least, of_event.below), (bytes(7, 1), bytes(7, 0x1_0000)));
        let place = Place::of(id(7).delivery(3).unwrap(), &TenantId::trusted("b"));
        let below = Bounds::of_deliveries(&filter, Some(&place));
        assert_eq!((below.below, below.tenant.as_str()), (bytes(7, 3), "b"));
        assert_eq!((below.below_in("a"), below.below_in("b")), (bytes(7, 4), bytes(7, 3)));
        let early = DeliveryFilter { before: Some(at(5)), ..filter };
        assert!(Bounds::of_deliveries(&early, Some(&place)).below < bytes(7, 1), "nothing is left");
        let events = Bounds::of_events(&EventFilter { id: Some(id(7)), ..EventFilter::default() }, None);
        assert_eq!((events.least, events.below), (bytes(7, 0), bytes(7, 1)));
    }
}
