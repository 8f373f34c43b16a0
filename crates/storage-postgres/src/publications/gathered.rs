//! Counts that are not flushed yet: a commit writes the counts of types that are new on that day, and leaves the others
//! to the next flush.

use model::{EventType, TenantId};
use std::collections::HashSet;
use storage::PublicationCounts;

/// Maximum number of (tenant, day, type) keys that are known to have a row; counts of others are written with every
/// commit.
const SEEN_MAX: usize = 100_000;

#[derive(Debug, Default)]
pub(crate) struct Gathered {
    pending: PublicationCounts,
    /// Keys that have a row: all of the newest day, and late ones of earlier days.
    seen: HashSet<(TenantId, i32, EventType)>,
    day: i32,
    /// A flush is scheduled.
    pub(crate) awaited: bool,
}

impl Gathered {
    /// True when the commit must write its counts, because a key may have no row yet.
    pub(crate) fn is_first(&self, tally: &PublicationCounts) -> bool {
        tally.iter().any(|(tenant, day, event_type, _)| !self.seen.contains(&(tenant.clone(), day, event_type.clone())))
    }

    /// Records that these keys have rows now.
    pub(crate) fn written(&mut self, tally: &PublicationCounts) {
        for (tenant, day, event_type, _) in tally.iter() {
            if day > self.day {
                self.seen.clear();
                self.day = day;
            }
            if self.seen.len() < SEEN_MAX {
                self.seen.insert((tenant.clone(), day, event_type.clone()));
            }
        }
    }

    /// Adds increments for the next flush.
    pub(crate) fn add(&mut self, tally: PublicationCounts) {
        self.pending.merge(tally);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.pending.is_empty()
    }

    pub(crate) fn take(&mut self) -> PublicationCounts {
        std::mem::take(&mut self.pending)
    }

    /// Drops the increments of a deleted tenant.
    pub(crate) fn forget(&mut self, tenant: &TenantId) {
        self.pending.forget(tenant);
        self.seen.retain(|(of, ..)| of != tenant);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{Event, IdSource, Priority, Timestamp};
    use std::{sync::Arc, time::Duration};
    use storage::{Appended, NewEvent, conformance::Seeded};

    const DAY: Duration = Duration::from_secs(24 * 3_600);

    fn tally(ids: &IdSource, at: Timestamp, tenant: &str, types: &[&str]) -> PublicationCounts {
        let tenant = TenantId::parse(tenant).unwrap();
        let mut tally = PublicationCounts::default();
        for event_type in types {
            let event = Event {
                id: ids.event(at),
                given_id: None,
                tenant: tenant.clone(),
                event_type: EventType::parse(event_type).unwrap(),
                timestamp: at,
                data: "{}".into(),
                metadata: "".into(),
                priority: Priority::Normal,
                deliveries: 0,
                deliver_at: None,
                payload_erased_at: None,
                trace: None,
                channels: Default::default(),
            };
            let (keys, deliveries) = (Vec::new(), Vec::new());
            let new = NewEvent::new(Arc::new(event), keys, deliveries);
            tally.add(&tenant, &new, &Appended::New);
        }
        tally
    }

    #[test]
    fn the_first_count_of_a_type_on_a_day_is_written_with_its_event() {
        let ids = IdSource::new(Box::new(Seeded::named("gathered")));
        let at = Timestamp::from_millis(1_772_323_200_000);
        let mut gathered = Gathered::default();
        let of = |at, tenant, types: &[&str]| tally(&ids, at, tenant, types);
        assert!(gathered.is_first(&of(at, "acme", &["a.b"])));
        gathered.written(&of(at, "acme", &["a.b"]));
        assert!(!gathered.is_first(&of(at, "acme", &["a.b", "a.b"])));
        assert!(gathered.is_first(&of(at, "acme", &["a.b", "a.c"])), "one of the types is new");
        assert!(gathered.is_first(&of(at, "globex", &["a.b"])), "another tenant");
        assert!(gathered.is_first(&of(at.after(DAY), "acme", &["a.b"])), "another day");
        gathered.forget(&TenantId::parse("acme").unwrap());
        assert!(gathered.is_first(&of(at, "acme", &["a.b"])));
    }

    #[test]
    fn pending_counts_are_added_up_and_taken_once() {
        let ids = IdSource::new(Box::new(Seeded::named("gathered")));
        let at = Timestamp::from_millis(1_772_323_200_000);
        let mut gathered = Gathered::default();
        gathered.add(tally(&ids, at, "acme", &["a.b", "a.b"]));
        gathered.add(tally(&ids, at, "acme", &["a.b", "a.c"]));
        gathered.add(tally(&ids, at, "globex", &["a.b"]));
        gathered.forget(&TenantId::parse("globex").unwrap());
        let taken = gathered.take();
        let sums: Vec<_> = taken.iter().map(|(_, _, kind, added)| (kind.to_string(), added.published)).collect();
        assert_eq!(sums, [("a.b".to_owned(), 3), ("a.c".to_owned(), 1)]);
        assert!(gathered.is_empty() && gathered.take().is_empty());
    }
}
