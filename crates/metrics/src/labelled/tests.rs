//! Labels within their bounds.

use super::*;
use crate::outcome::Status;
use model::{
    AttemptResult,
    delivery::{EndStatus, Next},
};
use std::time::Duration;

struct Rig {
    labelled: Labelled,
    registry: prometheus::Registry,
}

fn rig(tenant_label: TenantLabel, top_tenants: usize, max_pairs: usize) -> Rig {
    let mut registrar = Registrar::default();
    let labelled = Labelled::new(&mut registrar, Settings { tenant_label, top_tenants, max_pairs });
    Rig { labelled, registry: registrar.done().0 }
}

impl Rig {
    fn deliver(&self, tenant: &str, event: &str, times: usize) {
        self.deliver_held(&Held::default(), tenant, event, times);
    }

    fn deliver_held(&self, held: &Held, tenant: &str, event: &str, times: usize) {
        let pair = held.pair(&self.labelled, &TenantId::trusted(tenant), &EventType::trusted(event));
        let result = AttemptResult::Response { status: 200, retry_after: None };
        let one = Attempted::new(pair, Next::End(EndStatus::Delivered), &result, Duration::ZERO).unwrap();
        (0..times).for_each(|_| self.labelled.attempted(&one));
    }

    /// Tenant, event and value of each series of deliveries, sorted.
    fn delivered(&self) -> Vec<(String, String, u64)> {
        self.values("webhook_deliveries_total")
    }

    fn values(&self, name: &str) -> Vec<(String, String, u64)> {
        let gathered = self.registry.gather();
        let metrics = gathered.iter().filter(|family| family.name() == name).flat_map(|family| family.get_metric());
        let mut rows: Vec<_> = metrics
            .map(|metric| {
                let label =
                    |name| metric.get_label().iter().find(|one| one.name() == name).map_or("", |one| one.value());
                (label("tenant_id").to_owned(), label("event").to_owned(), metric.get_counter().get_value() as u64)
            })
            .collect();
        rows.sort();
        rows
    }

    /// The number of series in all families.
    fn series(&self) -> usize {
        self.registry.gather().iter().map(|family| family.get_metric().len()).sum::<usize>() - self.capped()
    }

    fn capped(&self) -> usize {
        self.registry.gather().iter().filter(|f| f.name() == families::OTHER.name).map(|f| f.get_metric().len()).sum()
    }
}

fn rows(expected: &[(&str, &str, u64)]) -> Vec<(String, String, u64)> {
    expected.iter().map(|(tenant, event, count)| ((*tenant).to_owned(), (*event).to_owned(), *count)).collect()
}

#[test]
fn tenants_are_labelled_as_the_setting_says() {
    for (label, expected) in [
        (TenantLabel::Full, &[("a", "x.y", 1), ("b", "x.y", 2), ("c", "x.y", 3)][..]),
        (TenantLabel::Top, &[("a", "x.y", 1), ("other", "x.y", 5)]),
        (TenantLabel::Off, &[("all", "x.y", 6)]),
    ] {
        let rig = rig(label, 1, 100);
        for (tenant, times) in [("a", 1), ("b", 2), ("c", 3)] {
            rig.deliver(tenant, "x.y", times);
        }
        assert_eq!(rig.delivered(), rows(expected), "{label:?}");
        assert_eq!(rig.labelled.series(), rig.series(), "{label:?}");
    }
}

#[test]
fn the_busiest_tenants_get_the_seats_and_counts_of_held_pairs_follow_them() {
    let rig = rig(TenantLabel::Top, 1, 100);
    let (a, b) = (Held::default(), Held::default());
    rig.deliver_held(&a, "a", "x.y", 10);
    rig.deliver_held(&b, "b", "x.y", 30);
    rig.labelled.rank();
    rig.deliver_held(&a, "a", "x.y", 1);
    rig.deliver_held(&b, "b", "x.y", 2);
    // The counts of a before it lost its series are gone with them; those of b before it got them stay in other.
    assert_eq!(rig.delivered(), rows(&[("b", "x.y", 2), ("other", "x.y", 31)]));
    assert_eq!(rig.labelled.series(), rig.series());
}

#[test]
fn an_attempt_that_was_under_way_when_its_tenant_lost_its_series_is_counted_as_other() {
    let rig = rig(TenantLabel::Top, 1, 100);
    let tenant = TenantId::trusted("a");
    rig.deliver("a", "x.y", 1);
    let pair = rig.labelled.pair(&tenant, &EventType::trusted("x.y"));
    rig.deliver("b", "x.y", 5);
    rig.labelled.rank();
    let result = AttemptResult::Response { status: 503, retry_after: None };
    let late = Attempted::new(pair, Next::Gone, &result, Duration::ZERO).unwrap();
    rig.labelled.attempted(&late);
    assert_eq!(rig.delivered(), rows(&[("other", "x.y", 1), ("other", "x.y", 5)]));
}

#[test]
fn the_series_of_a_deleted_tenant_go_and_do_not_come_back() {
    for label in [TenantLabel::Full, TenantLabel::Top] {
        let rig = rig(label, 5, 100);
        let result = AttemptResult::Response { status: 429, retry_after: None };
        let next = Next::Retry { at: model::Timestamp::from_micros(1) };
        let pair = rig.labelled.pair(&TenantId::trusted("gone"), &EventType::trusted("only.here"));
        let late = Attempted::new(pair.clone(), next, &result, Duration::ZERO).unwrap();
        rig.labelled.attempted(&late);
        rig.labelled.published(&TenantId::trusted("gone"), &EventType::trusted("only.here"), false, 0);
        rig.deliver("stays", "x.y", 1);
        rig.labelled.retain_tenants(|tenant| tenant.as_str() == "stays");
        // Outcomes of requests that were under way.
        rig.labelled.attempted(&late);
        rig.labelled.ended(&pair, Status::Abandoned);
        let text = format!("{:?}", rig.registry.gather());
        assert!(!text.contains("gone") && !text.contains("only.here"), "{text}");
        assert_eq!(rig.delivered(), rows(&[("stays", "x.y", 1)]));
        assert_eq!(rig.labelled.series(), rig.series());
    }
}

#[test]
fn series_beyond_the_cap_are_counted_under_other_and_nothing_is_lost() {
    let rig = rig(TenantLabel::Full, 0, 8);
    for tenant in 0..20 {
        for event in 0..20 {
            rig.deliver(&format!("t{tenant}"), &format!("e.{event}"), 1);
            rig.labelled.published(
                &TenantId::trusted(&format!("t{tenant}")),
                &EventType::trusted(&format!("e.{event}")),
                true,
                0,
            );
        }
    }
    let delivered = rig.delivered();
    assert_eq!(delivered.iter().map(|(.., count)| count).sum::<u64>(), 400);
    assert!(delivered.len() <= 8 + 2 + 1, "{delivered:?}");
    // A tenant gets a quarter of the cap at most.
    assert_eq!(delivered.iter().filter(|(tenant, ..)| tenant == "t0").count(), 2);
    assert!(delivered.iter().any(|(tenant, event, _)| tenant == "other" && event == "other"));
    let other: u64 = rig.values(families::OTHER.name).iter().map(|(.., count)| count).sum();
    assert_eq!(other, 2 * (400 - 8));
    assert_eq!(rig.labelled.series(), rig.series());
}

#[test]
fn a_deletion_makes_room_below_the_cap() {
    let rig = rig(TenantLabel::Full, 0, 1);
    rig.deliver("a", "x.y", 1);
    let held = Held::default();
    rig.deliver_held(&held, "b", "x.y", 1);
    rig.labelled.retain_tenants(|tenant| tenant.as_str() == "b");
    rig.deliver_held(&held, "b", "x.y", 1);
    assert_eq!(rig.delivered(), rows(&[("b", "x.y", 1), ("other", "x.y", 1)]));
}

#[test]
fn a_tenant_called_other_shares_the_series_of_the_others() {
    for label in [TenantLabel::Full, TenantLabel::Top] {
        let rig = rig(label, 1, 4);
        rig.deliver("other", "x.y", 2);
        rig.labelled.retain_tenants(|tenant| tenant.as_str() != "other");
        rig.labelled.rank();
        rig.deliver("other", "x.y", 1);
        assert_eq!(rig.delivered(), rows(&[("other", "x.y", 3)]), "{label:?}");
    }
}

/// Threads count, while tenants lose and get series and are deleted: no panic, no deadlock, no series of a deleted tenant.
#[test]
fn counting_while_tenants_come_and_go_keeps_the_books() {
    let rig = rig(TenantLabel::Top, 2, 50);
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let rig = &rig;
            scope.spawn(move || {
                let held = Held::default();
                for turn in 0..2_000 {
                    rig.deliver_held(&held, &format!("t{}", (thread + turn / 100) % 6), &format!("e.{}", turn % 7), 1);
                }
            });
        }
        let rig = &rig;
        scope.spawn(move || {
            for turn in 0..200 {
                rig.labelled.rank();
                rig.labelled.retain_tenants(|tenant| tenant.as_str() != format!("t{}", turn % 6));
            }
        });
    });
    rig.labelled.retain_tenants(|_| false);
    assert!(rig.delivered().iter().all(|(tenant, ..)| tenant == "other"));
    assert_eq!(rig.labelled.series(), rig.series());
}
