//! The range of ids that contains the rows of a page.

use crate::{DeliveryFilter, EventFilter, ListOrder, Place, codec::id_bounds};
use model::{DeliveryId, EventId, Timestamp};
use std::time::Duration;

/// The part of a list that a page may show: ids from `least` (inclusive) to `below` (exclusive).
///
/// Rows at the bound of the cursor are inside or outside by their tenants. Newest first, a row with the id `below` is
/// still inside when its tenant is below `tenant`; oldest first, a row with the id `least` is inside when its tenant is
/// above `tenant`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bounds {
    pub order: ListOrder,
    pub least: [u8; 16],
    pub below: [u8; 16],
    pub tenant: String,
}

/// The id after this one.
fn after(id: [u8; 16]) -> [u8; 16] {
    u128::from_be_bytes(id).saturating_add(1).to_be_bytes()
}

impl Bounds {
    fn new<Id>(
        order: ListOrder,
        (from, before): (Option<Timestamp>, Option<Timestamp>),
        range: Option<(u128, u128)>,
        place: Option<&Place<Id>>,
        bytes: impl Fn(&Id) -> [u8; 16],
    ) -> Self {
        let (mut least, mut below) = id_bounds(from, before);
        if let Some((first, end)) = range {
            (least, below) = (least.max(first.to_be_bytes()), below.min(end.to_be_bytes()));
        }
        let Some(place) = place else { return Self { order, least, below, tenant: String::new() } };
        let (at, tenant) = (bytes(&place.id), place.tenant_text().to_owned());
        match order {
            ListOrder::NewestFirst => {
                let (below, tenant) = (below, String::new()).min((at, tenant));
                Self { order, least, below, tenant }
            }
            ListOrder::OldestFirst => {
                let at = if place.tenant.is_some() { at } else { after(at) };
                let (least, tenant) = (least, String::new()).max((at, tenant));
                Self { order, least, below, tenant }
            }
        }
    }

    /// The inclusive lower bound of one tenant's rows in a list over all tenants.
    pub fn least_in(&self, tenant: &str) -> [u8; 16] {
        match self.order {
            ListOrder::OldestFirst if tenant <= self.tenant.as_str() => after(self.least),
            _ => self.least,
        }
    }

    /// The exclusive upper bound of one tenant's rows in a list over all tenants.
    pub fn below_in(&self, tenant: &str) -> [u8; 16] {
        match self.order {
            ListOrder::NewestFirst if tenant < self.tenant.as_str() => after(self.below),
            _ => self.below,
        }
    }

    /// The bounds of a list of one tenant, which ignores the tenant of its cursor: the first id, and the one after the
    /// last.
    pub fn of_one_tenant(&self) -> ([u8; 16], [u8; 16]) {
        let is_passed = self.order == ListOrder::OldestFirst && !self.tenant.is_empty();
        (if is_passed { after(self.least) } else { self.least }, self.below)
    }

    pub fn of_events(filter: &EventFilter, place: Option<&Place<EventId>>) -> Self {
        let range = filter.id.map(|id| (u128::from_be_bytes(*id.bytes()), u128::from_be_bytes(*id.bytes()) + 1));
        Self::new(filter.order, (filter.after, filter.before), range, place, |id| *id.bytes())
    }

    pub fn of_deliveries(filter: &DeliveryFilter, place: Option<&Place<DeliveryId>>) -> Self {
        let range = filter.event.map(|event| {
            let (first, last) = event.delivery_range();
            (u128::from_be_bytes(*first.bytes()), u128::from_be_bytes(*last.bytes()).saturating_add(1))
        });
        // An overdue delivery was created before it was due, so the walk begins there.
        let overdue = filter.overdue.map(|at| at.after(Duration::from_millis(1)));
        let before = filter.before.into_iter().chain(overdue).min();
        Self::new(filter.order, (filter.after, before), range, place, |id| *id.bytes())
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
        let order = ListOrder::NewestFirst;
        assert_eq!(all, Bounds { order, least: [0; 16], below: [0xff; 16], tenant: String::new() });
        let filter =
            DeliveryFilter { event: Some(id(7)), after: Some(at(3)), before: Some(at(9)), ..Default::default() };
        let of_event = Bounds::of_deliveries(&filter, None);
        assert_eq!((of_event.least, of_event.below), (bytes(7, 1), bytes(7, 0x1_0000)));
        let place = Place::of(id(7).delivery(3).unwrap(), &TenantId::trusted("b"));
        let below = Bounds::of_deliveries(&filter, Some(&place));
        assert_eq!((below.below, below.tenant.as_str()), (bytes(7, 3), "b"));
        assert_eq!((below.below_in("a"), below.below_in("b")), (bytes(7, 4), bytes(7, 3)));
        let early = DeliveryFilter { before: Some(at(5)), ..filter.clone() };
        assert!(Bounds::of_deliveries(&early, Some(&place)).below < bytes(7, 1), "nothing is left");
        let oldest = DeliveryFilter { order: ListOrder::OldestFirst, ..filter };
        let above = Bounds::of_deliveries(&oldest, Some(&place));
        assert_eq!((above.least, above.below, above.tenant.as_str()), (bytes(7, 3), bytes(7, 0x1_0000), "b"));
        assert_eq!(
            (above.least_in("b"), above.least_in("c"), above.below_in("a")),
            (bytes(7, 4), bytes(7, 3), above.below)
        );
        assert_eq!(above.of_one_tenant(), (bytes(7, 4), above.below));
        let after = Bounds::of_deliveries(&oldest, Some(&id(7).delivery(3).unwrap().into()));
        assert_eq!((after.least_in("a"), after.of_one_tenant().0), (bytes(7, 4), bytes(7, 4)), "without a tenant");
        let events = Bounds::of_events(&EventFilter { id: Some(id(7)), ..EventFilter::default() }, None);
        assert_eq!((events.least, events.below), (bytes(7, 0), bytes(7, 1)));
    }
}
