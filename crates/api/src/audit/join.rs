//! Joins catalog, publications, subscriptions and audit report by event type.

use super::{
    report::Code,
    shown::{BrokenSchema, CoverageEvent, CoverageSummary, WaitingInVain},
};
use model::{EventPattern, EventType, catalog::Catalog};
use std::collections::{BTreeMap, HashMap, HashSet};
use storage::Publication;

/// Sets of patterns, each with the number of active subscriptions that have exactly these.
pub(super) type Demand = [(Vec<EventPattern>, u64)];

pub(super) struct Joined {
    /// Sorted by name.
    pub(super) events: Vec<CoverageEvent>,
    pub(super) in_vain: Vec<WaitingInVain>,
}

/// Published and not in the catalog. A retired type is still in the catalog, though no longer promised.
pub(super) fn is_unknown(one: &CoverageEvent) -> bool {
    one.published > 0 && one.category.is_none()
}

pub(super) fn wants_nobody(one: &CoverageEvent) -> bool {
    one.published > 0 && one.subscriptions == 0
}

impl Joined {
    pub(super) fn of(catalog: &Catalog, seen: &[Publication], demand: &Demand, codes: &BTreeMap<String, Code>) -> Self {
        let mut events: BTreeMap<EventType, CoverageEvent> = BTreeMap::new();
        let row = |event_type: &EventType| {
            let entry = catalog.get(event_type.as_str());
            CoverageEvent {
                event_type: event_type.to_string(),
                category: entry.map(|entry| entry.category.clone()),
                promised: entry.is_some_and(|entry| !entry.retired),
                published: 0,
                last_published_at: None,
                subscriptions: 0,
                misfits: 0,
                code: codes.get(event_type.as_str()).copied(),
            }
        };
        // The product publishes no operational events.
        for entry in catalog.iter().filter(|entry| !entry.retired && !entry.event_type.is_operational()) {
            events.insert(entry.event_type.clone(), row(&entry.event_type));
        }
        for one in seen {
            let event = events.entry(one.event_type.clone()).or_insert_with(|| row(&one.event_type));
            (event.published, event.misfits) = (one.published, one.misfits);
            event.last_published_at = Some(one.last_at);
        }
        for (patterns, count) in demand {
            for event_type in covered(patterns, &events) {
                if let Some(event) = events.get_mut(&event_type) {
                    event.subscriptions += count;
                }
            }
        }
        let in_vain = in_vain(demand, &events);
        Self { events: events.into_values().collect(), in_vain }
    }

    /// The names of the event types for which `which` holds.
    pub(super) fn names(&self, which: impl Fn(&CoverageEvent) -> bool) -> Vec<String> {
        self.events.iter().filter(|one| which(one)).map(|one| one.event_type.clone()).collect()
    }

    pub(super) fn schema_broken(&self) -> Vec<BrokenSchema> {
        let broken = self.events.iter().filter(|one| one.misfits > 0);
        broken.map(|one| BrokenSchema { event_type: one.event_type.clone(), misfits: one.misfits }).collect()
    }

    pub(super) fn summary(&self) -> CoverageSummary {
        let count = |which: fn(&CoverageEvent) -> bool| self.events.iter().filter(|one| which(one)).count();
        CoverageSummary {
            promised: count(|one| one.promised),
            seen: count(|one| one.promised && one.published > 0),
            never_seen: count(|one| one.promised && one.published == 0),
            unknown: count(is_unknown),
            nobody_subscribed: count(wants_nobody),
            waiting_in_vain: self.in_vain.len(),
            broke_schema: count(|one| one.misfits > 0),
        }
    }
}

type Events = BTreeMap<EventType, CoverageEvent>;

/// The types among `events` that a pattern covers.
fn below<'e>(
    pattern: &'e EventPattern,
    events: &'e Events,
) -> Box<dyn Iterator<Item = (&'e EventType, &'e CoverageEvent)> + 'e> {
    match pattern {
        EventPattern::All => Box::new(events.iter()),
        EventPattern::One(one) => Box::new(events.get_key_value(one).into_iter()),
        // Types with the same prefix are adjacent in the sorted map.
        EventPattern::Below(prefix) => {
            let from = EventType::trusted(&format!("{prefix}."));
            let beside =
                events.range(from.clone()..).take_while(move |(one, _)| one.as_str().starts_with(from.as_str()));
            Box::new(beside.filter(|(one, _)| pattern.matches(one.as_str())))
        }
    }
}

/// The types that a subscription with these patterns receives, each once.
fn covered(patterns: &[EventPattern], events: &Events) -> HashSet<EventType> {
    patterns.iter().flat_map(|pattern| below(pattern, events)).map(|(event_type, _)| event_type.clone()).collect()
}

/// Types and patterns of subscriptions of which nothing was published.
fn in_vain(demand: &Demand, events: &Events) -> Vec<WaitingInVain> {
    let mut named: HashMap<&EventPattern, u64> = HashMap::new();
    for (patterns, count) in demand {
        let once: HashSet<&EventPattern> = patterns.iter().collect();
        for pattern in once {
            *named.entry(pattern).or_default() += count;
        }
    }
    let silent = |pattern: &EventPattern| below(pattern, events).all(|(_, one)| one.published == 0);
    let found = named.into_iter().filter(|(pattern, _)| silent(pattern));
    let mut in_vain: Vec<_> = found
        .map(|(pattern, subscriptions)| WaitingInVain { event_type: pattern.to_string(), subscriptions })
        .collect();
    in_vain.sort_unstable_by(|a, b| a.event_type.cmp(&b.event_type));
    in_vain
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{
        Timestamp,
        catalog::{CatalogEntry, Origin},
    };

    fn catalog(names: &[&str], retired: &[&str]) -> Catalog {
        let mut catalog = Catalog::default();
        for name in names.iter().chain(retired) {
            catalog.put(CatalogEntry {
                event_type: EventType::parse(name).unwrap(),
                category: "things".into(),
                description: String::new(),
                schema: None,
                example: None,
                origin: Origin::Shipped,
                retired: retired.contains(name),
            });
        }
        catalog
    }

    fn seen(of: &[(&str, u64, u64)]) -> Vec<Publication> {
        let one = |(name, published, misfits): &(&str, u64, u64)| Publication {
            event_type: EventType::parse(name).unwrap(),
            published: *published,
            misfits: *misfits,
            last_at: Timestamp::from_millis(1),
        };
        of.iter().map(one).collect()
    }

    fn demand(of: &[(&[&str], u64)]) -> Vec<(Vec<EventPattern>, u64)> {
        let patterns = |names: &[&str]| names.iter().map(|name| EventPattern::parse(name).unwrap()).collect();
        of.iter().map(|(names, count)| (patterns(names), *count)).collect()
    }

    fn waits(of: &Joined) -> Vec<(&str, u64)> {
        of.in_vain.iter().map(|one| (one.event_type.as_str(), one.subscriptions)).collect()
    }

    #[test]
    fn rows_are_promised_and_published_types() {
        let catalog = catalog(&["a.b", "a.c"], &["old.seen", "old.silent"]);
        let codes = BTreeMap::from([("a.b".to_owned(), Code::Dead), ("nowhere".to_owned(), Code::Missing)]);
        let joined = Joined::of(&catalog, &seen(&[("a.c", 5, 2), ("x.y", 1, 0), ("old.seen", 3, 0)]), &[], &codes);
        let rows: Vec<_> =
            joined.events.iter().map(|one| (one.event_type.as_str(), one.promised, one.published, one.code)).collect();
        assert_eq!(
            rows,
            [
                ("a.b", true, 0, Some(Code::Dead)),
                ("a.c", true, 5, None),
                ("old.seen", false, 3, None),
                ("x.y", false, 1, None),
            ]
        );
        assert_eq!(joined.names(is_unknown), ["x.y"], "a retired type is known");
        assert_eq!(joined.names(wants_nobody), ["a.c", "old.seen", "x.y"]);
        assert_eq!(joined.schema_broken(), [BrokenSchema { event_type: "a.c".into(), misfits: 2 }]);
        let summary = CoverageSummary {
            promised: 2,
            seen: 1,
            never_seen: 1,
            unknown: 1,
            nobody_subscribed: 3,
            waiting_in_vain: 0,
            broke_schema: 1,
        };
        assert_eq!(joined.summary(), summary);
    }

    #[test]
    fn a_subscription_with_overlapping_patterns_counts_once_per_type() {
        let catalog = catalog(&["a.b", "a.b.c", "ab.c", "z"], &[]);
        let demand =
            demand(&[(&["a.*", "a.b"], 2), (&["*", "a.b"], 1), (&["a.b"], 4), (&["unknown.type"], 8), (&["a"], 16)]);
        let joined = Joined::of(&catalog, &[], &demand, &BTreeMap::new());
        let rows: Vec<_> = joined.events.iter().map(|one| (one.event_type.as_str(), one.subscriptions)).collect();
        assert_eq!(rows, [("a.b", 7), ("a.b.c", 3), ("ab.c", 1), ("z", 1)]);
    }

    #[test]
    fn subscribed_but_never_published_is_reported_per_type_and_per_pattern() {
        let catalog = catalog(&["a.b", "a.c", "d.e"], &[]);
        let demand = demand(&[(&["a.b", "a.*"], 1), (&["a.b"], 2), (&["d.*", "d.*"], 4), (&["*"], 8), (&["x.y"], 16)]);
        let joined = Joined::of(&catalog, &seen(&[("a.c", 1, 0)]), &demand, &BTreeMap::new());
        assert_eq!(waits(&joined), [("a.b", 3), ("d.*", 4), ("x.y", 16)]);
        let joined = Joined::of(&catalog, &[], &demand, &BTreeMap::new());
        assert_eq!(waits(&joined), [("*", 8), ("a.*", 1), ("a.b", 3), ("d.*", 4), ("x.y", 16)]);
        // A published type counts for a pattern even when it is not in the catalog.
        let joined = Joined::of(&catalog, &seen(&[("d.new", 1, 0), ("x.y", 1, 0)]), &demand, &BTreeMap::new());
        assert_eq!(waits(&joined), [("a.*", 1), ("a.b", 3)]);
    }
}
